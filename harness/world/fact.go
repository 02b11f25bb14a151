package world

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"congrad/harness/rng"
	"congrad/harness/world/cldr"
)

// fact is what an item asks about, in no language: a code, a date, a number.
type fact struct {
	kind  Kind
	value string // as prompts give it: "JP", "2024-03-05", "1234567.8", "1234.50 EUR", "3 km", "B D K"

	// what the value says, by kind
	date    cldr.Date
	number  cldr.Decimal
	ordinal int      // of a month or weekday, from 1; the number to be spelled out
	symbol  string   // the unit's symbol or the currency's code
	parts   []string // of a list
}

// id names the fact in every language; it is the cluster in statistics.
func (f fact) id() string { return string(f.kind) + "/" + strings.ReplaceAll(f.value, " ", "_") }

// spelled is how many numbers the extract can spell out, from 0.
const spelled = 1000

// facts draws the facts of a world, in the order of Kinds. No date and no number serves two facts, whatever their
// kinds, so that splits by fact share none.
func facts(s Settings, d *cldr.Data) ([]fact, error) {
	c := collector{settings: s, used: map[string]bool{}}
	c.names(d)
	c.draw(DateShort, s.Dates, drawDate)
	c.draw(DateLong, s.Dates, drawDate)
	c.draw(Number, s.Numbers, drawNumber)
	c.draw(Percent, s.Percents, drawShare)
	c.draw(Amount, s.Amounts, drawAmount)
	for month := 1; month <= 12; month++ {
		c.add(Month, strconv.Itoa(month))
	}
	for day := 1; day <= 7; day++ {
		c.add(Weekday, strconv.Itoa(day))
	}
	for _, unit := range d.Units {
		c.counts(unit)
	}
	c.draw(List, s.Lists, drawList)
	c.draw(Spellout, s.Spellouts, func(r *rand.Rand) string { return strconv.Itoa(r.IntN(spelled)) })
	return c.facts, c.err
}

type collector struct {
	settings Settings
	facts    []fact
	used     map[string]bool
	err      error
}

func (c *collector) add(kind Kind, value string) {
	f, err := parseFact(kind, value)
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("fact %s/%s: %w", kind, value, err)
	}
	c.facts = append(c.facts, f)
}

// draw adds n different facts. Each kind has a stream of its own, so more of one kind changes no other.
func (c *collector) draw(kind Kind, n int, next func(*rand.Rand) string) {
	r := rng.Stream(c.settings.Seed, "world/facts", string(kind))
	for n > 0 {
		value := next(r)
		if key := numberless(kind, value); !c.used[key] {
			c.used[key] = true
			c.add(kind, value)
			n--
		}
	}
}

// numberless is what two facts may not have in common. Numbers count as equal whatever their sign, their trailing
// zeros and their currency; so do the dates of both kinds. Tax kinds only have to differ among themselves: they use
// whole numbers below a thousand, and core kinds none of those.
func numberless(kind Kind, value string) string {
	switch kind {
	case DateShort, DateLong:
		return "date " + value
	case Number, Percent, Amount:
		digits, _, _ := strings.Cut(strings.TrimPrefix(value, "-"), " ")
		if strings.Contains(digits, ".") {
			digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
		}
		return "number " + digits
	}
	return string(kind) + " " + value
}

// names adds the codes whose names are short enough in every language of the world.
func (c *collector) names(d *cldr.Data) {
	for _, group := range []struct {
		kind  Kind
		codes []string
		in    func(*cldr.Locale) map[string]string
	}{
		{Territory, d.Territories, func(l *cldr.Locale) map[string]string { return l.Territories }},
		{Language, d.Languages, func(l *cldr.Locale) map[string]string { return l.Languages }},
		{Currency, d.Currencies, func(l *cldr.Locale) map[string]string { return l.Currencies }},
	} {
		for _, code := range group.codes {
			longest := 0
			for _, language := range c.settings.Languages {
				longest = max(longest, utf8.RuneCountInString(group.in(d.Locales[language])[code]))
			}
			if longest <= c.settings.LongestName {
				c.add(group.kind, code)
			}
		}
	}
}

// counts adds counts of one unit: 1, whose form differs in most languages, then others, half of them up to 12, since
// plural classes are dense there.
func (c *collector) counts(unit cldr.Unit) {
	r := rng.Stream(c.settings.Seed, "world/facts", string(Unit), unit.ID)
	used := map[int]bool{}
	for len(used) < c.settings.CountsPerUnit {
		n := 1
		switch {
		case len(used) == 0:
		case r.IntN(2) == 0 && len(used) < 9:
			n = 2 + r.IntN(11)
		default:
			n = 13 + r.IntN(187)
		}
		if !used[n] {
			used[n] = true
			c.add(Unit, strconv.Itoa(n)+" "+unit.Symbol)
		}
	}
}

func drawDate(r *rand.Rand) string {
	const century = 36525 // days
	return time.Date(1950, 1, 1+r.IntN(century), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// drawNumber gives four to seven digits, where grouping shows, with up to two decimals; one in five is below a
// thousand and has one to three decimals; one in seven is negative.
func drawNumber(r *rand.Rand) string {
	digits, decimals := 4+r.IntN(4), r.IntN(3)
	if r.IntN(5) == 0 {
		digits, decimals = 1+r.IntN(3), 1+r.IntN(3)
	}
	n := digitsOf(r, digits)
	if decimals > 0 {
		n += "." + fraction(r, decimals)
	}
	if r.IntN(7) == 0 {
		n = "-" + n
	}
	return n
}

// drawShare gives three decimals, the last not zero, so that a percentage has one decimal.
func drawShare(r *rand.Rand) string { return "0." + fraction(r, 3) }

// drawAmount gives two to six digits and two decimals, never two zeros.
func drawAmount(r *rand.Rand) string {
	return fmt.Sprintf("%s.%02d %s", digitsOf(r, 2+r.IntN(5)), 1+r.IntN(99), []string{"EUR", "GBP", "USD"}[r.IntN(3)])
}

// digitsOf gives a whole number of so many digits, the first not zero.
func digitsOf(r *rand.Rand, n int) string {
	digits := strconv.Itoa(1 + r.IntN(9))
	for range n - 1 {
		digits += strconv.Itoa(r.IntN(10))
	}
	return digits
}

// fraction gives so many decimals, the last not zero.
func fraction(r *rand.Rand, n int) string {
	digits := ""
	for range n - 1 {
		digits += strconv.Itoa(r.IntN(10))
	}
	return digits + strconv.Itoa(1+r.IntN(9))
}

// listLetters leaves out what would make a language change its conjunction before it: the vowels, and H.
const listLetters = "BCDFGKLMNPQRSTVWXZ"

func drawList(r *rand.Rand) string {
	letters := strings.Split(listLetters, "")
	r.Shuffle(len(letters), func(i, j int) { letters[i], letters[j] = letters[j], letters[i] })
	return strings.Join(letters[:2+r.IntN(2)], " ")
}

func parseFact(kind Kind, value string) (fact, error) {
	f := fact{kind: kind, value: value}
	var err error
	switch kind {
	case DateShort, DateLong:
		f.date, err = cldr.ParseDate(value)
	case Number, Percent:
		f.number, err = cldr.ParseDecimal(value)
	case Amount, Unit:
		var digits string
		digits, f.symbol, _ = strings.Cut(value, " ")
		f.number, err = cldr.ParseDecimal(digits)
	case Month, Weekday, Spellout:
		f.ordinal, err = strconv.Atoi(value)
	case List:
		f.parts = strings.Fields(value)
	}
	return f, err
}
