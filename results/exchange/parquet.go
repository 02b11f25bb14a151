package exchange

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/parquet-go/parquet-go"

	"congrad/harness/record"
)

// Parquet is a file for each kind of records, and the study as JSON. Lists are JSON in their cell; absent values are null.
func Parquet(set *record.Set) ([]File, error) {
	first, err := study(set)
	if err != nil {
		return nil, err
	}
	files := []File{first}
	for _, k := range kinds(set) {
		data, err := k.parquet()
		if err != nil {
			return nil, fmt.Errorf("writing %s as Parquet: %w", k.name, err)
		}
		files = append(files, File{k.name + ".parquet", data})
	}
	return files, nil
}

// parquet writes rows of a struct with the columns as its fields, since the library's maps of columns have no order.
func (k kind) parquet() ([]byte, error) {
	list := columns(k.records.Type().Elem())
	fields := make([]reflect.StructField, len(list))
	for i, c := range list {
		fields[i] = reflect.StructField{Name: fmt.Sprint("C", i), Type: c.of, Tag: reflect.StructTag(fmt.Sprintf("parquet:%q", c.name))}
		if c.null {
			fields[i].Type = reflect.PointerTo(c.of)
			fields[i].Tag = reflect.StructTag(fmt.Sprintf("parquet:%q", c.name+",optional"))
		}
	}
	shape := reflect.StructOf(fields)
	var b bytes.Buffer
	w := parquet.NewWriter(&b, parquet.SchemaOf(reflect.New(shape).Interface()), parquet.Compression(&parquet.Snappy), parquet.CreatedBy("congrad", "", ""))
	for n := range k.records.Len() {
		row := reflect.New(shape)
		for i, c := range list {
			v, present, err := c.value(k.records.Index(n))
			switch {
			case err != nil:
				return nil, err
			case present && c.null:
				p := reflect.New(c.of)
				p.Elem().Set(v)
				row.Elem().Field(i).Set(p)
			case present:
				row.Elem().Field(i).Set(v)
			}
		}
		if err := w.Write(row.Interface()); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}
