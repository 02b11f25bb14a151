package figure

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/harness/record"
	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/table"
)

// Kept shows which share of each language's pairs the arms keep that drop any.
func Kept(s *outcome.Study) Figure {
	f := Figure{Name: "kept", Width: Column, Height: 1.7 * vg.Inch}
	shares := map[string]map[string]measure.KeptShare{}
	met, vary := over(), false
	arms := drawable(s, s.Trained()).only(func(a record.Arm) bool {
		list := measure.KeptShares(s.Study, a.Name, 1)
		shares[a.Name] = map[string]measure.KeptShare{}
		for _, x := range list {
			shares[a.Name][x.Lang] = x
			met = met.and(float64(x.Pairs))
		}
		vary = vary || uneven(list)
		return list != nil
	})
	var codes []string
	for _, l := range s.Languages {
		for _, a := range arms.arms {
			if _, ok := shares[a.Name][l.Code]; ok {
				codes = append(codes, l.Code)
				break
			}
		}
	}
	if len(codes) == 0 {
		f.Caption = "No kept shares to draw: no arm dropped a pair in the first iteration."
		return f
	}
	if !vary {
		f.Caption = "No kept shares to draw: each arm keeps the same share of every language, by its quota."
		return f
	}
	if len(codes) > 12 {
		f.Width = Page
	}
	f.Caption = fmt.Sprintf("Which languages' pairs are kept? Share of each language's pairs that an arm keeps in iteration 1: mean over %s; lines show their range (%s). %s "+
		"The figure shows how many pairs are kept, not how good they are.",
		table.Counted(len(s.Seeds), "seed"), metPairs(met), extremes(arms.arms, shares, codes)) + arms.note()
	f.paint = func(c draw.Canvas) {
		c = arms.legend(draw.Crop(c, 2, -4, 2, -2), false)
		p := axes("", "share of pairs kept")
		y := span{0, 1}
		y.set(&p.Y, 5)
		places := make([]slot, len(codes))
		for i, code := range codes {
			places[i] = slot{label: code, at: float64(i) + 0.5}
		}
		margin := max(0, 4-float64(len(codes))) / 2
		p.X.Min, p.X.Max = -margin, float64(len(codes))+margin
		p.X.Tick.Marker = ticksAt(places)
		p.X.Tick.LineStyle.Color = color.Transparent // without lines its labels would touch the axis
		p.Add(layer(func(c draw.Canvas, x, y func(float64) vg.Length) {
			for _, t := range (span{0, 1}).ticks(5) {
				c.StrokeLine2(line(faint, 0.4), c.Min.X, y(t.Value), c.Max.X, y(t.Value))
			}
			for i, a := range arms.arms {
				for k, code := range codes {
					share, ok := shares[a.Name][code]
					if !ok {
						continue
					}
					px := x(places[k].at + arms.dodge(i, 0.75))
					c.StrokeLine2(line(arms.look[i].color, 0.9), px, y(share.Low), px, y(share.High))
					marker(c, arms.look[i], vg.Point{X: px, Y: y(share.Mean)}, 2, true)
				}
			}
		}))
		p.Draw(draw.Crop(c, 0, 0, 0, -vg.Points(4)))
	}
	return f
}

// uneven reports whether the shares of the languages differ by more than rounding to whole pairs explains.
func uneven(shares []measure.KeptShare) bool {
	of, least := over(), math.Inf(1)
	for _, x := range shares {
		of, least = of.and(x.Mean), math.Min(least, float64(x.Pairs))
	}
	return of.high-of.low > 1/math.Max(1, least)
}

func metPairs(met span) string {
	if met.low == met.high {
		return fmt.Sprintf("%.0f pairs per language", met.low)
	}
	return fmt.Sprintf("%.0f to %.0f pairs per language", met.low, met.high)
}

// extremes names the languages of which each arm keeps the most and the least.
func extremes(arms []record.Arm, shares map[string]map[string]measure.KeptShare, codes []string) string {
	var parts []string
	for _, a := range arms {
		least, most := "", ""
		of := shares[a.Name]
		for _, code := range codes {
			if _, ok := of[code]; !ok {
				continue
			}
			if least == "" || of[code].Mean < of[least].Mean {
				least = code
			}
			if most == "" || of[code].Mean > of[most].Mean {
				most = code
			}
		}
		if of[most].Mean-of[least].Mean < 0.01 {
			parts = append(parts, fmt.Sprintf("%s keeps %s of every language", a.Name, percent(of[most].Mean)))
			continue
		}
		parts = append(parts, fmt.Sprintf("%s keeps the most of %s (%s) and the least of %s (%s)", a.Name, most, percent(of[most].Mean), least, percent(of[least].Mean)))
	}
	return strings.Join(parts, "; ") + "."
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }
