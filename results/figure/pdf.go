package figure

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"
	"time"

	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// PDF is the figure as a page of its size, its text as text in an embedded part of the font. gonum's own canvas writes the
// time and, of text, what Windows-1252 holds, which lacks a true minus.
func (f Figure) PDF() ([]byte, error) {
	c := newPDF(f.Width, f.Height)
	c.doc.SetTitle(f.Name, true)
	f.paint(draw.New(c))
	var b bytes.Buffer
	if err := c.doc.Output(&b); err != nil {
		return nil, fmt.Errorf("drawing figure %s as PDF: %w", f.Name, err)
	}
	return b.Bytes(), nil
}

// pdf is a canvas that writes the operators of PDF, whose origin and axes are those of vg. Text alone goes through fpdf, which
// embeds the glyphs that are used.
type pdf struct {
	doc    *fpdf.Fpdf
	height float64 // fpdf counts text from the top
	state  pdfState
	saved  []pdfState
}

type pdfState struct {
	size  float64 // of type, in points
	width vg.Length
}

func newPDF(width, height vg.Length) *pdf {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: width.Points(), Ht: height.Points()}})
	then := time.Unix(0, 0).UTC() // the records alone decide
	doc.SetCreationDate(then)
	doc.SetModificationDate(then)
	doc.SetCatalogSort(true)
	doc.SetProducer("congrad", true)
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.AddUTF8FontFromBytes("sans", "", liberationsansregular.TTF)
	doc.AddPage()
	c := &pdf{doc: doc, height: height.Points(), state: pdfState{size: normal}}
	doc.SetFont("sans", "", normal)
	vg.Initialize(c)
	return c
}

// put writes operands and an operator.
func (c *pdf) put(operator string, operands ...float64) {
	var b strings.Builder
	for _, v := range operands {
		fmt.Fprintf(&b, "%.3f ", v)
	}
	c.doc.RawWriteStr(b.String() + operator)
}

// Size implements vg.CanvasSizer.
func (c *pdf) Size() (width, height vg.Length) {
	w, h := c.doc.GetPageSize()
	return vg.Points(w), vg.Points(h)
}

// SetLineWidth implements vg.Canvas.
func (c *pdf) SetLineWidth(w vg.Length) {
	c.state.width = w
	c.put("w", w.Points())
}

// SetLineDash implements vg.Canvas.
func (c *pdf) SetLineDash(pattern []vg.Length, offset vg.Length) {
	var dashes []string
	for _, d := range pattern {
		dashes = append(dashes, fmt.Sprintf("%.3f", d.Points()))
	}
	c.doc.RawWriteStr(fmt.Sprintf("[%s] %.3f d", strings.Join(dashes, " "), offset.Points()))
}

// SetColor implements vg.Canvas.
func (c *pdf) SetColor(of color.Color) {
	if of == nil {
		of = color.Black
	}
	n := color.NRGBAModel.Convert(of).(color.NRGBA)
	r, g, b := float64(n.R)/255, float64(n.G)/255, float64(n.B)/255
	c.put("rg", r, g, b)
	c.put("RG", r, g, b)
	c.doc.SetTextColor(int(n.R), int(n.G), int(n.B))
	c.doc.SetAlpha(float64(n.A)/255, "Normal")
}

// Rotate implements vg.Canvas.
func (c *pdf) Rotate(radians float64) {
	sin, cos := math.Sincos(radians)
	c.doc.RawWriteStr(fmt.Sprintf("%.6f %.6f %.6f %.6f 0 0 cm", cos, sin, -sin, cos))
}

// Translate implements vg.Canvas.
func (c *pdf) Translate(by vg.Point) { c.put("cm", 1, 0, 0, 1, by.X.Points(), by.Y.Points()) }

// Scale implements vg.Canvas.
func (c *pdf) Scale(x, y float64) { c.put("cm", x, 0, 0, y, 0, 0) }

// Push implements vg.Canvas.
func (c *pdf) Push() {
	c.saved = append(c.saved, c.state)
	c.put("q")
}

// Pop implements vg.Canvas. fpdf does not know that the type is restored too, so it is told.
func (c *pdf) Pop() {
	c.put("Q")
	c.state, c.saved = c.saved[len(c.saved)-1], c.saved[:len(c.saved)-1]
	c.doc.SetFont("sans", "", c.state.size)
}

// Stroke implements vg.Canvas.
func (c *pdf) Stroke(p vg.Path) {
	if c.state.width > 0 {
		c.trace(p, "S")
	}
}

// Fill implements vg.Canvas.
func (c *pdf) Fill(p vg.Path) { c.trace(p, "f") }

func (c *pdf) trace(p vg.Path, operator string) {
	started := false
	line := func(at vg.Point) {
		if started {
			c.put("l", at.X.Points(), at.Y.Points())
		} else {
			c.put("m", at.X.Points(), at.Y.Points())
		}
		started = true
	}
	for _, part := range p {
		switch part.Type {
		case vg.MoveComp:
			started = false
			line(part.Pos)
		case vg.LineComp:
			line(part.Pos)
		case vg.ArcComp:
			c.arc(part, line)
		case vg.CurveComp:
			c.curve(part)
		case vg.CloseComp:
			c.put("h")
		}
	}
	c.put(operator)
}

// arc draws quarters or less as cubic curves, whose radius is off by less than three in ten thousand.
func (c *pdf) arc(part vg.PathComp, line func(vg.Point)) {
	on := func(angle float64) (p, tangent vg.Point) {
		sin, cos := math.Sincos(angle)
		return part.Pos.Add(vg.Point{X: part.Radius * vg.Length(cos), Y: part.Radius * vg.Length(sin)}), vg.Point{X: -part.Radius * vg.Length(sin), Y: part.Radius * vg.Length(cos)}
	}
	from, tangent := on(part.Start)
	line(from)
	n := max(1, int(math.Ceil(math.Abs(part.Angle)/(math.Pi/2)-1e-9)))
	step := part.Angle / float64(n)
	reach := vg.Length(4.0 / 3 * math.Tan(step/4))
	for k := range n {
		to, next := on(part.Start + step*float64(k+1))
		c.bezier(from.Add(tangent.Scale(reach)), to.Sub(next.Scale(reach)), to)
		from, tangent = to, next
	}
}

func (c *pdf) curve(part vg.PathComp) {
	a := part.Control[0]
	b := a
	if len(part.Control) > 1 {
		b = part.Control[1]
	}
	c.bezier(a, b, part.Pos)
}

func (c *pdf) bezier(a, b, to vg.Point) {
	c.put("c", a.X.Points(), a.Y.Points(), b.X.Points(), b.Y.Points(), to.X.Points(), to.Y.Points())
}

// FillString implements vg.Canvas.
func (c *pdf) FillString(face font.Face, at vg.Point, text string) {
	c.state.size = face.Font.Size.Points()
	c.doc.SetFont("sans", "", c.state.size)
	c.doc.Text(at.X.Points(), c.height-at.Y.Points(), text)
}

// DrawImage implements vg.Canvas; no figure holds a picture.
func (c *pdf) DrawImage(vg.Rectangle, image.Image) {}
