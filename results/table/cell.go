package table

import (
	"fmt"
	"strconv"
	"strings"

	"congrad/eval/stats"
)

// Missing is shown where there was nothing to measure.
const Missing = "-"

// IntervalFields and DifferenceFields are the CSV columns behind Interval and Difference.
func IntervalFields() []string { return []string{"", " low", " high"} }

// DifferenceFields: see IntervalFields.
func DifferenceFields() []string { return []string{"", " low", " high", " mark"} }

// Text is a cell of words.
func Text(s string) Cell { return Cell{Text: s} }

// Repeated is a cell of words that CSV holds although readers are spared the repetition.
func Repeated(s string) Cell { return Cell{Data: []string{s}} }

// None is a cell without anything measured, for a column with the given number of fields.
func None(fields int) Cell { return Cell{Text: Missing, Data: make([]string, max(1, fields))} }

// Count is a whole number.
func Count(n int) Cell { return Cell{Text: strconv.Itoa(n)} }

// Number is a number with a fixed number of digits after the point; CSV holds all of them.
func Number(v float64, digits int) Cell {
	return Cell{Text: fixed(v, digits), Data: []string{full(v)}}
}

// Share is Number with three digits, or None when it is not known.
func Share(v float64, known bool) Cell {
	if !known {
		return None(1)
	}
	return Number(v, 3)
}

// Interval is "0.512 [0.498, 0.526]". The interval of a share is cut at its bounds, where there is nothing to cover.
func Interval(e stats.Estimate, digits int, low, high float64) Cell {
	if e.N == 0 {
		return None(3)
	}
	e.Low, e.High = max(e.Low, low), min(e.High, high)
	if !e.Bounded() {
		return Cell{Text: fixed(e.Mean, digits) + " [" + Missing + "]", Data: []string{full(e.Mean), "", ""}}
	}
	return Cell{
		Text: fmt.Sprintf("%s [%s, %s]", fixed(e.Mean, digits), fixed(e.Low, digits), fixed(e.High, digits)),
		Data: []string{full(e.Mean), full(e.Low), full(e.High)},
	}
}

// Difference is "+0.012 [+0.004, +0.020]" with a mark. The sign is always shown, so that it is not read as a share.
func Difference(e stats.Estimate, digits int, mark string) Cell {
	if e.N == 0 {
		return None(4)
	}
	if !e.Bounded() {
		return Cell{Text: signed(e.Mean, digits) + " [" + Missing + "]", Mark: mark, Data: []string{full(e.Mean), "", "", mark}}
	}
	return Cell{
		Text: fmt.Sprintf("%s [%s, %s]", signed(e.Mean, digits), signed(e.Low, digits), signed(e.High, digits)),
		Mark: mark,
		Data: []string{full(e.Mean), full(e.Low), full(e.High), mark},
	}
}

// Fixed is v with digits after the point, without the sign of a zero.
func Fixed(v float64, digits int) string { return fixed(v, digits) }

// Signed is v with its sign, also where it rounds to zero: an interval that ends in "-0.000" does not reach zero.
func Signed(v float64, digits int) string { return signed(v, digits) }

// Counted is "1 seed", "2 seeds".
func Counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func fixed(v float64, digits int) string {
	s := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Trim(s, "-0.") == "" {
		return strings.TrimPrefix(s, "-")
	}
	return s
}

func signed(v float64, digits int) string {
	return fmt.Sprintf("%+.*f", digits, v+0) // adding zero turns a negative zero into a positive one
}

// full is the number with nine significant digits: enough to compute with, and free of the last bits, in which
// processors with and without fused multiply-add differ.
func full(v float64) string { return strconv.FormatFloat(v, 'g', 9, 64) }
