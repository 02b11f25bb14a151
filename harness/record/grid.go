package record

import (
	"bytes"
	"fmt"
	"io/fs"
)

// Grid describes an experiment that is run once for every pair of values of two of its keys (grid.jsonl, one line). Each
// cell's records lie in a folder of its own.
type Grid struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Rows    Axis   `json:"rows"`
	Columns Axis   `json:"columns"`
	Cells   []Cell `json:"cells"` // row by row
	Partial string `json:"partial,omitempty"`
}

// Axis is a key of an experiment and the values that it takes.
type Axis struct {
	Key    string   `json:"key"`
	Values []string `json:"values"` // as a file has them
}

// Cell is one pair of values. Row and Column count the axes' values from 0.
type Cell struct {
	Row    int    `json:"row"`
	Column int    `json:"column"`
	Folder string `json:"folder"` // of the run, below the grid's
}

// LoadGrid reads the description of a grid from the folder that holds it (runs/<experiment>/records).
func LoadGrid(dir fs.FS) (*Grid, error) {
	var grids []Grid
	if err := load(dir, "grid", &grids); err != nil {
		return nil, err
	}
	if len(grids) != 1 {
		return nil, fmt.Errorf("grid.jsonl: has %d grids instead of one", len(grids))
	}
	g := &grids[0]
	rows, columns := len(g.Rows.Values), len(g.Columns.Values)
	if len(g.Cells) != rows*columns {
		return nil, fmt.Errorf("grid.jsonl: has %d cells for %d rows and %d columns", len(g.Cells), rows, columns)
	}
	for i, c := range g.Cells {
		if c.Row != i/columns || c.Column != i%columns {
			return nil, fmt.Errorf("grid.jsonl: cell %d is that of row %d and column %d, out of order", i, c.Row, c.Column)
		}
	}
	return g, nil
}

// File encodes the grid as grid.jsonl.
func (g Grid) File() ([]byte, error) {
	var b bytes.Buffer
	err := Encode(&b, "grid", []Grid{g})
	return b.Bytes(), err
}
