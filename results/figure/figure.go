// Package figure draws a study: win rates, gradients, alignment scores, the price in other tasks, training curves.
//
// Every figure has a fixed size for a two-column page, type that is legible in print, colours that colour-blind readers
// can tell apart and, on top of them, markers and dashes for readers without colour. Languages appear by their codes, since the
// built-in font has no Indic, Thai, Arabic or Asian letters, and other names in those as numbers. Equal studies give equal bytes.
package figure

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Column and Page are the widths that figures come in: one and both columns of a page in the ACL's style.
const (
	Column = 7.7 * vg.Centimeter
	Page   = 16 * vg.Centimeter
)

// dpi is what printers ask of pictures with lines in them.
const dpi = 300

// Figure is a drawing with a caption that says what it shows. The caption is also its text for those who cannot see it.
type Figure struct {
	Name          string // file name without its ending
	Caption       string
	Width, Height vg.Length
	paint         func(draw.Canvas)
}

// Empty reports that there was nothing to draw; Caption then says why.
func (f Figure) Empty() bool { return f.paint == nil }

// Title is the first sentence of the caption: the question that the figure answers.
func (f Figure) Title() string {
	if at := strings.Index(f.Caption, "? "); at >= 0 {
		return f.Caption[:at+1]
	}
	return f.Caption
}

// families stand in for Liberation Sans where it is not installed; all have its metrics or nearly so.
const families = "'Liberation Sans',Arimo,Helvetica,Arial,sans-serif"

// SVG is the figure with its text as text, on a white ground.
func (f Figure) SVG() ([]byte, error) {
	c := vgsvg.NewWith(vgsvg.UseWH(f.Width, f.Height))
	canvas := draw.New(c)
	canvas.SetColor(paper)
	canvas.Fill(canvas.Rectangle.Path())
	f.paint(canvas)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("drawing figure %s as SVG: %w", f.Name, err)
	}
	svg := strings.ReplaceAll(b.String(), "font-family:Liberation Sans", "font-family:"+families)
	head := strings.Index(svg, "<svg")
	end := head + strings.Index(svg[head:], ">") + 1
	return []byte(svg[head:end-1] + " role=\"img\">\n<title>" + html.EscapeString(f.Caption) + "</title>" + svg[end:]), nil
}

// PNG is the figure as a picture with 300 dots per inch.
func (f Figure) PNG() ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(f.Width, f.Height), vgimg.UseDPI(dpi))
	f.paint(draw.New(c))
	picture, ok := c.Image().(*image.RGBA)
	if !ok {
		return nil, fmt.Errorf("drawing figure %s as PNG: the canvas is a %T", f.Name, c.Image())
	}
	data, err := encodePNG(picture)
	if err != nil {
		return nil, fmt.Errorf("drawing figure %s as PNG: %w", f.Name, err)
	}
	return data, nil
}

// Inline is the SVG for an HTML page: without a size of its own, and with ink and paper taken from the page so that it
// can be read in the dark.
func (f Figure) Inline() (string, error) {
	svg, err := f.SVG()
	if err != nil {
		return "", err
	}
	s := string(svg)
	start, end := strings.Index(s, "<svg"), strings.Index(s, ">")
	view := fmt.Sprintf(`<svg viewBox="0 0 %.5g %.5g" role="img" xmlns="http://www.w3.org/2000/svg"`, f.Width.Points(), f.Height.Points())
	s = view + s[start:][end-start:]
	for name, c := range map[string]string{"ink": hex(ink), "faint": hex(faint), "paper": hex(paper), "shade": hex(shade)} {
		s = strings.ReplaceAll(s, c, "var(--"+name+")")
	}
	return s, nil
}
