package tomlfile

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// mismatched finds the first value of a valid file that the type has no place for, and says in which line. The library's own error
// names Go types.
func mismatched(file, source string, into reflect.Type) error {
	var raw map[string]any
	meta, err := toml.Decode(source, &raw)
	if err != nil {
		return nil
	}
	for _, key := range meta.Keys() {
		t, known := typeOf(into, key)
		value, given := valueAt(raw, key)
		if !known || !given {
			continue
		}
		if want := wanted(t, value); want != "" {
			if want == "a table" {
				want = fmt.Sprintf("a table ([%s])", key)
			}
			return fmt.Errorf("%s:%d: %s: want %s, got %s", file, lineOf(source, key), key, want, named(value))
		}
	}
	return nil
}

// typeOf is the type that a struct has for a key; known is false where it has none.
func typeOf(t reflect.Type, key toml.Key) (at reflect.Type, known bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice && len(key) > 0 {
		t = t.Elem()
	}
	switch {
	case len(key) == 0:
		return t, true
	case t.Kind() == reflect.Map:
		return typeOf(t.Elem(), key[1:])
	case t.Kind() != reflect.Struct:
		return nil, false
	}
	field, there := fieldOf(t, key[0])
	if !there {
		return nil, false
	}
	return typeOf(field, key[1:])
}

// valueAt is the value of a key, in the last table of an array.
func valueAt(raw map[string]any, key toml.Key) (value any, given bool) {
	value, given = raw[key[0]]
	if len(key) == 1 {
		return value, given
	}
	switch table := value.(type) {
	case map[string]any:
		return valueAt(table, key[1:])
	case []map[string]any:
		if len(table) > 0 {
			return valueAt(table[len(table)-1], key[1:])
		}
	}
	return nil, false
}

// wanted is what a type takes, if it does not take the value.
func wanted(t reflect.Type, value any) string {
	fits, want := true, ""
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		_, fits = value.(map[string]any)
		want = "a table"
	case reflect.String:
		_, fits = value.(string)
		want = "a string"
	case reflect.Bool:
		_, fits = value.(bool)
		want = "true or false"
	case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint64:
		_, fits = value.(int64)
		want = "a whole number"
	case reflect.Float64:
		_, whole := value.(int64)
		_, fits = value.(float64)
		fits, want = fits || whole, "a number"
	case reflect.Slice:
		_, tables := value.([]map[string]any)
		_, fits = value.([]any)
		fits, want = fits || tables, "a list"
	}
	if fits {
		return ""
	}
	return want
}

// named describes a value for an error.
func named(value any) string {
	switch value := value.(type) {
	case string:
		return "a string"
	case int64, float64:
		return fmt.Sprintf("the number %v", value)
	case bool:
		return fmt.Sprint(value)
	case time.Time:
		return "a date"
	case map[string]any:
		return "a table"
	}
	return "a list"
}

// lineOf is the first line that gives a key, or something in it.
func lineOf(source string, key toml.Key) int {
	var open []string
	for _, s := range statements(source) {
		path := s.key
		if s.header {
			open = s.key
		} else {
			path = slices.Concat(open, s.key)
		}
		if n := min(len(path), len(key)); n == len(key) && strings.Join(path[:n], "\x00") == strings.Join(key, "\x00") {
			return s.line
		}
	}
	return 1
}
