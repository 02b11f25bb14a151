package figure

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/table"
)

// Training shows loss, margin and log-probabilities along training, one panel each.
func Training(s *outcome.Study) Figure {
	f := Figure{Name: "training", Width: Page, Height: 3.6 * vg.Inch}
	arms := drawable(s, s.Trained())
	readings := measure.Readings()
	curves := make([]map[string]measure.Curve, len(readings))
	n, steps, breaks := 0, 0.0, 1
	for k, r := range readings {
		curves[k] = map[string]measure.Curve{}
		for _, c := range measure.Curves(s.Study, r, 40) {
			curves[k][c.Arm] = c
			n++
			steps, breaks = max(steps, c.Steps), max(breaks, len(c.Breaks))
		}
	}
	if n == 0 {
		f.Caption = "No training curves to draw: the records hold no training steps."
		return f
	}
	f.Caption = fmt.Sprintf("Does training separate chosen from rejected answers? Loss, margin and summed log-probabilities of the batches over %s; "+
		"lines are means over %s, bands show their range. Steps are averaged in 40 bins per iteration%s.",
		table.Counted(breaks, "iteration"), table.Counted(len(s.Seeds), "seed"), broken(breaks)) + ownModels(s, arms) + arms.note()
	f.paint = func(c draw.Canvas) {
		c = arms.legend(draw.Crop(c, 2, -4, 2, -2), true)
		panels := make([][]*plot.Plot, 2)
		for k, r := range readings {
			panels[k/2] = append(panels[k/2], curvesPanel(r.Name, arms, curves[k], steps, k/2 == 1))
		}
		tiles := draw.Tiles{Rows: 2, Cols: 2, PadX: vg.Points(8), PadY: vg.Points(6), PadRight: vg.Points(2)}
		for i, row := range plot.Align(panels, tiles, c) {
			for j, canvas := range row {
				panels[i][j].Draw(canvas)
			}
		}
	}
	return f
}

// ownModels says what the curve of an arm with several models is.
func ownModels(s *outcome.Study, arms series) string {
	if confined(s, arms) == "" {
		return ""
	}
	return " An arm with one model per language shows the mean over its models."
}

// broken says why lines have gaps, where they have some.
func broken(iterations int) string {
	if iterations < 2 {
		return ""
	}
	return "; a line breaks where a new iteration begins"
}

func curvesPanel(name string, arms series, curves map[string]measure.Curve, steps float64, bottom bool) *plot.Plot {
	label := ""
	if bottom {
		label = "optimiser steps"
	}
	p := axes(label, name)
	r := over()
	for _, curve := range curves {
		for i := range curve.At {
			r = r.and(curve.Low[i]).and(curve.High[i])
		}
	}
	r = r.wide(0.05)
	r.set(&p.Y, 4)
	span{0, steps}.set(&p.X, 5)
	p.Add(layer(func(c draw.Canvas, x, y func(float64) vg.Length) {
		for _, t := range r.ticks(4) {
			c.StrokeLine2(line(faint, 0.4), c.Min.X, y(t.Value), c.Max.X, y(t.Value))
		}
		for i, a := range arms.arms {
			band(c, curves[a.Name], arms.look[i], x, y)
		}
		for i, a := range arms.arms {
			trace(c, curves[a.Name], arms.look[i], x, y)
		}
	}))
	return p
}

// pieces cuts a curve where a new iteration begins.
func pieces(c measure.Curve) [][2]int {
	var p [][2]int
	for i, from := range c.Breaks {
		to := len(c.At)
		if i+1 < len(c.Breaks) {
			to = c.Breaks[i+1]
		}
		p = append(p, [2]int{from, to})
	}
	return p
}

func band(c draw.Canvas, curve measure.Curve, l look, x, y func(float64) vg.Length) {
	for _, p := range pieces(curve) {
		var path []vg.Point
		for i := p[0]; i < p[1]; i++ {
			path = append(path, vg.Point{X: x(curve.At[i]), Y: y(curve.High[i])})
		}
		for i := p[1] - 1; i >= p[0]; i-- {
			path = append(path, vg.Point{X: x(curve.At[i]), Y: y(curve.Low[i])})
		}
		c.FillPolygon(fade(l.color, 0.18), path)
	}
}

func trace(c draw.Canvas, curve measure.Curve, l look, x, y func(float64) vg.Length) {
	for _, p := range pieces(curve) {
		var path []vg.Point
		for i := p[0]; i < p[1]; i++ {
			path = append(path, vg.Point{X: x(curve.At[i]), Y: y(curve.Mean[i])})
		}
		if len(path) == 1 {
			marker(c, l, path[0], 1.5, true)
			continue
		}
		c.StrokeLines(line(l.color, 1.1, l.dashes...), path)
	}
}
