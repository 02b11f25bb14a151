package cldr

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Speller writes whole numbers in words by rule-based number formatting: LDML part 3, "Rule-Based Number Formatting",
// and ICU's RuleBasedNumberFormat, whose behaviour it follows. It takes what cardinal rule sets use: the
// substitutions →→ ←← == plain or naming a rule set, text in brackets, and a leading apostrophe. Rules for negative,
// fractional and special numbers are passed over; a number that falls to a rule with a digit format (=#,##0=) is
// beyond the rules and an error.
type Speller struct{ sets map[string]ruleSet }

type ruleSet []spelloutRule // in the order of their bases

type spelloutRule struct {
	base, divisor uint64
	parts         []spelloutPart
}

// spelloutPart is literal text, or a substitution into the named set (the rule's own where it is empty).
type spelloutPart struct {
	operator rune // 0 for text, '→' for the rest, '←' for the multiple, '=' for the number itself
	text     string
	set      string
	optional bool // inside brackets: left out when nothing remains
}

// errBeyond marks a substitution that the rules leave to digits.
var errBeyond = errors.New("beyond the rules in words")

// ParseSpellout reads the rule sets of a language.
func ParseSpellout(sets map[string][]SpelloutRule) (Speller, error) {
	s := Speller{sets: make(map[string]ruleSet, len(sets))}
	for _, name := range slices.Sorted(maps.Keys(sets)) { // sorted, so that of several errors it is always the same one
		var set ruleSet
		for _, rule := range sets[name] {
			if rule.Base == "" || rule.Base[0] < '0' || rule.Base[0] > '9' || strings.Contains(rule.Base, "x") {
				continue // -x, x.x, 0.x, Inf, NaN
			}
			parsed, err := parseSpelloutRule(rule)
			if err != nil {
				return Speller{}, fmt.Errorf("spellout %s, rule %q %q: %w", name, rule.Base, rule.Text, err)
			}
			set = append(set, parsed)
		}
		slices.SortStableFunc(set, func(a, b spelloutRule) int { return cmp.Compare(a.base, b.base) })
		s.sets[name] = set
	}
	return s, nil
}

func parseSpelloutRule(rule SpelloutRule) (spelloutRule, error) {
	base, radix, has := strings.Cut(rule.Base, "/")
	r := spelloutRule{}
	var err error
	if r.base, err = strconv.ParseUint(base, 10, 64); err != nil {
		return r, fmt.Errorf("the base must be a whole number")
	}
	step := uint64(10)
	if has {
		if step, err = strconv.ParseUint(radix, 10, 32); err != nil || step < 2 {
			return r, fmt.Errorf("the radix must be a whole number above 1")
		}
	}
	// the divisor is the largest power of the radix within the base
	for r.divisor = 1; r.divisor <= r.base/step && r.divisor <= math.MaxUint64/step; {
		r.divisor *= step
	}
	text, ends := strings.CutSuffix(rule.Text, ";")
	if !ends {
		return r, fmt.Errorf("a rule ends with a semicolon")
	}
	r.parts, err = parseSpelloutText(strings.TrimPrefix(text, "'"))
	return r, err
}

func parseSpelloutText(text string) ([]spelloutPart, error) {
	var parts []spelloutPart
	optional := false
	for rest := text; rest != ""; {
		at := strings.IndexAny(rest, "[]→←=$")
		if at != 0 {
			if at < 0 {
				at = len(rest)
			}
			parts = append(parts, spelloutPart{text: rest[:at], optional: optional})
			rest = rest[at:]
			continue
		}
		operator := []rune(rest)[0]
		rest = rest[len(string(operator)):]
		switch operator {
		case '[', ']':
			if optional == (operator == '[') {
				return nil, fmt.Errorf("brackets must come in pairs and must not be nested")
			}
			optional = operator == '['
			continue
		case '$':
			return nil, fmt.Errorf("a plural choice $(...)$ is not supported")
		}
		set, after, closed := strings.Cut(rest, string(operator))
		if !closed || strings.ContainsAny(set, "[]→←=") || operator == '→' && strings.HasPrefix(after, "→") {
			return nil, fmt.Errorf("%q does not end, or is of a kind that is not supported", operator)
		}
		parts = append(parts, spelloutPart{operator: operator, set: set, optional: optional})
		rest = after
	}
	if optional {
		return nil, fmt.Errorf("brackets must come in pairs and must not be nested")
	}
	return parts, nil
}

// mostSteps bounds the substitutions of one number: real rules need a few per digit, broken ones lead back to
// themselves.
const mostSteps = 1 << 12

// Spell writes a number by a rule set such as "%spellout-numbering".
func (s Speller) Spell(set string, n uint64) (string, error) {
	var out strings.Builder
	steps := 0
	if err := s.spell(&out, set, n, &steps); err != nil {
		return "", fmt.Errorf("spell %d by %s: %w", n, set, err)
	}
	return out.String(), nil
}

func (s Speller) spell(out *strings.Builder, set string, n uint64, steps *int) error {
	if *steps++; *steps > mostSteps {
		return errors.New("the rules refer back to themselves")
	}
	rule, ok := s.sets[set].rule(n)
	if !ok {
		return fmt.Errorf("no rule of %s covers %d", set, n)
	}
	for _, part := range rule.parts {
		if part.optional && n%rule.divisor == 0 {
			continue
		}
		value := n
		switch part.operator {
		case 0:
			out.WriteString(part.text)
			continue
		case '→':
			value = n % rule.divisor
		case '←':
			value = n / rule.divisor
		}
		into := part.set
		if into == "" {
			into = set
		}
		if !strings.HasPrefix(into, "%") {
			return errBeyond
		}
		if err := s.spell(out, into, value, steps); err != nil {
			return err
		}
	}
	return nil
}

// rule is the one with the largest base within the number, or the one before it when that one asks for a remainder
// the number does not have ("rollback" in ICU): 200 must not become "two hundred" by the rule for 101.
func (set ruleSet) rule(n uint64) (spelloutRule, bool) {
	i := len(set) - 1
	for i >= 0 && set[i].base > n {
		i--
	}
	if i < 0 {
		return spelloutRule{}, false
	}
	r := set[i]
	asksForRest := slices.ContainsFunc(r.parts, func(p spelloutPart) bool { return p.operator == '→' && !p.optional })
	if i > 0 && asksForRest && n%r.divisor == 0 && r.base%r.divisor != 0 {
		return set[i-1], true
	}
	return r, true
}
