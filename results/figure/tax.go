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

// toll is one measure of the tax over its tasks, in seen and in unseen languages.
type toll struct {
	measure outcome.Measure
	places  []slot
	blocks  []block
	end     float64
	change  [][]stats.Estimate // by arm, in the order of the places: arm minus base model
	told    [][]bool           // whether it is significant, corrected over the places of the arm
	span    span
}

// Tax shows for every task what each arm loses or gains against the base model, as a forest plot.
func Tax(s *outcome.Study) Figure {
	f := Figure{Name: "tax", Width: Column}
	arms := drawable(s, s.Trained())
	base := s.Untouched()
	tasks := labelled("task", s.TaxTasks())
	var tolls []toll
	end := 0.0
	if base != nil {
		for _, m := range []outcome.Measure{outcome.Accuracy(), outcome.ExactMatch(), outcome.BitsPerByte()} {
			if t := tollOf(s, m, base.Name, arms, tasks.drawn); len(t.places) > 0 {
				tolls = append(tolls, t)
				end = max(end, t.end)
			}
		}
	}
	if len(tolls) == 0 {
		f.Caption = "No tax to draw: the figure needs the base model as an arm, a trained arm, and tasks evaluated for both."
		return f
	}
	if len(tolls) > 1 {
		f.Width = Page
	}
	reference := labelledAs("base", base.Name)
	f.Caption = "What does training cost on other tasks? Each arm minus " + base.Name + " on the same items, with 95 % intervals, by task: "
	for k, t := range tolls {
		if k > 0 {
			f.Caption += "; "
		}
		f.Caption += t.sentence(arms)
	}
	f.Caption += ". Filled markers are significant after Holm's correction over the tasks of an arm, hollow ones are not. Length-normalised accuracies are in the table." +
		confined(s, arms) + arms.note() + tasks.key + reference.key
	f.Height = vg.Points(50 + (9+4*float64(len(arms.arms)))*end)
	f.paint = func(c draw.Canvas) {
		c = arms.legend(draw.Crop(c, 2, -6, 2, -2), false)
		width := (c.Max.X - c.Min.X) / vg.Length(len(tolls))
		for k, t := range tolls {
			panel := draw.Crop(c, width*vg.Length(k), -width*vg.Length(len(tolls)-1-k), 0, 0)
			t.draw(draw.Crop(panel, vg.Points(10), -vg.Points(4), 0, 0), arms, reference.drawn[0])
		}
	}
	return f
}

func tollOf(s *outcome.Study, m outcome.Measure, base string, arms series, labels []string) toll {
	t := toll{measure: m, change: make([][]stats.Estimate, len(arms.arms)), span: over(0)}
	at := 0.0
	for _, name := range []string{"seen", "unseen"} {
		g, ok := s.Group(name)
		if !ok {
			continue
		}
		from := at
		for k, task := range s.TaxTasks() {
			n := 0
			changes := make([]stats.Estimate, len(arms.arms))
			for i, a := range arms.arms {
				changes[i] = s.TaxMinus(m, task, a.Name, base, g)
				if e := changes[i]; e.N > 0 {
					n++
					t.span = t.span.and(e.Low).and(e.High)
				}
			}
			if n == 0 {
				continue
			}
			for i, e := range changes {
				t.change[i] = append(t.change[i], e)
			}
			t.places = append(t.places, slot{label: labels[k], group: g, at: at + 0.5})
			at++
		}
		if at > from {
			t.blocks = append(t.blocks, block{name, from, at})
			at += 0.5
		}
	}
	for _, changes := range t.change {
		t.told = append(t.told, significant(changes))
	}
	t.end = at - 0.5
	t.span = t.span.wide(0.06)
	return t
}

// significant reports for each of several estimates whether it is significant after Holm's correction over them.
func significant(estimates []stats.Estimate) []bool {
	var p []float64
	var at []int
	for i, e := range estimates {
		if e.N > 0 && e.Bounded() {
			p, at = append(p, e.P), append(at, i)
		}
	}
	told := make([]bool, len(estimates))
	for i, adjusted := range stats.Holm(p) {
		told[at[i]] = adjusted < 1-records.Level
	}
	return told
}

func (t toll) draw(c draw.Canvas, arms series, base string) {
	p := axes(fmt.Sprintf("%s minus %s's (%s)", t.measure.Name, base, better(t.measure)), "")
	t.span.set(&p.X, 4)
	p.Y.Min, p.Y.Max = 0, t.end
	p.Y.Scale = plot.InvertedScale{Normalizer: plot.LinearScale{}}
	p.Y.Tick.Marker = ticksAt(t.places)
	p.Y.Tick.LineStyle.Width = 0
	p.Add(layer(func(c draw.Canvas, x, y func(float64) vg.Length) {
		rows(c, y, t.places, t.blocks)
		for _, tick := range t.span.ticks(4) {
			c.StrokeLine2(line(faint, 0.4), x(tick.Value), c.Min.Y, x(tick.Value), c.Max.Y)
		}
		c.StrokeLine2(line(ink, 0.8), x(0), c.Min.Y, x(0), c.Max.Y)
		for i := range arms.arms {
			for k, at := range t.places {
				e := t.change[i][k]
				if e.N == 0 {
					continue
				}
				py := y(at.at + arms.dodge(i, 0.75))
				c.StrokeLine2(line(arms.look[i].color, 0.9), x(e.Low), py, x(e.High), py)
				marker(c, arms.look[i], vg.Point{X: x(e.Mean), Y: py}, 2, t.told[i][k])
			}
		}
	}))
	p.Draw(c)
}

// sentence counts the significant differences.
func (t toll) sentence(arms series) string {
	worse, better, n, items := 0, 0, 0, 0
	for i := range arms.arms {
		for k, e := range t.change[i] {
			if e.N == 0 {
				continue
			}
			n++
			items = max(items, e.N)
			switch {
			case !t.told[i][k]:
			case (e.Mean > 0) == (t.measure.Better > 0):
				better++
			default:
				worse++
			}
		}
	}
	return fmt.Sprintf("%s is worse in %d and better in %d of %d comparisons of up to %d items", t.measure.Name, worse, better, n, items)
}
