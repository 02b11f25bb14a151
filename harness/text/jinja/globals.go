package jinja

import (
	"fmt"
	"strings"
	"time"
)

// Date is the day that strftime_now prints. Nothing here depends on a clock; this is the day that the templates of Llama
// 3.1 to 3.3 print where they are given none.
const Date = "2024-07-26"

// globals are the functions that every template has.
var globals = map[string]function{
	"raise_exception": func(s *state, a args) any {
		panic(fault{fmt.Errorf("%w: %s", ErrRaised, s.print(a.take(0, "message", "")))})
	},
	"strftime_now": func(s *state, a args) any { return strftime(argText(&a, 0, "format")) },
	"namespace": func(s *state, a args) any {
		n := &namespace{}
		s.fill(&n.Dict, a)
		return n
	},
	"dict": func(s *state, a args) any {
		d := &Dict{}
		s.fill(d, a)
		return d
	},
	"range": numbers,
}

// fill puts the arguments of dict and namespace into a dict.
func (s *state) fill(d *Dict, a args) {
	for _, from := range a.list {
		other, ok := from.(*Dict)
		if !ok {
			fail("a dict made of a %s is not supported", kind(from))
		}
		for i, k := range other.keys {
			s.spend(0)
			d.put(k, other.values[i])
		}
	}
	for _, name := range a.order {
		d.put(name, a.named[name])
	}
}

// numbers is Python's range, up to the sandbox's limit.
func numbers(s *state, a args) any {
	var bounds []int64
	for i := range a.list {
		bounds = append(bounds, argInt(&a, i, "range", 0))
	}
	a.done("range", 3)
	start, stop, step := int64(0), int64(0), int64(1)
	switch len(bounds) {
	case 1:
		stop = bounds[0]
	case 2:
		start, stop = bounds[0], bounds[1]
	case 3:
		start, stop, step = bounds[0], bounds[1], bounds[2]
	}
	if len(bounds) == 0 || step == 0 {
		fail("range needs an end, and a step other than 0")
	}
	l := &List{}
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		if s.spend(0); len(l.Items) == mostRange {
			fail("a range has more than %d numbers", mostRange)
		}
		l.Items = append(l.Items, i)
	}
	return l
}

// strftime prints the pinned date as Python does in the C locale.
func strftime(format string) string {
	day, err := time.Parse(time.DateOnly, Date)
	if err != nil {
		fail("%w", err)
	}
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		code := format[i : i+1]
		if code == "-" && i+1 < len(format) {
			i++
			code = format[i-1 : i+1]
		}
		layout, ok := map[string]string{
			"d": "02", "-d": "2", "m": "01", "-m": "1", "Y": "2006", "y": "06", "b": "Jan", "B": "January", "a": "Mon", "A": "Monday",
			"H": "15", "M": "04", "S": "05", "I": "03", "p": "PM", "j": "002", "F": "2006-01-02", "T": "15:04:05", "D": "01/02/06",
		}[code]
		switch {
		case ok:
			b.WriteString(day.Format(layout))
		case code == "%":
			b.WriteByte('%')
		default:
			fail("strftime_now does not support %%%s", code)
		}
	}
	return b.String()
}
