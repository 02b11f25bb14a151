package figure

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// heatGroups are the groups of languages that a heat map has panels for, from left to right.
var heatGroups = []string{"seen", "unseen"}

// HeatMap shows over the cells of a grid how much better the filter does than each other trained arm: a row of panels for
// every such arm, a panel for seen and one for unseen languages.
func HeatMap(g *outcome.Grid) Figure {
	f := Figure{Name: "heat-map"}
	filter, references := g.Filter(), g.References()
	if filter == nil || len(references) == 0 {
		f.Caption = "No differences to draw: no cell has records of two trained arms, one of which selects pairs."
		return f
	}
	rows, columns := labelled("row", g.Rows.Values), labelled("column", g.Columns.Values)
	var panels [][][]outcome.CellContrast // by reference and group
	limit := 0.01
	var names []string
	for _, a := range references {
		var row [][]outcome.CellContrast
		for _, group := range heatGroups {
			contrasts := g.Contrasts(a.Name, group)
			for _, c := range contrasts {
				limit = math.Max(limit, math.Abs(c.Estimate.Mean))
			}
			row = append(row, contrasts)
		}
		panels, names = append(panels, row), append(names, a.Name)
	}
	limit = math.Ceil(100*limit-1e-9) / 100
	arms := labelled("arm", append([]string{filter.Name}, names...))
	f.Caption = fmt.Sprintf("When does %s help? Its win rate minus that of each other arm (from top to bottom: %s), paired on the same prompts and seeds (%s), "+
		"in seen and unseen languages; blue where %s is ahead, red where it is behind. Rows: %s, columns: %s. The 95 %% interval is below each difference; ~ marks intervals that "+
		"contain zero, * those that exclude it after Holm's correction over the cells of the panel.",
		filter.Name, strings.Join(names, ", "), table.Counted(len(g.First().Seeds), "seed"), filter.Name, g.Rows.Key, g.Columns.Key) + g.First().JudgedBy() + arms.key + rows.key + columns.key
	f.Width = Page
	bar := vg.Points(34)
	width := (f.Width - bar) / vg.Length(len(heatGroups))
	height := vg.Points(46) + vg.Points(34)*vg.Length(len(g.Rows.Values))
	f.Height = height * vg.Length(len(panels))
	f.paint = func(c draw.Canvas) {
		for i, row := range panels {
			for j, contrasts := range row {
				panel := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
					Min: vg.Point{X: c.Min.X + width*vg.Length(j), Y: c.Max.Y - height*vg.Length(i+1)},
					Max: vg.Point{X: c.Min.X + width*vg.Length(j+1), Y: c.Max.Y - height*vg.Length(i)},
				}}
				heat(panel, g, rows.drawn, columns.drawn, contrasts, fmt.Sprintf("%s − %s, %s languages", arms.drawn[0], arms.drawn[i+1], heatGroups[j]), limit)
			}
		}
		scale(draw.Crop(c, c.Max.X-c.Min.X-bar+vg.Points(6), 0, vg.Points(28), -vg.Points(16)), limit, 2)
	}
	return f
}

// heat draws one panel: a field for every cell with its difference and interval, the axes' values next to it.
func heat(c draw.Canvas, g *outcome.Grid, rowNames, columnNames []string, contrasts []outcome.CellContrast, title string, limit float64) {
	left, top, bottom := vg.Points(40), vg.Points(16), vg.Points(26)
	rows, columns := len(g.Rows.Values), len(g.Columns.Values)
	x0, x1, y0, y1 := c.Min.X+left, c.Max.X-vg.Points(6), c.Min.Y+bottom, c.Max.Y-top
	w, h := (x1-x0)/vg.Length(columns), (y1-y0)/vg.Length(rows)
	c.FillText(words(normal, draw.XCenter, draw.YTop), vg.Point{X: (x0 + x1) / 2, Y: c.Max.Y - vg.Points(3)}, title)
	below := fitting(words(small, draw.XCenter, draw.YBottom), records.Key(g.Columns.Key), x1-x0)
	c.FillText(below, vg.Point{X: (x0 + x1) / 2, Y: c.Min.Y + vg.Points(4)}, records.Key(g.Columns.Key))
	side := fitting(words(small, draw.XCenter, draw.YTop), records.Key(g.Rows.Key), y1-y0+vg.Points(24))
	side.Rotation = math.Pi / 2
	c.FillText(side, vg.Point{X: c.Min.X + vg.Points(4), Y: (y0 + y1) / 2}, records.Key(g.Rows.Key))
	for i, v := range rowNames {
		c.FillText(words(small, draw.XRight, draw.YCenter), vg.Point{X: x0 - vg.Points(3), Y: y1 - h*(vg.Length(i)+0.5)}, v)
	}
	for j, v := range columnNames {
		c.FillText(words(small, draw.XCenter, draw.YTop), vg.Point{X: x0 + w*(vg.Length(j)+0.5), Y: y0 - vg.Points(3)}, v)
	}
	for k, contrast := range contrasts {
		i, j := g.Cells[k].Row, g.Cells[k].Column
		x, y := x0+w*vg.Length(j), y1-h*vg.Length(i)
		e := contrast.Estimate
		ground := shade
		if e.N > 0 {
			ground = diverging(e.Mean / limit)
		}
		fill(c, ground, x, y-h, x+w, y)
		text := func(size float64, dy vg.Length, s string) {
			style := words(math.Min(size, 1.9*w.Points()/float64(len([]rune(s)))), draw.XCenter, draw.YCenter)
			style.Color = readable(ground)
			c.FillText(style, vg.Point{X: x + w/2, Y: y - h/2 + dy}, s)
		}
		switch {
		case e.N == 0:
			text(normal, 0, table.Missing)
		case !e.Bounded():
			text(normal, 0, signed(e.Mean))
		default:
			text(normal, h/6, signed(e.Mean)+heatMark(contrast))
			text(small, -h/6, "["+signed(e.Low)+", "+signed(e.High)+"]")
		}
	}
	c.SetColor(ink)
	c.SetLineWidth(vg.Points(0.4))
	c.SetLineDash(nil, 0)
	c.Stroke(vg.Rectangle{Min: vg.Point{X: x0, Y: y0}, Max: vg.Point{X: x1, Y: y1}}.Path())
}

// fitting is the style in a size in which the name is no longer than the room.
func fitting(style text.Style, name string, room vg.Length) text.Style {
	if width := style.Width(name); width > room {
		style.Font.Size *= room / width
	}
	return style
}

// heatMark is the mark of the table: whether a difference was detected, alone and among all cells.
func heatMark(c outcome.CellContrast) string {
	switch {
	case c.Corrected:
		return " *"
	case !c.Estimate.Detected(records.Level):
		return " ~"
	}
	return ""
}

// signed writes a small difference with its sign, a true minus for a hyphen.
func signed(v float64) string { return strings.Replace(table.Signed(v, 3), "-", "−", 1) }
