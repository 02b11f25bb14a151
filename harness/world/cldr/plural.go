package cldr

import (
	"fmt"
	"strconv"
	"strings"
)

// Plural is a language's cardinal plural rules, read once: LDML part 3, "Language Plural Rules".
type Plural struct{ rules []pluralClass }

type pluralClass struct {
	name string
	any  [][]relation // a disjunction of conjunctions; nil: always
}

// relation is "i % 10 = 2..4,6" or "n != 1".
type relation struct {
	operand byte // n i v w f t, or c/e, the compact exponent, which is always 0 here
	modulus uint64
	negated bool
	ranges  [][2]uint64 // inclusive
}

// ParsePlural reads the rules of a language in their order. A class that no rule gives is "other".
func ParsePlural(rules []PluralRule) (Plural, error) {
	var p Plural
	for _, rule := range rules {
		class := pluralClass{name: rule.Class}
		if strings.TrimSpace(rule.When) != "" {
			for _, conjunction := range strings.Split(rule.When, " or ") {
				var all []relation
				for _, text := range strings.Split(conjunction, " and ") {
					r, err := parseRelation(text)
					if err != nil {
						return Plural{}, fmt.Errorf("plural rule %q: %w", rule.When, err)
					}
					all = append(all, r)
				}
				class.any = append(class.any, all)
			}
		}
		p.rules = append(p.rules, class)
	}
	return p, nil
}

func parseRelation(text string) (relation, error) {
	left, right, ok := strings.Cut(text, "=")
	if !ok {
		return relation{}, fmt.Errorf("%q: want operand = values", text)
	}
	r := relation{}
	left, r.negated = strings.CutSuffix(left, "!")
	operand, modulus, has := strings.Cut(left, "%")
	operand = strings.TrimSpace(operand)
	if len(operand) != 1 || !strings.Contains("nivwftce", operand) {
		return relation{}, fmt.Errorf("%q: the operand must be one of n i v w f t c e", text)
	}
	r.operand = operand[0]
	if has {
		m, err := strconv.ParseUint(strings.TrimSpace(modulus), 10, 32)
		if err != nil || m == 0 {
			return relation{}, fmt.Errorf("%q: the modulus must be a number above 0", text)
		}
		r.modulus = m
	}
	for _, values := range strings.Split(right, ",") {
		low, high, isRange := strings.Cut(strings.TrimSpace(values), "..")
		if !isRange {
			high = low
		}
		from, err := strconv.ParseUint(low, 10, 32)
		to, err2 := strconv.ParseUint(high, 10, 32)
		if err != nil || err2 != nil || from > to {
			return relation{}, fmt.Errorf("%q: want values such as 1 or 2..4", text)
		}
		r.ranges = append(r.ranges, [2]uint64{from, to})
	}
	return r, nil
}

// Class returns the plural class of a number as it is written: "1" and "1.0" can differ.
func (p Plural) Class(n Decimal) string {
	for _, rule := range p.rules {
		if rule.any == nil {
			return rule.name
		}
		for _, all := range rule.any {
			holds := true
			for _, r := range all {
				holds = holds && r.holds(n)
			}
			if holds {
				return rule.name
			}
		}
	}
	return "other"
}

func (r relation) holds(n Decimal) bool {
	value, whole := r.value(n)
	if r.modulus > 0 {
		value %= r.modulus
	}
	within := false
	for _, bounds := range r.ranges {
		within = within || whole && bounds[0] <= value && value <= bounds[1]
	}
	return within != r.negated
}

// value is the operand, and whether it is a whole number: n keeps its fraction, so 1.5 is in no range of integers.
// Numbers of more than 18 digits keep their last 18, which no rule can tell apart.
func (r relation) value(n Decimal) (value uint64, whole bool) {
	trimmed := strings.TrimRight(n.Fraction, "0")
	switch r.operand {
	case 'n':
		return lastDigits(n.Whole), trimmed == ""
	case 'i':
		return lastDigits(n.Whole), true
	case 'v':
		return uint64(len(n.Fraction)), true
	case 'w':
		return uint64(len(trimmed)), true
	case 'f':
		return lastDigits(n.Fraction), true
	case 't':
		return lastDigits(trimmed), true
	}
	return 0, true
}

func lastDigits(s string) uint64 {
	v, err := strconv.ParseUint(s[max(0, len(s)-18):], 10, 64)
	if err != nil {
		return 0 // the empty fraction
	}
	return v
}
