package figure

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/eval/stats"
	"congrad/results/outcome"
	"congrad/results/records"
)

// course is the win rates of an arm along its training, from the base model on.
type course struct {
	at   []float64 // iterations
	rate []stats.Estimate
}

// courses are the win rates of all drawn arms for one way of answering in one group of languages: a panel.
type courses struct {
	title string
	of    []course
}

// Iterations shows the win rate after every iteration: a panel for each group of languages and way of answering.
func Iterations(s *outcome.Study) Figure {
	f := Figure{Name: "iterations", Width: Page}
	arms := drawable(s, s.Trained())
	if !s.EachIteration() || len(arms.arms) == 0 {
		f.Caption = "No win rates by iteration to draw: only the last policies were evaluated."
		return f
	}
	rows, span := coursesOf(s, arms)
	f.Height = vg.Length(0.5+1.7*float64(len(rows))) * vg.Inch
	f.Caption = "Does every iteration help? Win rate of each arm after each iteration, by group of languages and way of answering; the thin line is " +
		s.Against() + ", lines are 95 % intervals." + confined(s, arms) + s.JudgedBy() + arms.note()
	f.paint = func(c draw.Canvas) {
		c = arms.legend(draw.Crop(c, 2, -4, 2, -2), true)
		panels := make([][]*plot.Plot, len(rows))
		for i, row := range rows {
			for _, x := range row {
				panels[i] = append(panels[i], x.panel(arms, s.Iterations, span, i == len(rows)-1))
			}
		}
		tiles := draw.Tiles{Rows: len(panels), Cols: len(panels[0]), PadX: vg.Points(8), PadY: vg.Points(6), PadRight: vg.Points(4)}
		for i, row := range plot.Align(panels, tiles, c) {
			for j, canvas := range row {
				panels[i][j].Draw(canvas)
			}
		}
	}
	return f
}

// coursesOf are the panels, a row for each way of answering, and the span of all.
func coursesOf(s *outcome.Study, arms series) (rows [][]courses, all span) {
	all = over(0.5)
	for _, w := range s.Ways() {
		var row []courses
		for _, g := range s.Groups() {
			if g.Name != "seen" && g.Name != "unseen" {
				continue // they overlap with these
			}
			x := courses{title: fmt.Sprintf("%s answers, %s languages", w, g.Name)}
			for _, a := range arms.arms {
				c := courseOf(s, w, a.Name, g)
				for _, e := range c.rate {
					all = all.and(e.Low).and(e.High)
				}
				x.of = append(x.of, c)
			}
			row = append(row, x)
		}
		rows = append(rows, row)
	}
	return rows, all.wide(0.05)
}

// courseOf are an arm's win rates in a group of languages; empty if it has no model for some of them.
func courseOf(s *outcome.Study, w outcome.Which, arm string, in records.Group) (c course) {
	for _, after := range s.Evaluated(*s.Arm(arm)) {
		w.Iteration = after.Iteration
		if e := s.WinRateOf(w, arm, in); e.N > 0 {
			c.at, c.rate = append(c.at, float64(after.Iterations)), append(c.rate, e)
		}
	}
	return c
}

// panel draws the arms next to each other at each iteration.
func (x courses) panel(arms series, iterations int, span span, bottom bool) *plot.Plot {
	label := ""
	if bottom {
		label = "iteration"
	}
	p := axes(label, "win rate")
	p.Title.Text = x.title
	span.set(&p.Y, 4)
	p.X.Min, p.X.Max = 0.5, float64(iterations)+0.5
	var ticks plot.ConstantTicks
	for i := range iterations {
		ticks = append(ticks, plot.Tick{Value: float64(i + 1), Label: fmt.Sprint(i + 1)})
	}
	p.X.Tick.Marker = ticks
	p.Add(layer(func(c draw.Canvas, h, y func(float64) vg.Length) {
		c.StrokeLine2(line(ink, 0.5), c.Min.X, y(0.5), c.Max.X, y(0.5))
		for i, of := range x.of {
			var path []vg.Point
			for k, e := range of.rate {
				at := h(of.at[k] + arms.dodge(i, 0.4))
				c.StrokeLine2(line(arms.look[i].color, 0.9), at, y(e.Low), at, y(e.High))
				path = append(path, vg.Point{X: at, Y: y(e.Mean)})
			}
			if len(path) > 1 {
				c.StrokeLines(line(arms.look[i].color, 1.1, arms.look[i].dashes...), path)
			}
			for _, at := range path {
				marker(c, arms.look[i], at, 2.2, true)
			}
		}
	}))
	return p
}
