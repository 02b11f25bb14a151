package cldr

import (
	"fmt"
	"strings"
)

// Decimal is a number as it was written: never a float, since 1234567.80 and 1234567.8 are different words.
type Decimal struct {
	Negative bool
	Whole    string // at least one digit, no leading zeros
	Fraction string // the digits after the point, none included
}

// ParseDecimal reads plain digits with at most one minus in front and one point inside: "-1234567.8".
func ParseDecimal(s string) (Decimal, error) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, fraction, point := strings.Cut(digits, ".")
	if whole == "" || point && fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return Decimal{}, fmt.Errorf("number %q: want plain digits such as -1234567.8", s)
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	return Decimal{negative, whole, fraction}, nil
}

// Percent returns the number a hundredfold, so that 0.125 becomes 12.5.
func (d Decimal) Percent() Decimal {
	fraction := d.Fraction + strings.Repeat("0", max(0, 2-len(d.Fraction)))
	whole := strings.TrimLeft(d.Whole+fraction[:2], "0")
	if whole == "" {
		whole = "0"
	}
	return Decimal{d.Negative, whole, fraction[2:]}
}
