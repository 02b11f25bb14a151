package shell

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strconv"
)

// Field is one key of an Object.
type Field struct {
	Key   string
	Value any
}

// Object is a JSON object whose keys keep their order.
type Object []Field

// MarshalJSON writes the keys in order.
func (o Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(f.Key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(f.Value)
		if err != nil {
			return nil, err
		}
		b.Write(append(append(key, ':'), value...))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Objects are the rows of a table in CSV, whose first line names the columns. A number is a number, and an empty cell null.
func Objects(table []byte) ([]Object, error) {
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	list := make([]Object, 0, len(rows)-1)
	for _, row := range rows[1:] {
		var o Object
		for i, cell := range row {
			var value any = cell
			if _, err := strconv.ParseFloat(cell, 64); err == nil && json.Valid([]byte(cell)) { // not NaN and not 007
				value = json.Number(cell)
			} else if cell == "" {
				value = nil
			}
			o = append(o, Field{rows[0][i], value})
		}
		list = append(list, o)
	}
	return list, nil
}

// JSON prints a value.
func (a *App) JSON(v any) error {
	e := json.NewEncoder(a.Out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
