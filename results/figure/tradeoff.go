package figure

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/eval/stats"
	"congrad/results/outcome"
	"congrad/results/records"
)

// price is what one measure of the tax says about each arm.
type price struct {
	measure outcome.Measure
	change  []stats.Estimate // arm minus base model
	span    span
}

// TradeOff sets what an arm gains in win rate against what it loses in other tasks.
func TradeOff(s *outcome.Study) Figure {
	f := Figure{Name: "trade-off", Height: 2.55 * vg.Inch}
	arms := drawable(s, s.Trained())
	all, ok := s.Group("all")
	base := s.Untouched()
	if !ok || base == nil || len(arms.arms) == 0 {
		f.Caption = "No trade-off to draw: the figure needs the base model as an arm, a trained arm and a language."
		return f
	}
	rates, up := make([]stats.Estimate, len(arms.arms)), over(0.5)
	for i, a := range arms.arms {
		rates[i] = s.WinRate(a.Name, all)
		if rates[i].N > 0 {
			up = up.and(rates[i].Low).and(rates[i].High)
		}
	}
	var prices []price
	for _, m := range []outcome.Measure{outcome.Accuracy(), outcome.BitsPerByte()} {
		p, n := price{measure: m, span: over(0)}, 0
		for i, a := range arms.arms {
			e := s.TaxMinus(m, "", a.Name, base.Name, all)
			p.change = append(p.change, e)
			if e.N > 0 && rates[i].N > 0 {
				n++
				p.span = p.span.and(e.Low).and(e.High)
			}
		}
		if n > 0 {
			p.span = p.span.wide(0.08)
			prices = append(prices, p)
		}
	}
	if len(prices) == 0 {
		f.Caption = "No trade-off to draw: no trained arm has both win rates and records of the alignment tax."
		return f
	}
	up = up.wide(0.08)
	f.Width = Column
	if len(prices) > 1 {
		f.Width = Page
	}
	reference := labelledAs("base", base.Name)
	f.Caption = "What does the win rate cost elsewhere? " + prices[0].sentence(arms, base.Name) +
		" Win rate over all languages; lines are 95 % intervals; the thin lines cross at " + cross(s, base.Name) + "." + confined(s, arms) + s.JudgedBy() + arms.note() + reference.key
	f.paint = func(c draw.Canvas) {
		c = arms.legend(draw.Crop(c, 2, -6, 2, -2), false)
		width := (c.Max.X - c.Min.X) / vg.Length(len(prices))
		for k, p := range prices {
			panel := draw.Crop(c, width*vg.Length(k), -width*vg.Length(len(prices)-1-k), 0, 0)
			p.draw(draw.Crop(panel, 0, -vg.Points(4), 0, 0), arms, rates, up, reference.drawn[0])
		}
	}
	return f
}

func (p price) draw(c draw.Canvas, arms series, rates []stats.Estimate, up span, base string) {
	axis := axes(fmt.Sprintf("%s minus %s's (%s)", p.measure.Name, base, better(p.measure)), "win rate")
	p.span.set(&axis.X, 5)
	up.set(&axis.Y, 5)
	axis.Add(layer(func(c draw.Canvas, x, y func(float64) vg.Length) {
		c.StrokeLine2(line(ink, 0.5), x(0), c.Min.Y, x(0), c.Max.Y)
		c.StrokeLine2(line(ink, 0.5), c.Min.X, y(0.5), c.Max.X, y(0.5))
		for i := range arms.arms {
			if e, r := p.change[i], rates[i]; e.N > 0 && r.N > 0 {
				c.StrokeLine2(line(arms.look[i].color, 0.9), x(e.Low), y(r.Mean), x(e.High), y(r.Mean))
				c.StrokeLine2(line(arms.look[i].color, 0.9), x(e.Mean), y(r.Low), x(e.Mean), y(r.High))
			}
		}
		for i := range arms.arms {
			if e, r := p.change[i], rates[i]; e.N > 0 && r.N > 0 {
				marker(c, arms.look[i], vg.Point{X: x(e.Mean), Y: y(r.Mean)}, 3, true)
			}
		}
	}))
	axis.Draw(c)
}

// better says on which side of zero a measure is better.
func better(m outcome.Measure) string {
	if m.Better < 0 {
		return "left is better"
	}
	return "right is better"
}

// sentence says which arms lose or gain on the measure beyond doubt.
func (p price) sentence(arms series, base string) string {
	var worse, better, open []string
	for i, a := range arms.arms {
		e := p.change[i]
		switch {
		case e.N == 0:
		case !e.Detected(records.Level):
			open = append(open, a.Name)
		case (e.Mean > 0) == (p.measure.Better > 0):
			better = append(better, a.Name)
		default:
			worse = append(worse, a.Name)
		}
	}
	var parts []string
	for _, x := range []struct {
		what string
		arms []string
	}{{"is worse for", worse}, {"is better for", better}, {"shows no detected change for", open}} {
		if len(x.arms) > 0 {
			parts = append(parts, x.what+" "+strings.Join(x.arms, ", "))
		}
	}
	return fmt.Sprintf("Compared with %s, %s %s.", base, p.measure.Name, strings.Join(parts, ", "))
}

// cross says what is where the thin lines cross.
func cross(s *outcome.Study, base string) string {
	if s.Answers != nil {
		return "a draw with " + s.Against() + " and the value of " + base + " on the other axis"
	}
	return base
}
