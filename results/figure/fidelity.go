package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/eval/stats"
	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/records"
)

// Fidelity sets what a sketch takes against how well it stands for exact gradients: sketches of one kind are joined in the
// order of their sizes, so that the front shows.
func Fidelity(s *outcome.Study) Figure {
	f := Figure{Name: "fidelity", Width: Page, Height: 2.75 * vg.Inch}
	byKind := map[string][]measure.Faith{}
	var kinds []string
	n, compressed := 0, false
	x := over()
	for _, c := range measure.Fidelity(s.Study) {
		if c.Iteration != 1 || c.Numbers == 0 || c.Seeds == 0 {
			continue
		}
		kind := records.Family(c.Arm)
		if byKind[kind] == nil {
			kinds = append(kinds, kind)
		}
		byKind[kind] = append(byKind[kind], c)
		x = x.and(math.Log10(float64(c.Bytes())))
		n++
		compressed = compressed || c.Arm.Sketch.Kind != "exact"
	}
	if n < 2 || !compressed { // exact gradients agree with themselves
		f.Caption = "No sketches to draw: the figure needs two arms whose sketches are compared with exact gradients."
		return f
	}
	for _, list := range byKind {
		slices.SortStableFunc(list, func(a, b measure.Faith) int { return cmp.Compare(a.Numbers, b.Numbers) })
	}
	drawn := distinct("sketch", kinds)
	x = x.wide(0.06)
	f.Caption = fmt.Sprintf("What does compression cost? Scores from sketches compared with scores from exact gradients, by the size of one sketch (of a language or a pair) in float32 bytes. "+
		"Left: rank correlation of the scores; right: of the pairs kept by exact scores, the share that the sketch keeps too. Vertical lines are 95 %% intervals; "+
		"%d sketches in iteration 1.", n)
	if s.Model.Parameters > 0 {
		f.Caption += " Percentages are shares of the model's parameters."
	}
	if drawn.left > 0 {
		f.Caption += fmt.Sprintf(" Only the first %d kinds are drawn; the table has all.", len(drawn.arms))
	}
	f.Caption += drawn.key
	f.paint = func(c draw.Canvas) {
		c = drawn.legend(draw.Crop(c, 2, -6, 2, -2), true)
		half := (c.Max.X - c.Min.X) / 2
		for k, p := range []struct {
			label string
			of    func(measure.Faith) stats.Estimate
		}{
			{"rank correlation of the scores", func(f measure.Faith) stats.Estimate { return f.Rank }},
			{"share of pairs kept alike", func(f measure.Faith) stats.Estimate { return f.Kept }},
		} {
			panel := draw.Crop(c, half*vg.Length(k), -half*vg.Length(1-k), 0, 0)
			front(draw.Crop(panel, 0, -vg.Points(4), 0, -vg.Points(8)), drawn, byKind, x, s.Model.Parameters, p.label, p.of)
		}
	}
	return f
}

// front draws one panel.
func front(c draw.Canvas, kinds series, byKind map[string][]measure.Faith, x span, parameters int, label string, of func(measure.Faith) stats.Estimate) {
	axis := axes("size of one sketch", label)
	axis.X.Min, axis.X.Max = x.low, x.high
	axis.X.Tick.Marker = plot.ConstantTicks(decades(x))
	y := over(1)
	for _, kind := range kinds.arms {
		for _, f := range byKind[kind.Name] {
			if e := of(f); e.N > 0 {
				y = y.and(max(0, e.Low)).and(min(1, e.High))
			}
		}
	}
	y.wide(0.03).set(&axis.Y, 5)
	axis.Add(layer(func(c draw.Canvas, atX, atY func(float64) vg.Length) {
		for percent := 0.01; parameters > 0 && percent <= 100; percent *= 10 {
			at := math.Log10(4 * float64(parameters) * percent / 100)
			if at <= x.low || at >= x.high {
				continue
			}
			c.StrokeLine2(line(faint, 0.5), atX(at), c.Min.Y, atX(at), c.Max.Y)
			c.FillText(words(small, draw.XCenter, draw.YBottom), vg.Point{X: atX(at), Y: c.Max.Y + vg.Points(1)}, fmt.Sprintf("%g %%", percent))
		}
		for i, kind := range kinds.arms {
			look := kinds.look[i]
			var points []vg.Point
			for _, f := range byKind[kind.Name] {
				e := of(f)
				if e.N == 0 {
					continue
				}
				p := vg.Point{X: atX(math.Log10(float64(f.Bytes()))), Y: atY(e.Mean)}
				if e.Bounded() {
					c.StrokeLine2(line(fade(look.color, 0.5), 0.8), p.X, atY(max(0, e.Low)), p.X, atY(min(1, e.High)))
				}
				points = append(points, p)
			}
			c.StrokeLines(line(look.color, 1, look.dashes...), points)
			for _, p := range points {
				marker(c, look, p, 2.2, true)
			}
		}
	}))
	axis.Draw(c)
}

// decades are ticks at powers of ten of an axis of logarithms of bytes, with unlabelled ones at 2 to 9 times these.
func decades(x span) []plot.Tick {
	var ticks []plot.Tick
	units := []string{"1 B", "10 B", "100 B", "1 kB", "10 kB", "100 kB", "1 MB", "10 MB", "100 MB", "1 GB", "10 GB", "100 GB", "1 TB"}
	for k := int(math.Floor(x.low)); float64(k) <= x.high && k >= 0 && k < len(units); k++ {
		for m := 1; m < 10; m++ {
			at := float64(k) + math.Log10(float64(m))
			if at < x.low || at > x.high {
				continue
			}
			t := plot.Tick{Value: at}
			if m == 1 {
				t.Label = units[k]
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}
