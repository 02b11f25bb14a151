package jinja

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// Values are nil, bool, int64, float64, string, *List, *Dict, *namespace, *loop, function and undefined.

// List is a list of values.
type List struct {
	Items []any
	tuple bool
}

// Dict is a dict; its keys keep their order.
type Dict struct{ keys, values []any }

// NewDict returns a dict of keys and values in turn.
func NewDict(keysAndValues ...any) *Dict {
	d := &Dict{}
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		d.put(keysAndValues[i], keysAndValues[i+1])
	}
	return d
}

func (d *Dict) find(key any) int {
	return slices.IndexFunc(d.keys, func(k any) bool { return equal(k, key, 0) })
}

func (d *Dict) put(key, value any) {
	switch key.(type) {
	case *List, *Dict, undefined:
		fail("a %s is the key of a dict", kind(key))
	}
	if at := d.find(key); at >= 0 {
		d.values[at] = value
		return
	}
	d.keys, d.values = append(d.keys, key), append(d.values, value)
}

// namespace is an object whose attributes a template may set, in any scope.
type namespace struct{ Dict }

func (n *namespace) set(name string, v any) { n.put(name, v) }

// undefined is the value of a name or attribute that is not there. It prints as nothing, is false, and all else that is
// done with it is an error.
type undefined struct{ name string }

func (u undefined) fail() { fail("%q is undefined", u.name) }

// kind names a value's type as Python does.
func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "bool"
	case int64:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case *List:
		if v.tuple {
			return "tuple"
		}
		return "list"
	case *Dict:
		return "dict"
	case undefined:
		return "undefined value"
	}
	return "function or object"
}

// truth is a value's truth in Python.
func truth(v any) bool {
	switch v := v.(type) {
	case nil, undefined:
		return false
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	case *List:
		return len(v.Items) > 0
	case *Dict:
		return len(v.keys) > 0
	}
	return true
}

// size is the len of a value.
func size(v any) int {
	switch v := v.(type) {
	case undefined:
		return 0
	case string:
		return utf8.RuneCountInString(v)
	case *List:
		return len(v.Items)
	case *Dict:
		return len(v.keys)
	case *loop:
		return len(v.items)
	}
	fail("a %s has no length", kind(v))
	return 0
}

// iterate returns what a loop over a value sees.
func (s *state) iterate(v any) []any {
	switch v := v.(type) {
	case undefined:
		return nil
	case *List:
		s.spend(len(v.Items))
		return v.Items
	case *Dict:
		s.spend(len(v.keys))
		return v.keys
	case string:
		s.spend(len(v) * bytesAStep)
		var items []any
		for _, r := range v {
			items = append(items, string(r))
		}
		return items
	}
	fail("a %s is iterated over", kind(v))
	return nil
}

// number returns a bool as the number that it is in Python, all else as it is.
func number(v any) any {
	switch v := v.(type) {
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	case undefined:
		v.fail()
	}
	return v
}

func float(v any) (float64, bool) {
	switch v := v.(type) {
	case bool:
		return map[bool]float64{true: 1}[v], true
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// equal is Python's ==.
func equal(a, b any, depth int) bool {
	if depth > mostNesting {
		fail("values are more than %d deep in each other", mostNesting)
	}
	if x, ok := float(a); ok {
		y, ok := float(b)
		return ok && x == y
	}
	switch a := a.(type) {
	case *List:
		b, ok := b.(*List)
		return ok && a.tuple == b.tuple && slices.EqualFunc(a.Items, b.Items, func(x, y any) bool { return equal(x, y, depth+1) })
	case *Dict:
		b, ok := b.(*Dict)
		if !ok || len(a.keys) != len(b.keys) {
			return false
		}
		for i, k := range a.keys {
			if at := b.find(k); at < 0 || !equal(a.values[i], b.values[at], depth+1) {
				return false
			}
		}
		return true
	case undefined:
		_, ok := b.(undefined)
		return ok
	case function:
		return false
	}
	switch b.(type) {
	case *List, *Dict, function, undefined:
		return false
	}
	return a == b
}

// compare is Python's order of numbers, texts and lists; other types have none.
func (s *state) compare(a, b any) int {
	number(a)
	number(b)
	x, ok := float(a)
	y, ok2 := float(b)
	if ok && ok2 {
		return cmp.Compare(x, y)
	}
	if a, ok := a.(string); ok {
		if b, ok := b.(string); ok {
			s.spend(min(len(a), len(b)))
			return cmp.Compare(a, b)
		}
	}
	if a, ok := a.(*List); ok {
		if b, ok := b.(*List); ok && a.tuple == b.tuple {
			for i := range min(len(a.Items), len(b.Items)) {
				s.spend(0)
				if !equal(a.Items[i], b.Items[i], 0) {
					return s.compare(a.Items[i], b.Items[i])
				}
			}
			return cmp.Compare(len(a.Items), len(b.Items))
		}
	}
	fail("a %s and a %s are compared", kind(a), kind(b))
	return 0
}
