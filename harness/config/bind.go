package config

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"congrad/harness/loss"
	"congrad/harness/suggest"
)

// Origin says where one value of a resolved experiment comes from.
type Origin struct {
	Key   string // "arms[1].loss.beta"
	Value any    // NaN where the key is not set
	From  string // "experiment.toml:14", "--set", or "default: <source>"
	Doc   string
}

// Unset reports whether the key has no value.
func (o Origin) Unset() bool {
	x, ok := o.Value.(float64)
	return ok && math.IsNaN(x)
}

// binder writes raw TOML values into an Experiment and collects what is wrong.
type binder struct {
	file    string
	lines   map[string]int
	sets    map[string]bool // keys that --set gave
	arms    []string        // names of the arms, by which errors call them; empty for one without a name of its own
	given   map[string]bool // keys that the file or --set gave
	wrong   []problem
	bad     map[string]bool // keys without a usable value; they have a default in its place
	across  bool            // values are being compared with each other: what depends on a bad key is not reported
	origins []Origin
}

// problem is one error with its place, for sorting by line.
type problem struct {
	line int
	text string
}

func itoa(n int) string { return strconv.Itoa(n) }

// place is where a key was given.
func (b *binder) place(key string) string {
	if b.sets[key] {
		return "--set"
	}
	if line := b.lines[key]; line > 0 {
		return b.file + ":" + itoa(line)
	}
	return b.file
}

// report adds an error at the line of the key, or of the nearest table above it. While values are compared, a key that is bad itself,
// or is in a bad table, has its error already.
func (b *binder) report(key, format string, args ...any) {
	if b.across && slices.ContainsFunc(b.badKeys(), func(bad string) bool { return within(key, bad) }) {
		return
	}
	if !b.across {
		b.bad[key] = true
	}
	line, at := 0, key
	for at != "" {
		if line = b.lines[at]; line > 0 || b.sets[at] {
			break
		}
		at = at[:max(0, strings.LastIndexAny(at, ".["))]
	}
	b.wrong = append(b.wrong, problem{line, fmt.Sprintf("%s: %s: %s", b.place(at), b.shown(key), fmt.Sprintf(format, args...))})
}

// bind fills the struct v, whose keys start with path, from raw. general is path without array indices, the name under
// which Fields knows the keys. inherited, if valid, is a struct of the same type whose values stand in for defaults: an
// arm's tables inherit the experiment's.
func (b *binder) bind(path, general string, raw map[string]any, v, inherited reflect.Value) {
	known := map[string]bool{}
	for i := range v.NumField() {
		if tag := v.Type().Field(i).Tag.Get("toml"); tag != "-" {
			known[tag] = true
		}
	}
	b.unknown(path, raw, known)
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag.Get("toml")
		if tag == "-" {
			continue
		}
		key, name := dotted(path, tag), dotted(general, tag)
		given, has := raw[tag]
		b.given[key] = has
		field := v.Field(i)
		switch {
		case field.Kind() == reflect.Struct:
			table, ok := given.(map[string]any)
			if has && !ok {
				b.report(key, "is a table: write [%s]", key)
			}
			var from reflect.Value
			if inherited.IsValid() {
				from = inherited.Field(i)
			}
			b.bind(key, strings.TrimPrefix(name, "arms."), table, field, from)
			b.settle(key, field.Addr().Interface())
		case path == "" && slices.Contains([]string{"arms", "published", "claims"}, tag), name == "languages.define":
			// tables of any number, bound by themselves: arms after everything that they inherit
		case has:
			b.assign(key, name, given, field)
		case inherited.IsValid() && general != "arms": // an arm's own keys have defaults, its tables inherit
			field.Set(inherited.Field(i))
		default:
			b.fallback(key, name, field)
		}
	}
}

// unknown reports the keys of raw that nothing reads. The key that was probably meant is bad, too: its default is not what the file
// wants.
func (b *binder) unknown(path string, raw map[string]any, known map[string]bool) {
	var names []string
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	for key := range raw {
		if !known[key] {
			clause, meant := b.meant(path, key, names)
			b.report(dotted(path, key), "no such key%s (congrad defaults lists all)", clause)
			if meant != "" {
				b.bad[dotted(path, meant)] = true
			}
		}
	}
}

// fallback gives a key that the file does not have its default.
func (b *binder) fallback(key, name string, field reflect.Value) {
	f, _ := FindField(name)
	if f.Default == nil {
		if !b.bad[key] { // else it is there, misspelt
			b.report(key, "is missing: %s", f.Doc)
		}
		return
	}
	field.Set(reflect.ValueOf(f.Default))
	source := "default"
	if f.Source != "" {
		source += ": " + f.Source
	}
	b.origins = append(b.origins, Origin{key, f.Default, source, f.Doc})
}

// assign converts a raw value to the field's type and checks its range.
func (b *binder) assign(key, name string, given any, field reflect.Value) {
	f, _ := FindField(name)
	value, err := convert(given, field.Type())
	if err == nil {
		err = f.check(value)
	}
	if err != nil {
		text, isText := given.(string)
		if b.sets[key] && isText && strings.Contains(text, ",") && field.Kind() != reflect.String {
			err = fmt.Errorf("%w (congrad run --sweep runs each of several values)", err)
		}
		b.report(key, "%v", err)
		if f.Default != nil { // so that the rest can still be checked
			field.Set(reflect.ValueOf(f.Default))
		}
		return
	}
	field.Set(reflect.ValueOf(value))
	b.origins = append(b.origins, Origin{key, value, b.place(key), f.Doc})
}

// settle decides between keys of a table that exclude each other.
func (b *binder) settle(table string, v any) {
	switch v := v.(type) {
	case *Keep:
		b.oneRules(table, v)
	case *loss.Loss:
		b.settleLoss(table, v)
	case *ConGrad:
		b.settleOnline(table, v)
	}
}

// inForce reports whether a key of the experiment has a value.
func (b *binder) inForce(key string) bool {
	i := slices.IndexFunc(b.origins, func(o Origin) bool { return o.Key == key })
	return i >= 0 && !b.origins[i].Unset()
}

// giving is the key under which an arm has its value: its own where the arm gives it, else the experiment's.
func (b *binder) giving(arm, key string) string {
	if b.given[arm+key] {
		return arm + key
	}
	return key
}

// unset notes that a key has no value because of another.
func (b *binder) unset(key, because string) {
	o := Origin{Key: key, Value: math.NaN(), From: because + " rules"}
	if i := slices.IndexFunc(b.origins, func(o Origin) bool { return o.Key == key }); i >= 0 {
		b.origins[i] = o
		return
	}
	b.origins = append(b.origins, o)
}

// unsetAll does so for the keys of a table that are not given.
func (b *binder) unsetAll(table, because string) {
	for _, key := range keysOf(table) {
		if !b.given[key] {
			b.unset(key, because)
		}
	}
}

// convert turns what the TOML parser returns into the Go type of a field.
func convert(given any, want reflect.Type) (any, error) {
	mismatch := func(what string) error { return fmt.Errorf("want %s, got %s", what, describe(given)) }
	switch want {
	case reflect.TypeFor[string]():
		if s, ok := given.(string); ok {
			return s, nil
		}
		return nil, mismatch("a string")
	case reflect.TypeFor[bool]():
		if x, ok := given.(bool); ok {
			return x, nil
		}
		return nil, mismatch("true or false")
	case reflect.TypeFor[int]():
		if n, ok := given.(int64); ok {
			return int(n), nil
		}
		return nil, mismatch("a whole number")
	case reflect.TypeFor[float64]():
		switch x := given.(type) {
		case float64:
			return x, nil
		case int64:
			return float64(x), nil
		}
		return nil, mismatch("a number")
	case reflect.TypeFor[[]string](), reflect.TypeFor[[]uint64](), reflect.TypeFor[[]float64]():
		list, ok := given.([]any)
		if !ok {
			return nil, mismatch("a list")
		}
		return convertList(list, want)
	}
	return nil, fmt.Errorf("fields of type %s cannot be read", want)
}

func convertList(list []any, want reflect.Type) (any, error) {
	if want == reflect.TypeFor[[]string]() {
		texts := make([]string, len(list))
		for i, x := range list {
			s, ok := x.(string)
			if !ok {
				return nil, fmt.Errorf("want a list of strings; the %s entry is %s", nth(i), describe(x))
			}
			texts[i] = s
		}
		return texts, nil
	}
	if want == reflect.TypeFor[[]float64]() {
		numbers := make([]float64, len(list))
		for i, x := range list {
			n, err := convert(x, reflect.TypeFor[float64]())
			if err != nil {
				return nil, fmt.Errorf("want a list of numbers; the %s entry is %s", nth(i), describe(x))
			}
			numbers[i] = n.(float64)
		}
		return numbers, nil
	}
	seeds := make([]uint64, len(list))
	for i, x := range list {
		n, ok := x.(int64)
		if !ok || n < 0 {
			return nil, fmt.Errorf("want a list of whole numbers, 0 or more; the %s entry is %s", nth(i), describe(x))
		}
		seeds[i] = uint64(n)
	}
	return seeds, nil
}

// describe names a raw value for an error.
func describe(v any) string {
	switch x := v.(type) {
	case string:
		return fmt.Sprintf("the string %q", x)
	case bool:
		return fmt.Sprintf("%v", x)
	case int64, float64:
		return fmt.Sprintf("the number %v", x)
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	case []map[string]any:
		return "an array of tables"
	}
	return fmt.Sprintf("%v", v)
}

// check holds a value against the field's range or words.
func (f Field) check(value any) error {
	switch x := value.(type) {
	case string:
		if f.Words != nil && !slices.Contains(f.Words, x) {
			return fmt.Errorf("%q: want one of %s%s", x, strings.Join(f.Words, ", "), suggest.DidYouMean(x, f.Words))
		}
		if f.Default == nil && x == "" {
			return fmt.Errorf("is empty: %s", f.Doc)
		}
	case int:
		return f.inRange(float64(x))
	case float64:
		return f.inRange(x)
	case []float64:
		for _, x := range x {
			if err := f.inRange(x); err != nil {
				return err
			}
		}
	case []string:
		for i, word := range x {
			if f.Words != nil && !slices.Contains(f.Words, word) {
				return fmt.Errorf("the %s entry, %q: want one of %s%s", nth(i), word, strings.Join(f.Words, ", "), suggest.DidYouMean(word, f.Words))
			}
		}
		if len(x) < int(f.Min) {
			return fmt.Errorf("is empty: %s", f.Doc)
		}
		return unique(x)
	case []uint64:
		if len(x) < int(f.Min) {
			return fmt.Errorf("is empty: %s", f.Doc)
		}
		return unique(x)
	}
	return nil
}

func (f Field) inRange(x float64) error {
	if !(x >= f.Min && x <= f.Max) { // NaN is in no range
		return fmt.Errorf("%s is out of range: want %s to %s (%s)", digits(x), digits(f.Min), digits(f.Max), f.Doc)
	}
	return nil
}

// digits writes a number for an error: whole ones up to a billion without an exponent.
func digits(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) <= 1e9 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

func unique[T comparable](list []T) error {
	for i, x := range list {
		if slices.Contains(list[:i], x) {
			return fmt.Errorf("the %s entry, %v, is a duplicate", nth(i), x)
		}
	}
	return nil
}

func dotted(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
