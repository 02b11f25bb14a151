package figure

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/eval/stats"
	"congrad/results/outcome"
)

// moved is an arm after an iteration: how far it is from the base model, and what that gained.
type moved struct{ drift, rate stats.Estimate }

// Drift shows win rate over distance from the base model in the seen languages, one mark for each arm and iteration and a panel for each way
// of answering: an arm that gains more at the same distance does not merely train faster.
func Drift(s *outcome.Study) Figure {
	f := Figure{Name: "drift", Width: Page, Height: 2.6 * vg.Inch}
	arms := drawable(s, s.Trained())
	seen, ok := s.Group("seen")
	if !s.Drifted() || !ok || len(arms.arms) == 0 {
		f.Caption = "No win rate over drift to draw: the distance from the base model was not measured."
		return f
	}
	ways := s.Ways()
	marks := make([][][]moved, len(ways)) // by way and arm, in the order of the iterations
	starts := make([]float64, len(ways))  // the base model's win rates
	far, high := over(0), over(0.5)
	for i, w := range ways {
		starts[i] = 0.5
		if base := s.Untouched(); base != nil { // against a file's answers another one
			starts[i] = s.WinRateOf(w, base.Name, seen).Mean
		}
		for _, a := range arms.arms {
			var list []moved
			for _, after := range s.Evaluated(a) {
				w.Iteration = after.Iteration
				m := moved{s.Drift(a.Name, after.Iteration, seen), s.WinRateOf(w, a.Name, seen)}
				if m.drift.N == 0 || m.rate.N == 0 {
					continue
				}
				list = append(list, m)
				far, high = far.and(math.Max(0, m.drift.Low)).and(m.drift.High), high.and(m.rate.Low).and(m.rate.High)
			}
			marks[i] = append(marks[i], list)
		}
	}
	far, high = far.wide(0.05), high.wide(0.05)
	far.low = 0
	if len(ways) == 1 {
		f.Width = Column
	}
	f.Caption = "Does an arm gain more, or has it only moved further? Win rate in the seen languages over the divergence KL(arm || base model) per token of its sampled answers; " +
		"each arm has a mark after every evaluated iteration, lines join them from the base model on, crosses are 95 % intervals." + s.JudgedBy() + arms.note()
	f.paint = func(c draw.Canvas) {
		c = arms.legend(draw.Crop(c, 2, -4, 2, -2), false)
		panels := [][]*plot.Plot{nil}
		for i, w := range ways {
			panels[0] = append(panels[0], driftPanel(w.String()+" answers", arms, marks[i], starts[i], far, high))
		}
		tiles := draw.Tiles{Rows: 1, Cols: len(ways), PadX: vg.Points(8), PadRight: vg.Points(4)}
		for j, canvas := range plot.Align(panels, tiles, c)[0] {
			panels[0][j].Draw(canvas)
		}
	}
	return f
}

// driftPanel draws the marks of all arms, each joined to the base model at zero, whose win rate is start.
func driftPanel(title string, arms series, marks [][]moved, start float64, far, high span) *plot.Plot {
	p := axes("distance from the base model (nats per token)", "win rate")
	p.Title.Text = title
	far.set(&p.X, 5)
	high.set(&p.Y, 4)
	p.Add(layer(func(c draw.Canvas, x, y func(float64) vg.Length) {
		c.StrokeLine2(line(ink, 0.5), c.Min.X, y(0.5), c.Max.X, y(0.5))
		for i, list := range marks {
			path := []vg.Point{{X: x(0), Y: y(start)}}
			for _, m := range list {
				at := vg.Point{X: x(m.drift.Mean), Y: y(m.rate.Mean)}
				c.StrokeLine2(line(arms.look[i].color, 0.7), x(math.Max(0, m.drift.Low)), at.Y, x(m.drift.High), at.Y)
				c.StrokeLine2(line(arms.look[i].color, 0.7), at.X, y(m.rate.Low), at.X, y(m.rate.High))
				path = append(path, at)
			}
			if len(path) > 1 {
				c.StrokeLines(line(fade(arms.look[i].color, 0.6), 0.9, arms.look[i].dashes...), path)
			}
			for _, at := range path[1:] {
				marker(c, arms.look[i], at, 2.6, true)
			}
		}
	}))
	return p
}
