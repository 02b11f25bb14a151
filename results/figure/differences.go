package figure

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/records"
)

func ticksAt(places []slot) plot.ConstantTicks {
	ticks := make(plot.ConstantTicks, len(places))
	for i, p := range places {
		ticks[i] = plot.Tick{Value: p.at, Label: p.label}
	}
	return ticks
}

// contrast is one arm's paired differences to the reference arm, in the order of the slots.
type contrast struct {
	estimates []stats.Estimate
	detected  []bool // corrected over languages; group means stand alone
}

// Differences shows for every language how each arm's win rate differs from the reference arm's, as a forest plot.
func Differences(s *outcome.Study) Figure {
	f := Figure{Name: "differences", Width: Column}
	reference := s.Reference()
	if reference == nil {
		f.Caption = s.NoReference()
		return f
	}
	arms := drawable(s, s.Trained()).only(func(a record.Arm) bool { return a.Name != reference.Name })
	places, blocks, end := slots(s)
	r, n := over(0), 0
	contrasts := make([]contrast, len(arms.arms))
	for i, a := range arms.arms {
		contrasts[i] = against(s, a.Name, reference.Name, places)
		for _, e := range contrasts[i].estimates {
			if e.N > 0 {
				n++
				r = r.and(e.Low).and(e.High)
			}
		}
	}
	if n == 0 {
		f.Caption = "No paired differences to draw: no trained arm shares evaluated prompts with " + reference.Name + "."
		return f
	}
	label := labelledAs("reference", reference.Name)
	question := "Does any arm beat " + reference.Name + "?"
	if reference.Select == "all" {
		question = "Does filtering beat training on everything?"
	}
	f.Caption = question + " Win rate minus " + reference.Name + "'s on the same prompts and seeds, with 95 % intervals. " +
		detections(arms, contrasts, places) + " Filled markers are significant after Holm's correction over languages, hollow ones are not." +
		daggered(s) + confined(s, arms) + s.JudgedBy() + arms.note() + label.key
	r = r.wide(0.04)
	f.Height = vg.Points(46 + (8+3.5*float64(len(arms.arms)))*end)
	f.paint = func(c draw.Canvas) {
		c = arms.legend(draw.Crop(c, 2, -6, 2, -2), false)
		p := axes("win rate minus "+label.drawn[0]+"'s", "")
		r.set(&p.X, 5)
		p.Y.Min, p.Y.Max = 0, end
		p.Y.Scale = plot.InvertedScale{Normalizer: plot.LinearScale{}}
		p.Y.Tick.Marker = ticksAt(places)
		p.Y.Tick.LineStyle.Width = 0
		p.Add(layer(func(c draw.Canvas, x, y func(float64) vg.Length) {
			rows(c, y, places, blocks)
			for _, t := range r.ticks(5) {
				c.StrokeLine2(line(faint, 0.4), x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
			}
			c.StrokeLine2(line(ink, 0.8), x(0), c.Min.Y, x(0), c.Max.Y)
			for i := range arms.arms {
				for k, at := range places {
					e := contrasts[i].estimates[k]
					if e.N == 0 {
						continue
					}
					py := y(at.at + arms.dodge(i, 0.75))
					c.StrokeLine2(line(arms.look[i].color, 0.9), x(e.Low), py, x(e.High), py)
					marker(c, arms.look[i], vg.Point{X: x(e.Mean), Y: py}, 2, contrasts[i].detected[k])
				}
			}
		}))
		p.Draw(draw.Crop(c, vg.Points(10), 0, 0, 0))
	}
	return f
}

// rows shades the means and writes the names of the blocks sideways at the left edge.
func rows(c draw.Canvas, y func(float64) vg.Length, places []slot, blocks []block) {
	for _, p := range places {
		if p.mean {
			fill(c, shade, c.Min.X, y(p.at+0.6), c.Max.X, y(p.at-0.6))
		}
	}
	labels := vg.Length(0)
	for _, p := range places {
		labels = max(labels, words(small, draw.XRight, draw.YCenter).Width(p.label))
	}
	for i, b := range blocks {
		style := words(normal, draw.XCenter, draw.YTop)
		name := b.fitting(style, y(b.from)-y(b.to))
		style.Rotation = math.Pi / 2
		c.FillText(style, vg.Point{X: c.Min.X - labels - vg.Points(13.5), Y: (y(b.from) + y(b.to)) / 2}, name)
		if i > 0 {
			middle := y(b.from - 0.25)
			c.StrokeLine2(line(ink, 0.5, 1, 2), c.Min.X-labels, middle, c.Max.X, middle)
		}
	}
}

func against(s *outcome.Study, arm, reference string, places []slot) contrast {
	byLanguage := map[string]outcome.Contrast{}
	for _, c := range s.Contrasts(arm, reference) {
		byLanguage[c.Lang] = c
	}
	c := contrast{detected: make([]bool, len(places))}
	for k, at := range places {
		if at.mean {
			e := s.WinsMinus(arm, reference, at.group)
			c.estimates, c.detected[k] = append(c.estimates, e), e.Detected(records.Level)
			continue
		}
		l := byLanguage[at.group.Name]
		c.estimates, c.detected[k] = append(c.estimates, l.Estimate), l.Detected
	}
	return c
}

func detections(arms series, contrasts []contrast, places []slot) string {
	var parts []string
	for i, a := range arms.arms {
		up, down, n := 0, 0, 0
		for k, e := range contrasts[i].estimates {
			if places[k].mean || e.N == 0 {
				continue
			}
			n++
			if contrasts[i].detected[k] && e.Mean > 0 {
				up++
			} else if contrasts[i].detected[k] {
				down++
			}
		}
		parts = append(parts, fmt.Sprintf("%s is higher in %d, lower in %d and not significantly different in %d of %d", a.Name, up, down, n-up-down, n))
	}
	return "By language, " + strings.Join(parts, "; ") + "."
}
