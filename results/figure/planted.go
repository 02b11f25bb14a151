package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/records"
)

// panel is the AUROC of every arm in one language, or their mean.
type panel struct {
	title string
	mean  bool
	auroc []stats.Estimate // in the order of the arms
}

// Planted shows, for every language with planted pairs, how well each arm's score separates them from the others. Arms are on
// lines of their own, under their names, so that nothing hangs on colour.
func Planted(s *outcome.Study) Figure {
	f := Figure{Name: "planted", Width: Page}
	g, ok := measure.PlantedLanguages(s.Study)
	arms := measure.PlantedArms(s.Study)
	if !ok || len(arms) == 0 {
		f.Caption = "No planted conflicts to draw: no arm scored any planted pairs."
		return f
	}
	var panels []panel
	for _, code := range g.Codes {
		panels = append(panels, panelOf(s, arms, code, records.Only(code)))
	}
	if len(panels) > 1 {
		mean := panelOf(s, arms, "mean", g)
		mean.mean = true
		panels = append(panels, mean)
	}
	r := over(0.5)
	for _, p := range panels {
		for _, e := range p.auroc {
			if e.N > 0 {
				r = r.and(max(0, e.Low)).and(min(1, e.High))
			}
		}
	}
	r = r.wide(0.04)
	f.Caption = "Which scores find planted conflicts? AUROC of each arm's score for unchanged pairs against those whose answers were swapped, iteration 1, " +
		"with 95 % intervals; the line at 0.5 is chance. " + bestPlanted(arms, panels[len(panels)-1])
	var names []string
	for _, a := range arms {
		names = append(names, a.Name)
	}
	named := labelled("arm", names)
	f.Caption += named.key
	columns := min(6, len(panels))
	lines := (len(panels) + columns - 1) / columns
	f.Height = vg.Points(float64(lines) * (34 + 9*float64(len(arms))))
	room := vg.Length(0)
	for _, name := range named.drawn {
		room = max(room, words(small, draw.XRight, draw.YCenter).Width(name))
	}
	f.paint = func(c draw.Canvas) {
		c = draw.Crop(c, room+vg.Points(6), -4, 2, -2)
		c.FillText(words(normal, draw.XCenter, draw.YBottom), vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Min.Y}, "AUROC")
		c = draw.Crop(c, 0, 0, vg.Points(10), 0)
		width, height := (c.Max.X-c.Min.X)/vg.Length(columns), (c.Max.Y-c.Min.Y)/vg.Length(lines)
		for k, p := range panels {
			i, j := k%columns, k/columns
			left, top := c.Min.X+width*vg.Length(i), c.Max.Y-height*vg.Length(j)
			p.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: left + vg.Points(3), Y: top - height + vg.Points(4)}, Max: vg.Point{X: left + width - vg.Points(3), Y: top},
			}}, named.drawn, r, i == 0)
		}
	}
	return f
}

func panelOf(s *outcome.Study, arms []record.Arm, title string, g records.Group) panel {
	p := panel{title: title}
	for _, a := range arms {
		p.auroc = append(p.auroc, measure.PlantedAUROC(s.Study, a.Name, 1, g))
	}
	return p
}

// bestPlanted names the arm with the highest mean.
func bestPlanted(arms []record.Arm, p panel) string {
	best := 0
	for i, e := range p.auroc {
		if e.Mean > p.auroc[best].Mean {
			best = i
		}
	}
	e := p.auroc[best]
	return fmt.Sprintf("The highest in the last panel is %s with %.2f [%.2f, %.2f].", arms[best].Name, e.Mean, max(0, e.Low), min(1, e.High))
}

// draw sets one panel; the arms' names stand to the left of a line's first.
func (p panel) draw(c draw.Canvas, arms []string, r span, named bool) {
	a := axes("", "")
	r.set(&a.X, 2)
	a.Y.Min, a.Y.Max = 0, float64(len(arms))
	a.Y.Scale = plot.InvertedScale{Normalizer: plot.LinearScale{}}
	a.HideY()
	a.X.Padding, a.Y.Padding = 0, 0
	look := plain()
	a.Add(layer(func(c draw.Canvas, x, y func(float64) vg.Length) {
		if p.mean {
			fill(c, shade, c.Min.X, c.Min.Y, c.Max.X, c.Max.Y)
		}
		for _, t := range r.ticks(2) {
			c.StrokeLine2(line(faint, 0.4), x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
		}
		c.StrokeLine2(line(ink, 0.8), x(0.5), c.Min.Y, x(0.5), c.Max.Y)
		c.FillText(words(normal, draw.XCenter, draw.YBottom), vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Max.Y + vg.Points(2)}, p.title)
		for i, e := range p.auroc {
			py := y(float64(i) + 0.5)
			if named {
				c.FillText(words(small, draw.XRight, draw.YCenter), vg.Point{X: c.Min.X - vg.Points(3), Y: py}, arms[i])
			}
			if e.N == 0 {
				continue
			}
			low, high := math.Max(0, e.Low), math.Min(1, e.High)
			c.StrokeLine2(line(look.color, 0.9), x(low), py, x(high), py)
			marker(c, look, vg.Point{X: x(e.Mean), Y: py}, 2, true)
		}
	}))
	a.Draw(draw.Crop(c, 0, 0, 0, -vg.Points(11)))
}
