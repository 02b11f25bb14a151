package figure

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/results/records"
)

// Vector is a gradient in the plane of the picture; real ones have as many entries as a model has weights.
type Vector [2]float64

func (v Vector) times(s float64) Vector { return Vector{s * v[0], s * v[1]} }
func (v Vector) length() float64        { return math.Hypot(v[0], v[1]) }
func (v Vector) at(o vg.Point, unit vg.Length) vg.Point {
	return vg.Point{X: o.X + unit*vg.Length(v[0]), Y: o.Y + unit*vg.Length(v[1])}
}

// Example is what the picture of the method draws: the gradients of pairs in a plane, and what the method makes of them.
type Example struct {
	Codes     []string // [K] of the languages
	Means     []Vector // [K] the language gradients m_l
	Consensus Vector   // V = Σ w_l m_l
	Pairs     []Vector // [n] g_i
	Kept      []bool   // [n]
}

// warm is ConGrad's colour.
func warm() color.RGBA {
	l, _ := lookOf(records.Congrad)
	return l.color
}

// steps are those of one self-rewarding iteration.
var steps = [...][2]string{
	{"sample", "several answers each"},
	{"judge", "the policy scores them"},
	{"pair", "best against worst"},
	{"filter", "ConGrad"},
	{"train", "DPO on the kept pairs"},
}

// Method explains ConGrad: the loop, and inside its filter the language gradients, their consensus, and the pairs that are kept.
func Method(e Example) Figure {
	kept := 0
	for _, k := range e.Kept {
		if k {
			kept++
		}
	}
	f := Figure{Name: "method", Width: Page, Height: vg.Points(232)}
	f.Caption = fmt.Sprintf("ConGrad: in each iteration the policy samples answers, judges them and pairs best against worst; the filter averages the "+
		"pair gradients of each language, combines the averages into one consensus direction V, and keeps the pairs with the highest cosine "+
		"to V, here %d of %d; DPO trains the policy on them.", kept, len(e.Kept))
	f.paint = func(c draw.Canvas) {
		c = draw.Crop(c, vg.Points(2), -vg.Points(2), vg.Points(2), -vg.Points(2))
		low := c.Max.Y - vg.Points(64)
		filter := loop(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: low}, Max: c.Max}})
		frame := vg.Rectangle{Min: c.Min, Max: vg.Point{X: c.Max.X, Y: low - vg.Points(14)}}
		zoom(c, filter, frame)
		e.draw(c, frame)
	}
	return f
}

// loop draws the steps in a row and the way back, and returns the box of the filter.
func loop(c draw.Canvas) (filter vg.Rectangle) {
	gap := vg.Points(15)
	width := (c.Max.X - c.Min.X - gap*vg.Length(len(steps)-1)) / vg.Length(len(steps))
	top, bottom := c.Max.Y-vg.Points(22), c.Min.Y
	middle := (top + bottom) / 2
	for i, s := range steps {
		box := vg.Rectangle{Min: vg.Point{X: c.Min.X + (width+gap)*vg.Length(i), Y: bottom}}
		box.Max = vg.Point{X: box.Min.X + width, Y: top}
		edge, thick := color.Color(ink), 0.6
		if s[0] == "filter" {
			filter, edge, thick = box, warm(), 1.4
		}
		fill(c, shade, box.Min.X, box.Min.Y, box.Max.X, box.Max.Y)
		c.StrokeLines(line(edge, thick), corners(box))
		x := (box.Min.X + box.Max.X) / 2
		c.FillText(words(normal+1.5, draw.XCenter, draw.YBottom), vg.Point{X: x, Y: middle + vg.Points(1.5)}, s[0])
		c.FillText(words(small, draw.XCenter, draw.YTop), vg.Point{X: x, Y: middle - vg.Points(2)}, s[1])
		if i > 0 {
			arrow(c, ink, 0.9, vg.Point{X: box.Min.X - gap + vg.Points(2), Y: middle}, vg.Point{X: box.Min.X - vg.Points(1.5), Y: middle})
		}
	}
	first, last, over := c.Min.X+width/2, c.Max.X-width/2, c.Max.Y-vg.Points(9)
	c.StrokeLine2(line(ink, 0.9), last, top, last, over)
	c.StrokeLine2(line(ink, 0.9), last, over, first, over)
	arrow(c, ink, 0.9, vg.Point{X: first, Y: over}, vg.Point{X: first, Y: top + vg.Points(1.5)})
	c.FillText(words(small, draw.XCenter, draw.YBottom), vg.Point{X: (first + last) / 2, Y: over + vg.Points(2)}, "next iteration: the trained policy")
	return filter
}

// zoom shows that what is in the frame happens in the box above it.
func zoom(c draw.Canvas, box, frame vg.Rectangle) {
	c.StrokeLines(line(warm(), 1.4), corners(frame))
	c.StrokeLine2(line(warm(), 0.7, 2, 1.5), box.Min.X, box.Min.Y, frame.Min.X, frame.Max.Y)
	c.StrokeLine2(line(warm(), 0.7, 2, 1.5), box.Max.X, box.Min.Y, frame.Max.X, frame.Max.Y)
}

// draw sets the three panels of the filter side by side.
func (e Example) draw(c draw.Canvas, frame vg.Rectangle) {
	titles := [...][2]string{
		{"1  language gradients", "some languages conflict"},
		{"2  consensus", "conflicting parts removed (PCGrad), then summed: V"},
		{"3  cosine of each pair with V", "the best half of each language is kept"},
	}
	width := (frame.Max.X - frame.Min.X) / vg.Length(len(titles))
	for i, title := range titles {
		left := frame.Min.X + width*vg.Length(i)
		x := left + width/2
		c.FillText(words(normal+1, draw.XCenter, draw.YTop), vg.Point{X: x, Y: frame.Max.Y - vg.Points(6)}, title[0])
		c.FillText(words(small, draw.XCenter, draw.YBottom), vg.Point{X: x, Y: frame.Min.Y + vg.Points(6)}, title[1])
		origin, unit := vg.Point{X: x, Y: frame.Min.Y + vg.Points(44)}, vg.Points(54)
		switch i {
		case 0:
			e.languages(c, origin, unit, ink)
		case 1:
			e.languages(c, origin, unit, faint)
			e.direction(c, origin, unit)
		case 2:
			e.scatter(c, origin, unit)
			e.direction(c, origin, unit)
		}
		if i > 0 {
			y := (frame.Min.Y + frame.Max.Y) / 2
			arrow(c, ink, 0.9, vg.Point{X: left - vg.Points(8), Y: y}, vg.Point{X: left + vg.Points(8), Y: y})
		}
	}
}

// languages draws the mean gradient of each language, with its code at the tip.
func (e Example) languages(c draw.Canvas, origin vg.Point, unit vg.Length, col color.Color) {
	for l, m := range e.Means {
		tip := m.at(origin, unit)
		arrow(c, col, 1.1, origin, tip)
		label := m.times(1+0.13/m.length()).at(origin, unit)
		c.FillText(words(normal, draw.XCenter, draw.YCenter), label, e.Codes[l])
	}
}

// direction draws V as long as a language's gradient: only where it points matters.
func (e Example) direction(c draw.Canvas, origin vg.Point, unit vg.Length) {
	v := e.Consensus.times(1.15 / e.Consensus.length())
	arrow(c, warm(), 2.4, origin, v.at(origin, unit))
	c.FillText(words(normal+1.5, draw.XCenter, draw.YCenter), v.times(1.12).at(origin, unit), "V")
}

// scatter draws every pair's gradient: kept ones with a filled sign, dropped ones with a hollow one.
func (e Example) scatter(c draw.Canvas, origin vg.Point, unit vg.Length) {
	for _, kept := range []bool{false, true} {
		look := look{color: droppedColor()}
		if kept {
			look.color = warm()
		}
		for i, g := range e.Pairs {
			if e.Kept[i] != kept {
				continue
			}
			tip := g.times(0.8).at(origin, unit)
			c.StrokeLine2(line(fade(look.color, 0.45), 0.6), origin.X, origin.Y, tip.X, tip.Y)
			marker(c, look, tip, 1.7, kept)
		}
	}
	keys(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
		Min: vg.Point{X: origin.X - vg.Points(49), Y: origin.Y - vg.Points(40)}, Max: vg.Point{X: origin.X + vg.Points(49), Y: origin.Y - vg.Points(18)},
	}}, warm())
}

// arrow draws a line with a filled head that ends at to.
func arrow(c draw.Canvas, col color.Color, width float64, from, to vg.Point) {
	head := vg.Points(2.5 + 1.6*width)
	dx, dy := float64(to.X-from.X), float64(to.Y-from.Y)
	length := math.Hypot(dx, dy)
	ux, uy := vg.Length(dx/length), vg.Length(dy/length)
	neck := vg.Point{X: to.X - head*ux, Y: to.Y - head*uy}
	c.StrokeLine2(line(col, width), from.X, from.Y, neck.X, neck.Y)
	c.FillPolygon(col, []vg.Point{to, {X: neck.X - head*uy*0.4, Y: neck.Y + head*ux*0.4}, {X: neck.X + head*uy*0.4, Y: neck.Y - head*ux*0.4}})
}

// corners is a rectangle as a closed line.
func corners(r vg.Rectangle) []vg.Point {
	return []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}, r.Min}
}

// Dark is the SVG for pages with a dark ground: ink, paper and the greys between them are exchanged.
func (f Figure) Dark() ([]byte, error) {
	svg, err := f.SVG()
	if err != nil {
		return nil, err
	}
	return []byte(strings.NewReplacer(hex(ink), "#E4E4E2", hex(paper), "#0D1117", hex(shade), "#1C2128", hex(faint), "#4A5058").Replace(string(svg))), nil
}
