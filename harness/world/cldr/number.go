package cldr

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// numberPattern is a pattern of LDML part 3, "Number Format Patterns", as far as the standard patterns use it:
// "#,##0.###", "#,##,##0%", "¤ #,##0.00". Fraction digits are not rounded here: a caller gives as many as it wants,
// and the pattern only asks for a least number of them.
type numberPattern struct {
	prefix, suffix     string
	primary, secondary int // digits in the last group and in those before it; 0: no groups
	minWhole           int
	minFraction        int
}

func parseNumberPattern(s string) (numberPattern, error) {
	positive, _, _ := strings.Cut(s, ";") // what follows is for negative amounts, which no fact has
	first := strings.IndexAny(positive, "#0")
	last := strings.LastIndexAny(positive, "#0")
	if first < 0 || strings.Contains(positive, "'") || strings.Trim(positive[first:last+1], "#0,.") != "" {
		return numberPattern{}, fmt.Errorf("number pattern %q: want a single run of # 0 , . without quotes", s)
	}
	p := numberPattern{prefix: positive[:first], suffix: positive[last+1:]}
	whole, fraction, _ := strings.Cut(positive[first:last+1], ".")
	if strings.ContainsAny(fraction, ",.") {
		return numberPattern{}, fmt.Errorf("number pattern %q: a separator after the point", s)
	}
	p.minWhole = strings.Count(whole, "0")
	p.minFraction = strings.Count(fraction, "0")
	groups := strings.Split(whole, ",")
	if n := len(groups); n > 1 {
		p.primary, p.secondary = len(groups[n-1]), len(groups[n-1])
		if n > 2 {
			p.secondary = len(groups[n-2])
		}
		if p.primary == 0 || p.secondary == 0 {
			return numberPattern{}, fmt.Errorf("number pattern %q: an empty group", s)
		}
	}
	return p, nil
}

// Number writes a number by the standard decimal pattern: 1234567.8 as 1,234,567.8 or 1.234.567,8 or ১২,৩৪,৫৬৭.৮.
func (f *Formatter) Number(n Decimal) string { return f.write(f.standard, "", n) }

// Percent writes a share as a percentage, with all its digits: 0.125 as 12.5% or 12,5 % or %12,5.
func (f *Formatter) Percent(share Decimal) string { return f.write(f.percent, "", share.Percent()) }

// Amount writes an amount by the standard currency pattern with the locale's symbol; without one, with the code.
func (f *Formatter) Amount(n Decimal, currency string) string {
	symbol := f.numbers.Symbols[currency]
	if symbol == "" {
		symbol = currency
	}
	return f.write(f.currency, symbol, n)
}

func (f *Formatter) write(p numberPattern, symbol string, n Decimal) string {
	digits := p.group(n.Whole, f.numbers)
	if fraction := n.Fraction + strings.Repeat("0", max(0, p.minFraction-len(n.Fraction))); fraction != "" {
		digits += f.numbers.Decimal + fraction
	}
	minus := ""
	if n.Negative {
		minus = f.numbers.Minus
	}
	affix := strings.NewReplacer("%", f.numbers.PercentSign, "¤", symbol)
	return minus + spaced(affix.Replace(p.prefix), f.InDigits(digits), affix.Replace(p.suffix))
}

// group puts separators between groups, unless fewer digits than the locale's minimum would stand before the first
// one (LDML part 3, minimumGroupingDigits): Spanish writes 1234 and 12.345.
func (p numberPattern) group(whole string, n Numbers) string {
	whole = strings.Repeat("0", max(0, p.minWhole-len(whole))) + whole
	if p.primary == 0 || len(whole) < p.primary+max(1, n.MinGrouping) {
		return whole
	}
	head, grouped := whole[:len(whole)-p.primary], whole[len(whole)-p.primary:]
	for len(head) > p.secondary {
		cut := len(head) - p.secondary
		head, grouped = head[:cut], head[cut:]+n.Group+grouped
	}
	return head + n.Group + grouped
}

// spaced keeps a currency's letters off the digits by a no-break space: LDML part 3, currencySpacing, whose defaults
// (beside a digit, what is neither a symbol nor a space) hold in all locales of the extract.
func spaced(prefix, digits, suffix string) string {
	if r, _ := utf8.DecodeLastRuneInString(prefix); prefix != "" && unicode.IsLetter(r) {
		prefix += "\u00a0"
	}
	if r, _ := utf8.DecodeRuneInString(suffix); suffix != "" && unicode.IsLetter(r) {
		suffix = "\u00a0" + suffix
	}
	return prefix + digits + suffix
}

// InDigits replaces ASCII digits by those of the formatter's numbering system.
func (f *Formatter) InDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return f.digits[r-'0']
		}
		return r
	}, s)
}
