package exchange

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"

	"congrad/harness/record"
)

// CSV is a file for each kind of records, with a line of names, and the study as JSON. Lists are JSON in their cell; absent values are empty.
func CSV(set *record.Set) ([]File, error) {
	first, err := study(set)
	if err != nil {
		return nil, err
	}
	files := []File{first}
	for _, k := range kinds(set) {
		data, err := k.csv()
		if err != nil {
			return nil, fmt.Errorf("writing %s as CSV: %w", k.name, err)
		}
		files = append(files, File{k.name + ".csv", data})
	}
	return files, nil
}

func (k kind) csv() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	list := columns(k.records.Type().Elem())
	row := make([]string, len(list))
	for i, c := range list {
		row[i] = c.name
	}
	if err := w.Write(row); err != nil {
		return nil, err
	}
	for n := range k.records.Len() {
		for i, c := range list {
			v, present, err := c.value(k.records.Index(n))
			switch {
			case err != nil:
				return nil, err
			case !present:
				row[i] = ""
			case v.CanFloat():
				row[i] = strconv.FormatFloat(v.Float(), 'g', -1, 64)
			default:
				row[i] = fmt.Sprint(v.Interface())
			}
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
