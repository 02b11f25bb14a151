package figure

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/table"
)

// Cosines shows the cosines between the gradients of the languages over all pairs and over the kept ones.
func Cosines(s *outcome.Study) Figure {
	f := Figure{Name: "cosines"}
	conflict, ok := shown(s)
	if !ok {
		f.Caption = "No gradients to draw: the records hold no consensus over two languages or more."
		return f
	}
	before := conflict.Spread(conflict.Before)
	gradients := "mean gradients"
	if conflict.Moving {
		gradients = "moving averages of gradients at the last renewal"
	}
	f.Caption = fmt.Sprintf("Do languages pull the model in different directions? Cosines between the languages' %s, arm %s, iteration %d, "+
		"mean of %s. %d of %d pairs of languages have a negative cosine before selection",
		gradients, conflict.Arm, conflict.Iteration, table.Counted(conflict.Rounds, "scoring round"), before.Negative, before.Pairs)
	panels := [][][]float64{conflict.Before}
	names := []string{"all pairs"}
	f.Width = Column
	if conflict.After != nil {
		after := conflict.Spread(conflict.After)
		f.Caption += fmt.Sprintf(" and %d after it; the mean cosine goes from %s to %s, "+
			"which happens by construction, even for noise: pairs are kept for their cosine with one direction.", after.Negative, table.Fixed(before.Mean, 2), table.Fixed(after.Mean, 2))
		panels, names = append(panels, conflict.After), append(names, "kept pairs")
		if len(conflict.Languages) > 5 {
			f.Width = Page
		}
	} else {
		f.Caption += fmt.Sprintf("; the mean cosine is %s.", table.Fixed(before.Mean, 2))
	}
	limit := largest(panels)
	f.Height = f.Width / vg.Length(len(panels))
	if len(panels) > 1 {
		f.Height -= vg.Points(8)
	}
	f.paint = func(c draw.Canvas) {
		c = draw.Crop(c, 2, -2, 2, -2)
		bar := vg.Points(30)
		width := (c.Max.X - c.Min.X - bar) / vg.Length(len(panels))
		for k, m := range panels {
			left := width * vg.Length(k)
			matrix(draw.Crop(c, left, left+width-(c.Max.X-c.Min.X), 0, 0), m, conflict.Languages, names[k], limit)
		}
		scale(draw.Crop(c, c.Max.X-c.Min.X-bar+vg.Points(6), 0, vg.Points(16), -vg.Points(12)), limit, 1)
	}
	return f
}

// shown is the selector's first iteration, else the first consensus over several languages.
func shown(s *outcome.Study) (measure.Conflict, bool) {
	var first *measure.Conflict
	selector := s.Selector()
	conflicts := measure.Conflicts(s.Study)
	for i := range conflicts {
		c := &conflicts[i]
		if len(c.Languages) < 2 {
			continue
		}
		if selector != nil && c.Arm == selector.Name {
			return *c, true
		}
		if first == nil {
			first = c
		}
	}
	if first == nil {
		return measure.Conflict{}, false
	}
	return *first, true
}

// largest is the bound of the colours: the largest cosine between different languages, rounded up to a tenth.
func largest(panels [][][]float64) float64 {
	most := 0.1
	for _, m := range panels {
		for i := range m {
			for j := range m {
				if i != j {
					most = math.Max(most, math.Abs(m[i][j]))
				}
			}
		}
	}
	return math.Min(1, math.Ceil(10*most-1e-9)/10)
}

// matrix draws one square of cells with the number in each. The diagonal is one by definition and stays empty.
func matrix(c draw.Canvas, m [][]float64, codes []string, title string, limit float64) {
	left, top := vg.Points(18), vg.Points(24)
	side := min(c.Max.X-c.Min.X-left-vg.Points(4), c.Max.Y-c.Min.Y-top)
	cell := side / vg.Length(len(m))
	x0, y0 := c.Min.X+left, c.Max.Y-top
	size := math.Min(small, 0.42*cell.Points())
	c.FillText(words(normal, draw.XCenter, draw.YTop), vg.Point{X: x0 + side/2, Y: c.Max.Y}, title)
	for i, code := range codes {
		label := math.Min(small, 0.75*cell.Points())
		c.FillText(words(label, draw.XRight, draw.YCenter), vg.Point{X: x0 - vg.Points(3), Y: y0 - cell*(vg.Length(i)+0.5)}, code)
		c.FillText(words(label, draw.XCenter, draw.YBottom), vg.Point{X: x0 + cell*(vg.Length(i)+0.5), Y: y0 + vg.Points(2)}, code)
	}
	fill(c, diverging(0), x0, y0-side, x0+side, y0) // shows through where neighbouring cells are drawn with a seam
	for i := range m {
		for j, v := range m[i] {
			x, y := x0+cell*vg.Length(j), y0-cell*vg.Length(i)
			if i == j {
				fill(c, shade, x, y-cell, x+cell, y)
				continue
			}
			ground := diverging(v / limit)
			fill(c, ground, x, y-cell, x+cell, y)
			style := words(size, draw.XCenter, draw.YCenter)
			style.Color = readable(ground)
			c.FillText(style, vg.Point{X: x + cell/2, Y: y - cell/2}, cosine(v, 2))
		}
	}
	c.SetColor(ink)
	c.SetLineWidth(vg.Points(0.4))
	c.SetLineDash(nil, 0)
	c.Stroke(vg.Rectangle{Min: vg.Point{X: x0, Y: y0 - side}, Max: vg.Point{X: x0 + side, Y: y0}}.Path())
}

// scale is the colour bar, its ends with so many digits.
func scale(c draw.Canvas, limit float64, digits int) {
	const steps = 40
	width := vg.Points(7)
	height := (c.Max.Y - c.Min.Y) / steps
	for k := range steps { // each step reaches to the top, so that no seam opens below the next one
		fill(c, diverging(2*(float64(k)+0.5)/steps-1), c.Min.X, c.Min.Y+height*vg.Length(k), c.Min.X+width, c.Max.Y)
	}
	for _, v := range []float64{-limit, 0, limit} {
		y := c.Min.Y + (c.Max.Y-c.Min.Y)*vg.Length((v/limit+1)/2)
		c.StrokeLine2(line(ink, 0.4), c.Min.X+width, y, c.Min.X+width+vg.Points(2), y)
		c.FillText(words(small, draw.XLeft, draw.YCenter), vg.Point{X: c.Min.X + width + vg.Points(3), Y: y}, cosine(v, digits))
	}
}

// diverging runs from blue over near white to red as v goes from -1 to 1 (Paul Tol's BuRd, turned so that conflict is
// red).
func diverging(v float64) color.RGBA {
	stops := []color.RGBA{
		{0xb2, 0x18, 0x2b, 0xff},
		{0xd6, 0x60, 0x4d, 0xff},
		{0xf4, 0xa5, 0x82, 0xff},
		{0xfd, 0xdb, 0xc7, 0xff},
		{0xf7, 0xf7, 0xf7, 0xff},
		{0xd1, 0xe5, 0xf0, 0xff},
		{0x92, 0xc5, 0xde, 0xff},
		{0x43, 0x93, 0xc3, 0xff},
		{0x21, 0x66, 0xac, 0xff},
	}
	at := (math.Max(-1, math.Min(1, v)) + 1) / 2 * float64(len(stops)-1)
	i := min(int(at), len(stops)-2)
	mix := func(a, b uint8) uint8 {
		return uint8(math.Round(float64(a) + (at-float64(i))*(float64(b)-float64(a))))
	}
	a, b := stops[i], stops[i+1]
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

// readable is black or near white, whichever stands out on the ground. Neither is one of the greys that Inline exchanges.
func readable(ground color.RGBA) color.RGBA {
	if 0.299*float64(ground.R)+0.587*float64(ground.G)+0.114*float64(ground.B) > 130 {
		return color.RGBA{0, 0, 0, 0xff}
	}
	return color.RGBA{0xfe, 0xfe, 0xfe, 0xff}
}

// cosine writes a number between -1 and 1 without the zero before the point, which saves a third of the room.
func cosine(v float64, digits int) string {
	text := fmt.Sprintf("%.*f", digits, v)
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "\u2212", text[1:]
	}
	if strings.Trim(text, "0.") == "" {
		return "0"
	}
	return sign + strings.TrimPrefix(text, "0")
}
