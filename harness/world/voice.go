package world

import (
	"fmt"
	"strings"
	"unicode"

	"congrad/harness/lang"
	"congrad/harness/world/cldr"
)

// voice is one language of the world: what it asks, and the right form of every fact it has one for.
type voice struct {
	lang.Language
	locale *cldr.Locale
	own    *cldr.Formatter
	plural cldr.Plural
	words  []string          // the numbers below a thousand spelled out; empty where CLDR has no rules
	units  map[string]string // symbol -> CLDR's name of the unit

	// digits writes as the language does, but in its script's other digits; nil where it has no others.
	digits *cldr.Formatter
	// solo writes months in the form that stands alone; nil where that is the form used in dates.
	solo *cldr.Formatter
	// conventions write this language's words and digits by another's separators and patterns, by its code.
	conventions map[string]*cldr.Formatter

	items   []Item // in the order of the facts
	byKind  map[Kind][]int
	choices func() []Choice // made when first asked for
}

func newVoice(l lang.Language, d *cldr.Data) (*voice, error) {
	locale := d.Locales[l.Code]
	if locale == nil {
		return nil, fmt.Errorf("the CLDR extract does not have it (experiments/tiny/extract adds languages)")
	}
	if len(l.Prompts) == 0 {
		return nil, fmt.Errorf("%s has no [prompts], so it cannot take part in the embedded world", l.File)
	}
	v := &voice{
		Language: l, locale: locale, units: map[string]string{},
		conventions: map[string]*cldr.Formatter{}, byKind: map[Kind][]int{},
	}
	var err error
	if v.own, err = d.Formatter(locale.Numbers, locale.Calendar); err != nil {
		return nil, err
	}
	if v.plural, err = cldr.ParsePlural(locale.Plurals); err != nil {
		return nil, err
	}
	for _, unit := range d.Units {
		v.units[unit.Symbol] = unit.ID
	}
	if err := v.spell(); err != nil {
		return nil, err
	}
	return v, v.otherWays(d)
}

// otherWays prepares the formatters that only defects use.
func (v *voice) otherWays(d *cldr.Data) (err error) {
	numbers, calendar := v.locale.Numbers, v.locale.Calendar
	switch {
	case numbers.Native != numbers.System:
		numbers.System = numbers.Native
	case numbers.System != "latn":
		numbers.System = "latn"
	}
	if numbers.System != v.locale.Numbers.System {
		if v.digits, err = d.Formatter(numbers, calendar); err != nil {
			return err
		}
	}
	for i := range calendar.Months {
		if calendar.Months[i] != calendar.MonthsSolo[i] {
			calendar.Months = calendar.MonthsSolo
			v.solo, err = d.Formatter(v.locale.Numbers, calendar)
			return err
		}
	}
	return nil
}

// borrow prepares writing by the conventions of the others.
func (v *voice) borrow(d *cldr.Data, others []*voice) error {
	for _, other := range others {
		if other == v {
			continue
		}
		numbers, theirs := v.locale.Numbers, other.locale.Numbers
		numbers.Decimal, numbers.Group, numbers.MinGrouping = theirs.Decimal, theirs.Group, theirs.MinGrouping
		numbers.Standard, numbers.Percent, numbers.Currency = theirs.Standard, theirs.Percent, theirs.Currency
		calendar := v.locale.Calendar
		calendar.Short = other.locale.Calendar.Short
		if wordless(other.locale.Calendar.Long) {
			calendar.Long = other.locale.Calendar.Long
		}
		formatter, err := d.Formatter(numbers, calendar)
		if err != nil {
			return fmt.Errorf("%s with the conventions of %s: %w", v.Code, other.Code, err)
		}
		v.conventions[other.Code] = formatter
	}
	return nil
}

// wordless says whether a date pattern holds no words of its language, nor the era, which would make a nonsense in
// another.
func wordless(pattern string) bool {
	return !strings.ContainsAny(pattern, "'G") &&
		!strings.ContainsFunc(pattern, func(r rune) bool { return r > unicode.MaxASCII && unicode.IsLetter(r) })
}

// spell prepares the words for numbers.
func (v *voice) spell() error {
	if len(v.locale.Spellout) == 0 {
		return nil
	}
	speller, err := cldr.ParseSpellout(v.locale.Spellout)
	if err != nil {
		return err
	}
	v.words = make([]string, spelled)
	for n := range v.words {
		if v.words[n], err = speller.Spell("%spellout-numbering", uint64(n)); err != nil {
			return err
		}
	}
	return nil
}

// right is the one right form of a fact, or "" where the language has none.
func (v *voice) right(f fact) string {
	switch f.kind {
	case Territory:
		return v.locale.Territories[f.value]
	case Language:
		return v.locale.Languages[f.value]
	case Currency:
		return v.locale.Currencies[f.value]
	case Month:
		return v.locale.Calendar.MonthsSolo[f.ordinal-1]
	case Weekday:
		return v.locale.Calendar.Weekdays[f.ordinal-1]
	case Unit:
		return v.count(f, v.plural.Class(f.number))
	case List:
		return v.locale.List.Join(f.parts)
	case Spellout:
		if f.ordinal < len(v.words) {
			return v.words[f.ordinal]
		}
		return ""
	}
	return write(v.own, f)
}

// write is the form of a date or a number by some conventions.
func write(by *cldr.Formatter, f fact) string {
	switch f.kind {
	case DateShort:
		return by.DateShort(f.date)
	case DateLong:
		return by.DateLong(f.date)
	case Number:
		return by.Number(f.number)
	case Percent:
		return by.Percent(f.number)
	case Amount:
		return by.Amount(f.number, f.symbol)
	}
	return ""
}

// count writes a count with its unit in a plural class; a class without a pattern of its own takes that of "other"
// (LDML part 2, "Lateral Inheritance"). Some forms (Arabic one and two) hold the number in the word itself.
func (v *voice) count(f fact, class string) string {
	patterns := v.locale.Units[v.units[f.symbol]]
	pattern := patterns[class]
	if pattern == "" {
		pattern = patterns["other"]
	}
	return strings.ReplaceAll(pattern, "{0}", v.own.InDigits(f.number.Whole))
}

// ask is the prompt for a fact. The phrasing is chosen by the fact, the same in every language.
func (v *voice) ask(f fact, phrasing uint64) string {
	phrasings := v.Prompts[string(f.kind)]
	return strings.Replace(phrasings[phrasing%uint64(len(phrasings))], "{}", f.value, 1)
}
