package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"hash/maphash"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

var errTrailing = errors.New("something follows the record on its line")

// shape is a type whose values Encode writes: the keys of a struct's fields in their order, each with the shape of its value.
type shape struct {
	keys   [][]byte // `"seed":`
	fields []*shape
	of     *shape // elements of a slice, or what a pointer points to
}

// shapeOf follows struct tags as encoding/json does. Records have no embedded fields and no maps.
func shapeOf(t reflect.Type) *shape {
	s := &shape{}
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			s.keys = append(s.keys, []byte(`"`+name+`":`))
			s.fields = append(s.fields, shapeOf(t.Field(i).Type))
		}
	case reflect.Slice, reflect.Pointer:
		s.of = shapeOf(t.Elem())
	}
	return s
}

// lineReader reads lines as Encode writes them: keys in the order of the fields, without spaces. It is a fifth of the time of
// encoding/json, which reads all other lines and has the last word on what is an error.
type lineReader struct {
	shape *shape
	rest  []byte
	last  []string // strings of the line before, which names the same arm and language as a rule
	nth   int      // string of this line
	met   []string // strings by their hash: most are written many times, and a run has millions
	seed  maphash.Seed
}

func newLineReader(t reflect.Type) *lineReader {
	return &lineReader{shape: shapeOf(t), met: make([]string, 1<<14), seed: maphash.MakeSeed()}
}

// read reads a line into a record of the reader's type, which is zero.
func (r *lineReader) read(line []byte, into reflect.Value) error {
	r.rest, r.nth = line, 0
	if r.value(into, r.shape) && len(r.rest) == 0 {
		return nil
	}
	into.SetZero()
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into.Addr().Interface()); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errTrailing
	}
	return nil
}

// value reports whether the rest of the line begins with a value of the shape, which it then takes.
func (r *lineReader) value(into reflect.Value, s *shape) bool {
	switch into.Kind() {
	case reflect.String:
		text, ok := r.text()
		into.SetString(text)
		return ok
	case reflect.Bool:
		is := r.take("true")
		into.SetBool(is)
		return is || r.take("false")
	case reflect.Int, reflect.Uint64:
		return r.whole(into)
	case reflect.Float64:
		v, err := strconv.ParseFloat(string(r.number()), 64)
		into.SetFloat(v)
		return err == nil
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return r.value(into.Elem(), s.of)
	case reflect.Slice:
		return r.list(into, s)
	case reflect.Struct:
		return r.object(into, s)
	}
	return false
}

func (r *lineReader) take(prefix string) bool {
	if len(r.rest) < len(prefix) || string(r.rest[:len(prefix)]) != prefix {
		return false
	}
	r.rest = r.rest[len(prefix):]
	return true
}

// object takes a struct. Fields may be missing, since Encode omits some that are zero.
func (r *lineReader) object(into reflect.Value, s *shape) bool {
	if !r.take("{") {
		return false
	}
	if r.take("}") {
		return true
	}
	for i, key := range s.keys {
		if !bytes.HasPrefix(r.rest, key) {
			continue
		}
		r.rest = r.rest[len(key):]
		if !r.value(into.Field(i), s.fields[i]) {
			return false
		}
		if r.take("}") {
			return true
		}
		if !r.take(",") {
			return false
		}
	}
	return false
}

func (r *lineReader) list(into reflect.Value, s *shape) bool {
	if !r.take("[") {
		return false
	}
	into.Set(reflect.MakeSlice(into.Type(), 0, 0))
	if r.take("]") {
		return true
	}
	for {
		into.Grow(1)
		into.SetLen(into.Len() + 1)
		if !r.value(into.Index(into.Len()-1), s.of) {
			return false
		}
		if r.take("]") {
			return true
		}
		if !r.take(",") {
			return false
		}
	}
}

// text takes a string. Escaped ones, and those that are not UTF-8, are left to encoding/json.
func (r *lineReader) text() (string, bool) {
	if !r.take(`"`) {
		return "", false
	}
	end := bytes.IndexByte(r.rest, '"')
	if end < 0 {
		return "", false
	}
	text := r.rest[:end]
	if at := bytes.IndexByte(text, '\\'); at >= 0 {
		return r.escaped(at)
	}
	r.rest = r.rest[end+1:]
	return r.kept(text), plain(text)
}

// plain reports whether a string holds no control characters and nothing that is not UTF-8.
func plain(text []byte) bool {
	for i, c := range text {
		if c >= utf8.RuneSelf {
			return utf8.Valid(text[i:]) && !bytes.ContainsFunc(text[i:], func(r rune) bool { return r < ' ' })
		}
		if c < ' ' {
			return false
		}
	}
	return true
}

// escaped takes a string whose first backslash is at the given place.
func (r *lineReader) escaped(at int) (text string, ok bool) {
	for ; at < len(r.rest) && r.rest[at] != '"'; at++ {
		if r.rest[at] == '\\' {
			at++
		}
	}
	if at >= len(r.rest) {
		return "", false
	}
	quoted := make([]byte, 0, at+2)
	quoted = append(append(append(quoted, '"'), r.rest[:at]...), '"')
	r.rest = r.rest[at+1:]
	return text, json.Unmarshal(quoted, &text) == nil
}

// kept is the text as a string, the one that was made for it before if that is still known.
func (r *lineReader) kept(text []byte) string {
	if r.nth == len(r.last) {
		r.last = append(r.last, "")
	}
	last := &r.last[r.nth]
	r.nth++
	if *last == string(text) {
		return *last
	}
	at := &r.met[maphash.Bytes(r.seed, text)%uint64(len(r.met))]
	if *at != string(text) {
		*at = string(text)
	}
	*last = *at
	return *at
}

// number takes what JSON calls a number; it is empty where there is none.
func (r *lineReader) number() []byte {
	at := 0
	digits := func() bool {
		from := at
		for at < len(r.rest) && r.rest[at]-'0' < 10 {
			at++
		}
		return at > from
	}
	is := func(chars string) bool {
		if at < len(r.rest) && strings.IndexByte(chars, r.rest[at]) >= 0 {
			at++
			return true
		}
		return false
	}
	is("-")
	if !is("0") && !digits() || is(".") && !digits() {
		return nil
	}
	if is("eE") {
		is("+-")
		if !digits() {
			return nil
		}
	}
	number := r.rest[:at]
	r.rest = r.rest[at:]
	return number
}

// whole takes an integer.
func (r *lineReader) whole(into reflect.Value) bool {
	number := r.number()
	if into.Kind() == reflect.Uint64 {
		v, err := strconv.ParseUint(string(number), 10, 64)
		into.SetUint(v)
		return err == nil
	}
	v, err := strconv.ParseInt(string(number), 10, 64)
	into.SetInt(v)
	return err == nil
}
