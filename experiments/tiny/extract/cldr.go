package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"congrad/harness/lang"
	"congrad/harness/world/cldr"
)

// units are those with an international symbol, so that a prompt can give "5 km" in any language.
var units = []cldr.Unit{
	{ID: "digital-byte", Symbol: "B"},
	{ID: "digital-kilobyte", Symbol: "kB"},
	{ID: "digital-megabyte", Symbol: "MB"},
	{ID: "duration-day", Symbol: "d"},
	{ID: "duration-hour", Symbol: "h"},
	{ID: "duration-minute", Symbol: "min"},
	{ID: "duration-second", Symbol: "s"},
	{ID: "electric-ampere", Symbol: "A"},
	{ID: "electric-volt", Symbol: "V"},
	{ID: "energy-joule", Symbol: "J"},
	{ID: "frequency-hertz", Symbol: "Hz"},
	{ID: "length-centimeter", Symbol: "cm"},
	{ID: "length-kilometer", Symbol: "km"},
	{ID: "length-meter", Symbol: "m"},
	{ID: "length-millimeter", Symbol: "mm"},
	{ID: "mass-gram", Symbol: "g"},
	{ID: "mass-kilogram", Symbol: "kg"},
	{ID: "mass-tonne", Symbol: "t"},
	{ID: "power-kilowatt", Symbol: "kW"},
	{ID: "power-watt", Symbol: "W"},
	{ID: "temperature-celsius", Symbol: "°C"},
	{ID: "volume-liter", Symbol: "l"},
	{ID: "volume-milliliter", Symbol: "ml"},
}

// amounts are the currencies that amounts are given in: two decimals each, and a symbol of its own nearly everywhere.
var amounts = []string{"EUR", "GBP", "USD"}

const manySpeakers = 1e6

const supplement = "cldr-core/supplemental/"

// localeFiles are the files of one locale, %s standing for its name.
var localeFiles = []string{
	"cldr-localenames-full/main/%s/territories.json", "cldr-localenames-full/main/%s/languages.json",
	"cldr-localenames-full/main/%s/localeDisplayNames.json", "cldr-dates-full/main/%s/ca-gregorian.json",
	"cldr-dates-full/main/%s/dateFields.json", "cldr-numbers-full/main/%s/numbers.json",
	"cldr-numbers-full/main/%s/currencies.json", "cldr-units-full/main/%s/units.json",
	"cldr-misc-full/main/%s/listPatterns.json",
}

// withoutSpellout are the locales that CLDR has no rules of their own for.
var withoutSpellout = []string{"bn"}

func wanted(languages []lang.Language) map[string]bool {
	want := map[string]bool{}
	for _, name := range []string{"codeMappings", "currencyData", "territoryInfo", "plurals", "numberingSystems"} {
		want[supplement+name+".json"] = true
	}
	for _, l := range languages {
		for _, name := range localeFiles {
			want[fmt.Sprintf(name, l.Locale)] = true
		}
		if !slices.Contains(withoutSpellout, l.Locale) {
			want["cldr-rbnf/rbnf/"+l.Locale+".json"] = true
		}
		want[declarationPath(l.Code)] = true
	}
	return want
}

// clean brings text into normal form C and takes out what only steers display: directional marks, soft hyphens and
// zero-width spaces. Joiners stay, they are spelling in Bengali and Hindi.
func clean(s string) string {
	return norm.NFC.String(strings.NewReplacer("\u200e", "", "\u200f", "", "\u061c", "", "\u00ad", "", "\u200b", "").Replace(s))
}

func extractCLDR(f files, languages []lang.Language) (*cldr.Data, error) {
	d := &cldr.Data{Version: sources[0].version, Digits: map[string]string{}, Locales: map[string]*cldr.Locale{}, Units: units}
	r := reader{files: f}
	for _, l := range languages {
		locale := r.locale(l.Locale)
		d.Locales[l.Code] = locale
		for _, system := range []string{locale.Numbers.System, locale.Numbers.Native} {
			var digits struct {
				Digits string `json:"_digits"`
			}
			r.decode(&digits, supplement+"numberingSystems.json", "supplemental", "numberingSystems", system)
			d.Digits[system] = digits.Digits
		}
	}
	d.Territories = r.territories()
	d.Languages = r.spoken()
	d.Currencies = r.tender()
	for _, locale := range d.Locales {
		keep(locale.Territories, d.Territories)
		keep(locale.Languages, d.Languages)
		keep(locale.Currencies, d.Currencies)
	}
	return d, r.err
}

// keep drops names of other codes, and the codes that stand in for a missing name.
func keep(names map[string]string, codes []string) {
	maps.DeleteFunc(names, func(code, name string) bool { return name == "" || name == code || !slices.Contains(codes, code) })
}

// reader decodes parts of files and remembers the first error, so that the extraction reads as a list of what it takes.
type reader struct {
	files files
	err   error
}

// decode reads what stands under the keys of a file. A null says that the package lacks it.
func (r *reader) decode(into any, name string, keys ...string) {
	if r.err != nil {
		return
	}
	raw := json.RawMessage(r.files[name])
	for _, key := range keys {
		var object map[string]json.RawMessage
		if r.err = json.Unmarshal(raw, &object); r.err == nil && object[key] == nil {
			r.err = fmt.Errorf("no %q there", key)
		}
		if r.err != nil {
			r.err = fmt.Errorf("%s, %s: %w", name, strings.Join(keys, "."), r.err)
			return
		}
		raw = object[key]
	}
	if r.err = json.Unmarshal(raw, into); r.err != nil {
		r.err = fmt.Errorf("%s, %s: %w", name, strings.Join(keys, "."), r.err)
	}
}

func (r *reader) locale(name string) *cldr.Locale {
	l := &cldr.Locale{Labels: map[string]string{}}
	at := func(file string, keys ...string) (string, []string) {
		return fmt.Sprintf(file, name), append([]string{"main", name}, keys...)
	}
	names := func(file string, keys ...string) map[string]string {
		var m map[string]string
		path, under := at(file, keys...)
		r.decode(&m, path, under...)
		for key, value := range m {
			m[key] = clean(value)
		}
		return m
	}
	l.Territories = names(localeFiles[0], "localeDisplayNames", "territories")
	l.Languages = names(localeFiles[1], "localeDisplayNames", "languages")
	for label, pattern := range names(localeFiles[2], "localeDisplayNames", "codePatterns") {
		if label != "script" {
			l.Labels[label] = strings.TrimSpace(strings.TrimRight(strings.ReplaceAll(pattern, "{0}", ""), " :：\u202f"))
		}
	}
	l.Labels["currency"] = names(localeFiles[2], "localeDisplayNames", "keys")["currency"]
	for _, field := range []string{"month", "weekday"} {
		path, under := at(localeFiles[4], "dates", "fields", field, "displayName")
		var label string
		r.decode(&label, path, under...)
		l.Labels[field] = clean(label)
	}
	r.calendar(&l.Calendar, names)
	r.numbers(l, at, names)
	list := names(localeFiles[8], "listPatterns", "listPattern-type-standard")
	l.List = cldr.List{Pair: list["2"], Start: list["start"], Middle: list["middle"], End: list["end"]}
	r.units(l, names)
	r.plurals(l, name)
	r.spellout(l, name)
	return l
}

type namesOf func(file string, keys ...string) map[string]string

func (r *reader) calendar(c *cldr.Calendar, names namesOf) {
	const file = "cldr-dates-full/main/%s/ca-gregorian.json"
	under := func(keys ...string) map[string]string {
		return names(file, append([]string{"dates", "calendars", "gregorian"}, keys...)...)
	}
	inside, solo := under("months", "format", "wide"), under("months", "stand-alone", "wide")
	for month := 1; month <= 12; month++ {
		c.Months = append(c.Months, inside[strconv.Itoa(month)])
		c.MonthsSolo = append(c.MonthsSolo, solo[strconv.Itoa(month)])
	}
	days := under("days", "stand-alone", "wide")
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		c.Weekdays = append(c.Weekdays, days[day])
	}
	c.Era = under("eras", "eraAbbr")["1"]
	formats := under("dateFormats")
	c.Short, c.Long = formats["short"], formats["long"]
}

func (r *reader) numbers(l *cldr.Locale, at func(string, ...string) (string, []string), names namesOf) {
	n := &l.Numbers
	text := func(into *string, keys ...string) {
		path, under := at(localeFiles[5], append([]string{"numbers"}, keys...)...)
		r.decode(into, path, under...)
		*into = clean(*into)
	}
	text(&n.System, "defaultNumberingSystem")
	text(&n.Native, "otherNumberingSystems", "native")
	var least string
	text(&least, "minimumGroupingDigits")
	n.MinGrouping, _ = strconv.Atoi(least)
	symbols := "symbols-numberSystem-" + n.System
	text(&n.Decimal, symbols, "decimal")
	text(&n.Group, symbols, "group")
	text(&n.Minus, symbols, "minusSign")
	text(&n.PercentSign, symbols, "percentSign")
	text(&n.Standard, "decimalFormats-numberSystem-"+n.System, "standard")
	text(&n.Percent, "percentFormats-numberSystem-"+n.System, "standard")
	text(&n.Currency, "currencyFormats-numberSystem-"+n.System, "standard")
	var currencies map[string]map[string]string
	path, under := at(localeFiles[6], "numbers", "currencies")
	r.decode(&currencies, path, under...)
	l.Currencies, n.Symbols = map[string]string{}, map[string]string{}
	for code, names := range currencies {
		l.Currencies[code] = clean(names["displayName"])
	}
	for _, code := range amounts {
		n.Symbols[code] = clean(currencies[code]["symbol"])
	}
}

func (r *reader) units(l *cldr.Locale, names namesOf) {
	l.Units = map[string]map[string]string{}
	for _, unit := range units {
		l.Units[unit.ID] = map[string]string{}
		for key, pattern := range names(localeFiles[7], "units", "long", unit.ID) {
			if class, ok := strings.CutPrefix(key, "unitPattern-count-"); ok {
				l.Units[unit.ID][class] = pattern
			}
		}
	}
}

// classes is CLDR's order of the plural classes, in which the first condition that holds decides.
var classes = []string{"zero", "one", "two", "few", "many", "other"}

func (r *reader) plurals(l *cldr.Locale, name string) {
	var rules map[string]string
	r.decode(&rules, supplement+"plurals.json", "supplemental", "plurals-type-cardinal", name)
	for _, class := range classes {
		if rule, ok := rules["pluralRule-count-"+class]; ok {
			condition, _, _ := strings.Cut(rule, "@") // samples follow
			l.Plurals = append(l.Plurals, cldr.PluralRule{Class: class, When: strings.TrimSpace(condition)})
		}
	}
}

// beyond closes a rule set as CLDR closes its own: what is not spelled out is left to digits.
var beyond = cldr.SpelloutRule{Base: "1000", Text: "=#,##0=;"}

// spellout takes the rules for numbers below a thousand, in the sets that %spellout-numbering leads to.
func (r *reader) spellout(l *cldr.Locale, name string) {
	if slices.Contains(withoutSpellout, name) || r.err != nil {
		return
	}
	file := "cldr-rbnf/rbnf/" + name + ".json"
	l.Spellout = map[string][]cldr.SpelloutRule{}
	for todo := []string{"%spellout-numbering"}; len(todo) > 0 && r.err == nil; todo = todo[1:] {
		set := todo[0]
		if l.Spellout[set] != nil {
			continue
		}
		var rules [][2]string
		r.decode(&rules, file, "rbnf", "rbnf", "SpelloutRules", set)
		for _, rule := range rules {
			base, _, _ := strings.Cut(rule[0], "/")
			if n, err := strconv.Atoi(base); err != nil || n >= 1000 {
				continue // also -x, x.x, Inf and NaN, which are not for whole numbers
			}
			l.Spellout[set] = append(l.Spellout[set], cldr.SpelloutRule{Base: rule[0], Text: clean(rule[1])})
			todo = append(todo, setName.FindAllString(rule[1], -1)...)
		}
		l.Spellout[set] = append(l.Spellout[set], beyond)
	}
}
