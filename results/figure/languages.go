package figure

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/records"
)

// slot is a place on the axis of languages: one language, or the mean of a group.
type slot struct {
	label string
	group records.Group
	at    float64
	mean  bool
}

// block is the stretch of slots of seen or of unseen languages.
type block struct {
	name     string
	from, to float64
}

// fitting is the block's name in as many words as the length allows.
func (b block) fitting(style text.Style, length vg.Length) string {
	for _, name := range []string{b.name + " languages", b.name} {
		if style.Width(name) <= length {
			return name
		}
	}
	return ""
}

// slots lays out seen languages, their mean, a gap, unseen languages, their mean. A group of one language has no mean of
// its own.
func slots(s *outcome.Study) (places []slot, blocks []block, end float64) {
	at := 0.0
	for _, name := range []string{"seen", "unseen"} {
		g, ok := s.Group(name)
		if !ok {
			continue
		}
		from := at
		for _, l := range s.Languages {
			if !g.Has(l.Code) {
				continue
			}
			label := l.Code
			if l.UnderRepresented {
				label += "†"
			}
			places = append(places, slot{label, records.Only(l.Code), at + 0.5, false})
			at++
		}
		if len(g.Codes) > 1 {
			places = append(places, slot{"mean", g, at + 0.65, true})
			at += 1.3
		}
		blocks = append(blocks, block{name, from, at})
		at += 0.5
	}
	return places, blocks, at - 0.5
}

// daggered explains the dagger where there is one.
func daggered(s *outcome.Study) string {
	for _, l := range s.Languages {
		if l.UnderRepresented {
			return " † marks languages that are under-represented in the base model's data."
		}
	}
	return ""
}

// confined explains what is not drawn of arms without a model for some languages.
func confined(s *outcome.Study, arms series) string {
	text := ""
	for _, a := range s.Confined() {
		if slices.ContainsFunc(arms.arms, func(drawn record.Arm) bool { return drawn.Name == a.Name }) {
			text += fmt.Sprintf(" %s has one model per language (%s) and is not drawn where other languages count.", a.Name, strings.Join(a.Languages, ", "))
		}
	}
	return text
}

// whose says whose answers win rates compare with.
func whose(s *outcome.Study) string {
	if s.Answers != nil {
		return "the answers of " + s.Against()
	}
	return "the base model's answers"
}

// WinRates shows for every language how often each arm's answers beat the opponent's.
func WinRates(s *outcome.Study) Figure {
	f := Figure{Name: "win-rates", Width: Page, Height: 2.5 * vg.Inch}
	arms := drawable(s, s.Contenders())
	places, blocks, end := slots(s)
	rates := map[string][]stats.Estimate{}
	r := over(0.5)
	n := 0
	for _, a := range arms.arms {
		for _, p := range places {
			e := s.WinRate(a.Name, p.group)
			rates[a.Name] = append(rates[a.Name], e)
			if e.N > 0 {
				n++
				r = r.and(e.Low).and(e.High)
			}
		}
	}
	if n == 0 {
		f.Caption = "No win rates to draw: the records hold no evaluation of a trained arm."
		return f
	}
	f.Caption = "Which languages gain? Win rate against " + whose(s) + ", with 95 % intervals; the line at 0.5 is a draw. " +
		above(s, arms) + daggered(s) + confined(s, arms) + s.JudgedBy() + arms.note()
	r = span{max(0, r.low), min(1, r.high)}.wide(0.05)
	if len(places) <= 6 {
		f.Width = Column
	}
	margin := max(0, 4-end) / 2 // keeps the arms of one or two languages together
	f.paint = func(c draw.Canvas) {
		c = arms.legend(draw.Crop(c, 2, -4, 2, -2), false)
		p := axes("", "win rate")
		r.set(&p.Y, 5)
		p.X.Min, p.X.Max = -margin, end+margin
		p.X.Tick.Marker = ticksAt(places)
		p.X.Tick.LineStyle.Color = color.Transparent // without lines its labels would touch the axis
		p.Add(layer(func(c draw.Canvas, x, y func(float64) vg.Length) {
			ground(c, x, places, blocks)
			for _, t := range r.ticks(5) {
				c.StrokeLine2(line(faint, 0.4), c.Min.X, y(t.Value), c.Max.X, y(t.Value))
			}
			c.StrokeLine2(line(ink, 0.8), c.Min.X, y(0.5), c.Max.X, y(0.5))
			for i, a := range arms.arms {
				for k, at := range places {
					e := rates[a.Name][k]
					if e.N == 0 {
						continue
					}
					px := x(at.at + arms.dodge(i, 0.75))
					low, high := max(0, e.Low), min(1, e.High)
					c.StrokeLine2(line(arms.look[i].color, 0.9), px, y(low), px, y(high))
					marker(c, arms.look[i], vg.Point{X: px, Y: y(e.Mean)}, 2, true)
				}
			}
		}))
		p.Draw(draw.Crop(c, 0, 0, 0, -vg.Points(10)))
	}
	return f
}

// ground shades the means and names the blocks above the data.
func ground(c draw.Canvas, x func(float64) vg.Length, places []slot, blocks []block) {
	for _, p := range places {
		if p.mean {
			fill(c, shade, x(p.at-0.6), c.Min.Y, x(p.at+0.6), c.Max.Y)
		}
	}
	for i, b := range blocks {
		style := words(normal, draw.XCenter, draw.YBottom)
		c.FillText(style, vg.Point{X: (x(b.from) + x(b.to)) / 2, Y: c.Max.Y + vg.Points(2)}, b.fitting(style, x(b.to)-x(b.from)))
		if i > 0 {
			middle := x(b.from - 0.25)
			c.StrokeLine2(line(ink, 0.5, 1, 2), middle, c.Min.Y, middle, c.Max.Y+vg.Points(9))
		}
	}
}

// above counts languages whose whole interval is above or below 0.5.
func above(s *outcome.Study, arms series) string {
	var parts []string
	for _, a := range arms.arms {
		var counts []string
		for _, name := range []string{"seen", "unseen"} {
			g, ok := s.Group(name)
			if !ok {
				continue
			}
			up, down, measured := 0, 0, 0
			for _, code := range g.Codes {
				e := s.WinRate(a.Name, records.Only(code))
				measured += min(1, e.N)
				switch {
				case !e.Bounded():
				case e.Low > 0.5:
					up++
				case e.High < 0.5:
					down++
				}
			}
			if measured > 0 {
				counts = append(counts, fmt.Sprintf("%d / %d of %d %s", up, down, measured, name))
			}
		}
		parts = append(parts, a.Name+" "+strings.Join(counts, ", "))
	}
	return "Languages whose whole interval is above / below 0.5: " + strings.Join(parts, "; ") + "."
}
