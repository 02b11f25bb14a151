package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The four greys that Inline replaces with the colours of the page. Data must not be drawn in them.
var (
	ink   = color.RGBA{0x22, 0x22, 0x22, 0xff}
	faint = color.RGBA{0xd4, 0xd4, 0xd4, 0xff}
	shade = color.RGBA{0xf3, 0xf3, 0xf3, 0xff}
	paper = color.RGBA{0xff, 0xff, 0xff, 0xff}
)

// Sizes of type in points.
const (
	small  = 6.5
	normal = 7.5
)

// dodge is the offset of arm i that sets the arms side by side within width.
func (s series) dodge(i int, width float64) float64 {
	if len(s.arms) < 2 {
		return 0
	}
	step := math.Min(width/float64(len(s.arms)), 0.26)
	return step * (float64(i) - float64(len(s.arms)-1)/2)
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }

func fade(c color.RGBA, alpha float64) color.NRGBA {
	return color.NRGBA{c.R, c.G, c.B, uint8(math.Round(255 * alpha))}
}

func line(c color.Color, width float64, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: vg.Points(width), Dashes: dashes}
}

func words(size float64, x draw.XAlignment, y draw.YAlignment) text.Style {
	return text.Style{
		Color: ink, Font: font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, vg.Points(size)),
		XAlign: x, YAlign: y, Handler: text.Plain{Fonts: font.DefaultCache},
	}
}

// axes is a plot with thin axes, small type and no background.
func axes(x, y string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	p.Title.TextStyle = words(normal, draw.XCenter, draw.YTop)
	p.Title.Padding = vg.Points(2)
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.LineStyle = line(ink, 0.5)
		a.Tick.LineStyle = line(ink, 0.5)
		a.Tick.Length = vg.Points(2.5)
		a.Padding = 0
		a.Label.Padding = vg.Points(2)
		a.Label.TextStyle = words(normal, draw.XCenter, draw.YBottom)
	}
	p.X.Tick.Label = words(small, draw.XCenter, draw.YTop)
	p.Y.Tick.Label = words(small, draw.XRight, draw.YCenter)
	p.X.Label.Text, p.Y.Label.Text = x, y
	return p
}

// layer is a plotter made of a function that knows where data lie on the canvas.
type layer func(c draw.Canvas, x, y func(float64) vg.Length)

// Plot implements plot.Plotter.
func (l layer) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	l(c, x, y)
}

// marker draws a filled or hollow sign with a rim of paper, which keeps overlapping signs apart.
func marker(c draw.Canvas, l look, at vg.Point, radius float64, filled bool) {
	path := outline(l, at, vg.Points(radius))
	c.SetLineDash(nil, 0)
	if filled {
		c.SetColor(l.color)
		c.Fill(path)
		c.SetColor(paper)
		c.SetLineWidth(vg.Points(0.4))
	} else {
		c.SetColor(paper)
		c.Fill(path)
		c.SetColor(l.color)
		c.SetLineWidth(vg.Points(0.9))
	}
	c.Stroke(path)
}

func outline(l look, at vg.Point, r vg.Length) vg.Path {
	var path vg.Path
	if l.shape == 0 {
		path.Move(vg.Point{X: at.X + r, Y: at.Y})
		path.Arc(at, r, 0, 2*math.Pi)
		path.Close()
		return path
	}
	r *= 1.2 // a polygon looks smaller than the circle around it
	for k := range l.shape {
		angle := l.turn + 2*math.Pi*float64(k)/float64(l.shape)
		p := vg.Point{X: at.X + r*vg.Length(math.Cos(angle)), Y: at.Y + r*vg.Length(math.Sin(angle))}
		if k == 0 {
			path.Move(p)
		} else {
			path.Line(p)
		}
	}
	path.Close()
	return path
}

func fill(c draw.Canvas, col color.Color, x0, y0, x1, y1 vg.Length) {
	c.SetColor(col)
	c.Fill(vg.Rectangle{Min: vg.Point{X: x0, Y: y0}, Max: vg.Point{X: x1, Y: y1}}.Path())
}

// legend writes the arms in a row along the top, in more rows where one is too narrow, and returns what is left below.
func (s series) legend(c draw.Canvas, lines bool) draw.Canvas {
	style := words(normal, draw.XLeft, draw.YCenter)
	sign, gap, height := vg.Points(18), vg.Points(12), vg.Points(11)
	x, y := c.Min.X+vg.Points(2), c.Max.Y-height/2
	for i, name := range s.drawn {
		width := sign + style.Width(name)
		if x+width > c.Max.X && i > 0 {
			x, y = c.Min.X+vg.Points(2), y-height
		}
		middle := vg.Point{X: x + sign/2 - vg.Points(1.5), Y: y}
		if lines {
			c.StrokeLine2(line(s.look[i].color, 1.2, s.look[i].dashes...), x, y, x+sign-vg.Points(3), y)
		} else {
			c.StrokeLine2(line(s.look[i].color, 0.9), x+vg.Points(3), y, x+sign-vg.Points(6), y)
			marker(c, s.look[i], middle, 2.2, true)
		}
		c.FillText(style, vg.Point{X: x + sign, Y: y}, name)
		x += width + gap
	}
	return draw.Crop(c, 0, 0, 0, y-height/2-vg.Points(3)-c.Max.Y)
}
