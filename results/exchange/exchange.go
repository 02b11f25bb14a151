// Package exchange writes records in the formats of other tools: CSV and Parquet for data frames, TensorBoard's event files, MLflow's
// folder of runs, and the JSON of Every Eval Ever. It is a pure function of the records, and of a time where a format asks for one.
package exchange

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"congrad/harness/record"
)

// File is one file of an export; Path has slashes.
type File struct {
	Path string
	Data []byte
}

// kind is a list of records of one type.
type kind struct {
	name    string // of the file of records
	records reflect.Value
}

// kinds are the lists of a set that have records. The study itself is no list.
func kinds(set *record.Set) (list []kind) {
	for _, k := range []struct {
		name    string
		records any
	}{
		{"prompts", set.Prompts},
		{"answers", set.Answers},
		{"pairing", set.Pairing},
		{"pairs", set.Pairs},
		{"consensus", set.Consensus},
		{"steps", set.Steps},
		{"evaluation", set.Evaluations},
		{"trials", set.Trials},
		{"choices", set.Choices},
		{"replies", set.Replies},
		{"passages", set.Passages},
		{"fidelity", set.Fidelity},
		{"drift", set.Drift},
		{"matched", set.Matched},
	} {
		if v := reflect.ValueOf(k.records); v.Len() > 0 {
			list = append(list, kind{k.name, v})
		}
	}
	return list
}

// column is a field of a record, or a field of a struct in it ("verdict.first").
type column struct {
	name  string
	index []int
	of    reflect.Type // a plain type; string for lists, which become JSON
	null  bool         // may be absent
	list  bool
}

// columns are those of a type of records, in the order of its fields.
func columns(t reflect.Type) (list []column) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		c := column{name: name, index: []int{i}, of: f.Type}
		if c.of.Kind() == reflect.Pointer {
			c.of, c.null = c.of.Elem(), true
		}
		switch c.of.Kind() {
		case reflect.Struct:
			for _, inner := range columns(c.of) {
				inner.name, inner.index, inner.null = name+"."+inner.name, append([]int{i}, inner.index...), inner.null || c.null
				list = append(list, inner)
			}
			continue
		case reflect.Slice:
			c.of, c.list, c.null = reflect.TypeFor[string](), true, true
		}
		list = append(list, c)
	}
	return list
}

// value is the column's value in a record; false if it is absent.
func (c column) value(r reflect.Value) (reflect.Value, bool, error) {
	for _, i := range c.index {
		if r.Kind() == reflect.Pointer {
			if r.IsNil() {
				return r, false, nil
			}
			r = r.Elem()
		}
		r = r.Field(i)
	}
	if r.Kind() == reflect.Pointer {
		if r.IsNil() {
			return r, false, nil
		}
		r = r.Elem()
	}
	if !c.list {
		return r, true, nil
	}
	if r.IsNil() {
		return r, false, nil
	}
	text, err := json.Marshal(r.Interface())
	if err != nil {
		return r, false, fmt.Errorf("%s: %w", c.name, err)
	}
	return reflect.ValueOf(string(text)), true, nil
}

// study is the study's own record as a file, which says what the others mean.
func study(set *record.Set) (File, error) {
	data, err := json.MarshalIndent(set.Study, "", "  ")
	return File{"study.json", append(data, '\n')}, err
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
