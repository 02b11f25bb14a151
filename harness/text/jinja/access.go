package jinja

import (
	"strings"
	"unicode/utf8"
)

// attribute is value.name: a method cannot be had without its call, so this is an item of a dict or an object's attribute.
func (s *state) attribute(v any, name string) any {
	switch v := v.(type) {
	case undefined:
		v.fail()
	case *loop:
		return v.attribute(name)
	case *namespace:
		if at := v.find(name); at >= 0 {
			return v.values[at]
		}
	case *Dict:
		if dictMethods[name] { // in Python the method comes first
			return function(func(*state, args) any { fail("the method %s of a dict is passed around", name); return nil })
		}
		return s.item(v, name)
	}
	return undefined{name}
}

var dictMethods = map[string]bool{"get": true, "items": true, "keys": true, "values": true, "pop": true, "update": true, "copy": true}

// item is value[key].
func (s *state) item(v, key any) any {
	s.spend(0)
	switch v := v.(type) {
	case undefined:
		v.fail()
	case *namespace, *loop:
		fail("an item of a namespace or loop is read")
	case *Dict:
		s.spend(len(v.keys))
		if at := v.find(key); at >= 0 {
			return v.values[at]
		}
	case *List:
		if at, ok := index(key, len(v.Items)); ok {
			return v.Items[at]
		}
	case string:
		s.spend(len(v))
		if at, ok := index(key, utf8.RuneCountInString(v)); ok {
			return string([]rune(v)[at])
		}
	}
	return undefined{s.print(key)}
}

// index is a position in a sequence; negative ones count from its end.
func index(key any, n int) (int, bool) {
	at, ok := integer(key)
	if at < 0 {
		at += int64(n)
	}
	return int(at), ok && at >= 0 && at < int64(n)
}

// integer is an int or a bool as an int.
func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case bool:
		return number(v).(int64), true
	case int64:
		return v, true
	}
	return 0, false
}

// slice is value[start:stop:step] of a text or list.
func (s *state) slice(v any, bounds [3]any) any {
	if u, ok := v.(undefined); ok {
		u.fail()
	}
	var items []any
	switch v := v.(type) {
	case string:
		items = s.iterate(v)
	case *List:
		items = s.iterate(v)
	default:
		return undefined{"a slice of a " + kind(v)}
	}
	n := int64(len(items))
	step := int64(1)
	for i, b := range bounds {
		if _, ok := integer(b); b != nil && !ok {
			fail("a %s is the bound of a slice", kind(bounds[i]))
		}
	}
	if bounds[2] != nil {
		if step, _ = integer(bounds[2]); step == 0 {
			fail("the step of a slice is 0")
		}
	}
	low, high := int64(0), n
	if step < 0 {
		low, high = -1, n-1
	}
	bound := func(b any, otherwise int64) int64 {
		if b == nil {
			return otherwise
		}
		at, _ := integer(b)
		if at < 0 {
			at += n
		}
		return min(max(at, low), high)
	}
	start, stop := bound(bounds[0], low), bound(bounds[1], high)
	if step < 0 {
		start, stop = bound(bounds[0], high), bound(bounds[1], low)
	}
	step = min(max(step, -n-1), n+1)
	l := &List{}
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		l.Items = append(l.Items, items[i])
	}
	if list, ok := v.(*List); ok {
		l.tuple = list.tuple
		return l
	}
	var b strings.Builder
	for _, item := range l.Items {
		b.WriteString(item.(string))
	}
	return b.String()
}

// contains is item in value.
func (s *state) contains(item, v any) bool {
	switch v := v.(type) {
	case undefined:
		return false
	case string:
		part, ok := item.(string)
		if !ok {
			fail("a %s is looked for in a str", kind(item))
		}
		s.spend(len(v))
		return strings.Contains(v, part)
	case *List:
		for _, x := range v.Items {
			if s.spend(0); equal(x, item, 0) {
				return true
			}
		}
		return false
	case *Dict:
		s.spend(len(v.keys))
		return v.find(item) >= 0
	}
	fail("a %s is looked into with in", kind(v))
	return false
}
