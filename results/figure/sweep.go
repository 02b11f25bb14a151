package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/records"
)

// setting is what a sweep is over.
type setting struct {
	figure, key    string
	question, axis string
	logarithmic    bool                    // doublings are equally far apart
	name           func(record.Arm) string // what arms that differ in it alone have in common, in a word
}

// KeepSweep shows how arms that differ in the share of kept pairs alone compare with the reference.
func KeepSweep(s *outcome.Study) Figure {
	return setting{
		"keep-sweep", "keep.share", "How many pairs should be kept?", "share of pairs kept", false,
		func(a record.Arm) string { return a.Select },
	}.figureOf(s)
}

// RankSweep shows how arms that differ in the rank of the sketch alone compare with the reference.
func RankSweep(s *outcome.Study) Figure {
	return setting{
		"rank-sweep", "congrad.sketch_rank", "How far can gradients be compressed?", "rank of the sketch", true,
		func(a record.Arm) string { return cmp.Or(records.Family(a), a.Select) },
	}.figureOf(s)
}

func (of setting) figureOf(s *outcome.Study) Figure {
	f := Figure{Name: of.figure, Width: Page, Height: 2.4 * vg.Inch}
	sweeps := s.Swept(of.key)
	var groups []string
	for _, g := range []string{"seen", "unseen"} {
		if slices.ContainsFunc(sweeps, func(w outcome.Sweep) bool { return len(w.Points[0].Minus) > 0 && w.Points[0].Minus[g].N > 0 }) {
			groups = append(groups, g)
		}
	}
	if len(groups) == 0 {
		f.Caption = "No sweep to draw: no two evaluated arms differ only in " + of.key + ", or there is no reference to compare them with."
		return f
	}
	var names []string
	var first []record.Arm
	x, y := over(), over(0)
	answers := map[string]int{}
	var members []string
	for _, w := range sweeps {
		name := of.name(w.First)
		names, first = append(names, name), append(first, w.First)
		var arms []string
		for _, p := range w.Points {
			arms = append(arms, p.Arm)
			x = x.and(of.at(p.Value))
			for _, g := range groups {
				if e := p.Minus[g]; e.N > 0 {
					y = y.and(e.Low).and(e.High)
					answers[g] = max(answers[g], e.N)
				}
			}
		}
		members = append(members, name+" ("+strings.Join(arms, ", ")+")")
	}
	drawn := sweepSeries(s, names, first)
	x, y = x.wide(0.08), y.wide(0.06)
	var n []string
	for _, g := range groups {
		n = append(n, fmt.Sprintf("%d in %s languages", answers[g], g))
	}
	reference := s.Reference()
	label := labelledAs("reference", reference.Name)
	line := "The line at zero is " + reference.Name
	if reference.Select == "all" {
		line += ", which trains on all pairs"
	}
	f.Caption = fmt.Sprintf("%s Win rate minus %s's on the same prompts and seeds, with 95 %% intervals, by %s (%s), for arms that differ only in this setting: %s. "+
		"Evaluated answers per point: %s. %s. Intervals are not corrected for the number of points; the lines between points are not measurements.",
		of.question, reference.Name, of.axis, of.key, strings.Join(members, "; "), strings.Join(n, ", "), line) + s.JudgedBy() + drawn.note() + label.key
	if len(groups) == 1 {
		f.Width = Column
	}
	f.paint = func(c draw.Canvas) {
		c = drawn.legend(draw.Crop(c, 2, -6, 2, -2), true)
		width := (c.Max.X - c.Min.X) / vg.Length(len(groups))
		for k, g := range groups {
			panel := draw.Crop(c, width*vg.Length(k), -width*vg.Length(len(groups)-1-k), 0, 0)
			of.draw(draw.Crop(panel, 0, -vg.Points(4), 0, -vg.Points(10)), drawn, sweeps, g, "win rate minus "+label.drawn[0]+"'s", x, y)
		}
	}
	return f
}

// sweepSeries are the groups of a sweep, each with the look of its first arm where that has one.
func sweepSeries(s *outcome.Study, names []string, first []record.Arm) series {
	drawn, by := distinct("group", names), looks(s)
	for i := range drawn.arms {
		if l, ok := by[first[i].Name]; ok {
			drawn.look[i] = l
		}
	}
	return drawn
}

// at is where a value is on the axis.
func (of setting) at(value float64) float64 {
	if of.logarithmic {
		return math.Log2(value)
	}
	return value
}

// draw sets the panel of a group of languages. Series are drawn next to each other, so that intervals at one value show.
func (of setting) draw(c draw.Canvas, series series, sweeps []outcome.Sweep, group, rate string, x, y span) {
	p := axes(of.axis, rate)
	y.set(&p.Y, 5)
	p.X.Min, p.X.Max = x.low, x.high
	p.X.Tick.Marker = plot.ConstantTicks(of.ticks(sweeps))
	p.Add(layer(func(c draw.Canvas, atX, atY func(float64) vg.Length) {
		c.FillText(words(normal, draw.XCenter, draw.YBottom), vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Max.Y + vg.Points(2)}, group+" languages")
		for _, t := range y.ticks(5) {
			c.StrokeLine2(line(faint, 0.4), c.Min.X, atY(t.Value), c.Max.X, atY(t.Value))
		}
		c.StrokeLine2(line(ink, 0.8), c.Min.X, atY(0), c.Max.X, atY(0))
		for i := range series.arms {
			look := series.look[i]
			var points []vg.Point
			for _, point := range sweeps[i].Points {
				e := point.Minus[group]
				if e.N == 0 {
					continue
				}
				at := vg.Point{X: atX(of.at(point.Value)) + vg.Points(7*series.dodge(i, 1)), Y: atY(e.Mean)}
				c.StrokeLine2(line(look.color, 0.9), at.X, atY(e.Low), at.X, atY(e.High))
				points = append(points, at)
			}
			c.StrokeLines(line(fade(look.color, 0.6), 0.7, look.dashes...), points)
			for _, at := range points {
				marker(c, look, at, 2.2, true)
			}
		}
	}))
	p.Draw(c)
}

// ticks are the values that arms have, but for those too close to the one before to be read.
func (of setting) ticks(sweeps []outcome.Sweep) []plot.Tick {
	var values []float64
	for _, w := range sweeps {
		for _, p := range w.Points {
			values = append(values, p.Value)
		}
	}
	slices.Sort(values)
	values = slices.Compact(values)
	room := (of.at(values[len(values)-1]) - of.at(values[0])) / 15
	var ticks []plot.Tick
	last := math.Inf(-1)
	for _, v := range values {
		t := plot.Tick{Value: of.at(v)}
		if t.Value-last >= room {
			t.Label, last = fmt.Sprintf("%g", v), t.Value
		}
		ticks = append(ticks, t)
	}
	return ticks
}
