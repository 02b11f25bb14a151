package jinja

import (
	"math"
	"math/bits"
	"strings"
)

// comparisons are the signs that compare, as what they do.
var comparisons = map[string]func(*state, any, any) bool{
	"==": func(s *state, a, b any) bool { s.weigh(a); return equal(a, b, 0) },
	"!=": func(s *state, a, b any) bool { s.weigh(a); return !equal(a, b, 0) },
	"<":  func(s *state, a, b any) bool { return s.compare(a, b) < 0 },
	"<=": func(s *state, a, b any) bool { return s.compare(a, b) <= 0 },
	">":  func(s *state, a, b any) bool { return s.compare(a, b) > 0 },
	">=": func(s *state, a, b any) bool { return s.compare(a, b) >= 0 },
}

// operations are the signs that compute.
var operations = map[string]func(s *state, a, b any) any{
	"+":  add,
	"-":  arithmetic("-", func(a, b int64) (int64, bool) { return a - b, (a-b < a) == (b > 0) }, func(a, b float64) float64 { return a - b }),
	"*":  multiply,
	"//": arithmetic("//", floorDivide, func(a, b float64) float64 { return math.Floor(a / b) }),
	"%":  remainder,
	"**": power,
	"/": func(_ *state, a, b any) any {
		x, y := operand("/", a, b)
		return x / y
	},
}

// weigh spends a step for each part of a value, so that walking through it is paid for.
func (s *state) weigh(v any) {
	switch v := v.(type) {
	case string:
		s.spend(len(v))
	case *List:
		for _, item := range v.Items {
			s.spend(0)
			s.weigh(item)
		}
	case *Dict:
		for i := range v.keys {
			s.spend(0)
			s.weigh(v.values[i])
		}
	}
}

// operand returns two numbers as floats; other types are an error, and so is a division by 0.
func operand(sign string, a, b any) (x, y float64) {
	x, ok := float(number(a))
	y, ok2 := float(number(b))
	if !ok || !ok2 {
		fail("%s of a %s and a %s", sign, kind(a), kind(b))
	}
	if y == 0 && strings.ContainsAny(sign, "/%") {
		fail("a division by 0")
	}
	return x, y
}

// arithmetic is an operation on numbers; whole reports whether an int64 can hold the result.
func arithmetic(sign string, whole func(a, b int64) (int64, bool), broken func(a, b float64) float64) func(*state, any, any) any {
	return func(_ *state, a, b any) any {
		x, y := operand(sign, a, b)
		i, ok := integer(a)
		j, ok2 := integer(b)
		if !ok || !ok2 {
			return broken(x, y)
		}
		n, fits := whole(i, j)
		if !fits {
			fail("the result of %d %s %d is too large", i, sign, j)
		}
		return n
	}
}

var addNumbers = arithmetic("+", func(a, b int64) (int64, bool) { return a + b, (a+b > a) == (b > 0) }, func(a, b float64) float64 { return a + b })

func add(s *state, a, b any) any {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			s.spend(len(x) + len(y))
			return x + y
		}
	case *List:
		if y, ok := b.(*List); ok && x.tuple == y.tuple {
			s.spend((len(x.Items) + len(y.Items)) * bytesAStep)
			return &List{append(append([]any{}, x.Items...), y.Items...), x.tuple}
		}
	}
	return addNumbers(s, a, b)
}

var multiplyNumbers = arithmetic("*", func(a, b int64) (int64, bool) {
	high, low := bits.Mul64(uint64(max(a, -a)), uint64(max(b, -b)))
	return a * b, high == 0 && low < 1<<63
}, func(a, b float64) float64 { return a * b })

func multiply(s *state, a, b any) any {
	if _, ok := integer(a); ok {
		a, b = b, a
	}
	n, ok := integer(b)
	n = max(n, 0)
	switch x := a.(type) {
	case string:
		if ok {
			s.spendTimes(len(x), n)
			return strings.Repeat(x, int(n))
		}
	case *List:
		if ok {
			s.spendTimes(len(x.Items)*bytesAStep, n)
			l := &List{tuple: x.tuple}
			for range n {
				l.Items = append(l.Items, x.Items...)
			}
			return l
		}
	}
	return multiplyNumbers(s, a, b)
}

// spendTimes is spend for n times so many bytes.
func (s *state) spendTimes(bytes int, n int64) {
	s.spend(int(min(float64(bytes+1)*float64(n), mostWork*2*bytesAStep)))
}

func floorDivide(a, b int64) (int64, bool) {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q, a != math.MinInt64 || b != -1
}

var remainderNumbers = arithmetic("%", func(a, b int64) (int64, bool) {
	q, ok := floorDivide(a, b)
	return a - q*b, ok
}, func(a, b float64) float64 { return a - math.Floor(a/b)*b })

func remainder(s *state, a, b any) any {
	if _, ok := a.(string); ok {
		fail("texts made with %% are not supported")
	}
	return remainderNumbers(s, a, b)
}

func power(_ *state, a, b any) any {
	x, y := operand("**", a, b)
	p := math.Pow(x, y)
	_, ok := integer(a)
	if j, ok2 := integer(b); ok && ok2 && j >= 0 {
		if math.Abs(p) > 1<<53 {
			fail("the result of %v ** %v is too large", a, b)
		}
		return int64(p)
	}
	if math.IsNaN(p) || math.IsInf(p, 0) {
		fail("%v ** %v has no value", a, b)
	}
	return p
}
