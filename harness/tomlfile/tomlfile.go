// Package tomlfile reads TOML strictly. The library takes "Kind" for "kind", and if a file has both, one of them at random; it also takes
// tables that TOML 1.0 forbids to open twice.
package tomlfile

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/BurntSushi/toml"
)

// Decode reads source into a struct or a map. unknown are the keys that nothing in it has, spelled exactly so, in the order of the file.
// Errors carry the file's name and the line.
func Decode(file, source string, into any) (meta toml.MetaData, unknown []toml.Key, err error) {
	if line, err := bounded(source); err != nil {
		return meta, nil, fmt.Errorf("%s%s: %w", file, atLine(line), err)
	}
	meta, err = toml.Decode(source, into)
	if err != nil {
		var at toml.ParseError
		if errors.As(err, &at) {
			return meta, nil, fmt.Errorf("%s%s: %s", file, atLine(at.Position.Line), worded(source, at))
		}
		if wrong := mismatched(file, source, reflect.TypeOf(into)); wrong != nil {
			return meta, nil, wrong
		}
		return meta, nil, fmt.Errorf("%s: a value has the wrong type: %w", file, err)
	}
	if line, err := openedTwice(source); err != nil {
		return meta, nil, fmt.Errorf("%s:%d: %w", file, line, err)
	}
	undecoded := map[string]bool{}
	for _, key := range meta.Undecoded() {
		undecoded[key.String()] = true
	}
	for _, key := range meta.Keys() {
		if undecoded[key.String()] || !has(reflect.TypeOf(into), key) {
			unknown = append(unknown, key)
		}
	}
	return meta, unknown, nil
}

func atLine(line int) string {
	if line == 0 {
		return ""
	}
	return fmt.Sprintf(":%d", line)
}

// has reports whether a type has a place for a key, spelled exactly so. A map has one for every key.
func has(t reflect.Type, key toml.Key) bool {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if len(key) == 0 || t.Kind() != reflect.Struct {
		return true
	}
	field, there := fieldOf(t, key[0])
	return there && has(field, key[1:])
}

// fieldOf finds the field of a struct, or of those embedded in it, that a key names.
func fieldOf(t reflect.Type, key string) (reflect.Type, bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("toml")
		if f.Anonymous && tag == "" {
			if field, there := fieldOf(f.Type, key); there {
				return field, true
			}
			continue
		}
		if tag == "" {
			tag = f.Name
		}
		if tag == key && tag != "-" {
			return f.Type, true
		}
	}
	return nil, false
}
