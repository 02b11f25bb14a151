package figure

import (
	"cmp"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/records"
)

// droppedColor is that of dropped pairs. Kept ones have the colour of the arm that kept them, which is darker.
func droppedColor() color.RGBA { return color.RGBA{0xbb, 0xbf, 0xc4, 0xff} }

const bins = 30

// histogram counts the scores of one language.
type histogram struct {
	measure.Alignment
	kept, dropped [bins]int
	highest       int
}

// Alignments shows how the scores of the pairs are spread in each language, and which were kept.
func Alignments(s *outcome.Study) Figure {
	f := Figure{Name: "alignments", Width: Page}
	selector := s.Selector()
	var scores []measure.Alignment
	if selector != nil {
		scores = measure.Alignments(s.Study, selector.Name, 1)
	}
	if len(scores) == 0 {
		f.Caption = "No scores to draw: no arm scored its pairs in the first iteration."
		return f
	}
	r := over(0)
	kept, total := 0, 0
	for _, a := range scores {
		kept += len(a.Kept)
		total += len(a.Kept) + len(a.Dropped)
		for _, v := range a.Kept {
			r = r.and(v)
		}
		for _, v := range a.Dropped {
			r = r.and(v)
		}
	}
	r = r.wide(0.02)
	panels := make([]histogram, len(scores))
	for i, a := range scores {
		panels[i] = counted(a, r)
	}
	score := cmp.Or(records.Score(*selector), "score")
	f.Caption = fmt.Sprintf("Which pairs does %s keep? Each pair's %s in iteration 1, all seeds; "+
		"kept pairs in colour on top of dropped ones in grey. It keeps %d of %d pairs. Dashed lines are the lowest kept scores, one per seed.",
		selector.Name, score, kept, total)
	keptColor := plain().color
	if l, ok := looks(s)[selector.Name]; ok {
		keptColor = l.color
	}
	columns := min(5, len(panels))
	lines := (len(panels) + columns - 1) / columns
	f.Height = vg.Points(float64(26 + 66*lines))
	f.paint = func(c draw.Canvas) {
		c = keys(draw.Crop(c, 2, -4, 2, -2), keptColor)
		c.FillText(words(normal, draw.XCenter, draw.YBottom), vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Min.Y}, score)
		c = draw.Crop(c, 0, 0, vg.Points(10), 0)
		width, height := (c.Max.X-c.Min.X)/vg.Length(columns), (c.Max.Y-c.Min.Y)/vg.Length(lines)
		for k := range panels {
			i, j := k%columns, k/columns
			left, top := c.Min.X+width*vg.Length(i), c.Max.Y-height*vg.Length(j)
			panels[k].draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: left + vg.Points(4), Y: top - height + vg.Points(2)}, Max: vg.Point{X: left + width - vg.Points(4), Y: top},
			}}, r, keptColor)
		}
	}
	return f
}

func counted(a measure.Alignment, r span) histogram {
	h := histogram{Alignment: a}
	at := func(v float64) int { return max(0, min(bins-1, int(math.Floor(bins*(v-r.low)/(r.high-r.low))))) }
	for _, v := range a.Kept {
		h.kept[at(v)]++
	}
	for _, v := range a.Dropped {
		h.dropped[at(v)]++
	}
	for b := range bins {
		h.highest = max(h.highest, h.kept[b]+h.dropped[b])
	}
	return h
}

// keys is the legend of the two shades.
func keys(c draw.Canvas, kept color.RGBA) draw.Canvas {
	style := words(normal, draw.XLeft, draw.YCenter)
	x, y := c.Min.X+vg.Points(4), c.Max.Y-vg.Points(5)
	for _, k := range []struct {
		name  string
		color color.RGBA
	}{{"kept", kept}, {"dropped", droppedColor()}} {
		fill(c, k.color, x, y-vg.Points(3), x+vg.Points(10), y+vg.Points(3))
		c.FillText(style, vg.Point{X: x + vg.Points(13), Y: y}, k.name)
		x += vg.Points(13+14) + style.Width(k.name)
	}
	return draw.Crop(c, 0, 0, 0, -vg.Points(13))
}

// draw leaves out the vertical axis: heights compare within a panel, not between panels.
func (h histogram) draw(c draw.Canvas, r span, kept color.RGBA) {
	p := axes("", "")
	r.set(&p.X, 3)
	top := 1.05 * float64(max(1, h.highest))
	p.Y.Min, p.Y.Max = 0, 1.25*top // room for the words
	p.HideY()
	p.X.Padding, p.Y.Padding = 0, 0
	p.Add(layer(func(c draw.Canvas, x, y func(float64) vg.Length) {
		wide := (r.high - r.low) / bins
		for b := range bins {
			left, right := x(r.low+wide*float64(b)), x(r.low+wide*float64(b+1))
			if h.dropped[b] > 0 {
				fill(c, droppedColor(), left, y(0), right, y(float64(h.dropped[b])))
			}
			if h.kept[b] > 0 {
				fill(c, kept, left, y(float64(h.dropped[b])), right, y(float64(h.dropped[b]+h.kept[b])))
			}
		}
		for _, t := range h.Thresholds {
			c.StrokeLine2(line(ink, 0.6, 2, 1.5), x(t), c.Min.Y, x(t), y(top))
		}
		c.StrokeLine2(line(ink, 0.4), x(0), c.Min.Y, x(0), y(0.05*top))
		c.FillText(words(normal, draw.XLeft, draw.YTop), vg.Point{X: c.Min.X + vg.Points(1), Y: c.Max.Y}, h.Lang)
		c.FillText(words(small, draw.XRight, draw.YTop), vg.Point{X: c.Max.X, Y: c.Max.Y},
			fmt.Sprintf("%d/%d", len(h.Kept), len(h.Kept)+len(h.Dropped)))
	}))
	p.Draw(c)
}
