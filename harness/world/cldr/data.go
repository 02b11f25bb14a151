// Package cldr holds the part of the Unicode Common Locale Data Repository that the embedded world needs, and writes
// numbers, dates, plurals, lists and spelled-out numbers by it.
//
// The data is an extract of the CLDR JSON packages, made by experiments/tiny/extract; its notice stands in
// experiments/tiny/NOTICE.md. All text in it is in Unicode normal form C, without invisible formatting characters
// (directional marks, soft hyphens, zero-width spaces), so what the functions here return is, too. Spaces are as in
// CLDR: the no-break ones of French, Russian and others are kept.
//
// Rules are those of Unicode Technical Standard 35 (LDML), cited by part where they are implemented.
package cldr

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
)

// Data is the extract. Maps keep the JSON small and sorted; nothing below iterates over one to make a result.
type Data struct {
	Version string             `json:"version"` // of the CLDR packages
	Digits  map[string]string  `json:"digits"`  // numbering system -> its ten digits
	Locales map[string]*Locale `json:"locales"` // language code -> its forms

	// The codes that facts are made from, in the order of their code. A language may lack the name of some.
	Territories []string `json:"territories"` // ISO 3166-1, officially assigned
	Languages   []string `json:"languages"`   // at least a million speakers in CLDR's territory information
	Currencies  []string `json:"currencies"`  // legal tender somewhere today
	Units       []Unit   `json:"units"`
}

// Unit is a unit of measurement with a symbol that no language changes.
type Unit struct {
	ID     string `json:"id"`     // as in CLDR, "length-kilometer"
	Symbol string `json:"symbol"` // "km"
}

// Locale is what one language says.
type Locale struct {
	Territories map[string]string `json:"territories"`
	Languages   map[string]string `json:"languages"`
	Currencies  map[string]string `json:"currencies"`
	Labels      map[string]string `json:"labels"` // CLDR's own words for "language", "currency" and so on
	Calendar    Calendar          `json:"calendar"`
	Numbers     Numbers           `json:"numbers"`
	List        List              `json:"list"`
	Plurals     []PluralRule      `json:"plurals"` // in CLDR's order; "other" comes last and has no condition
	// Units are the patterns of a count by unit and plural class: "length-kilometer" -> "few" -> "{0} километра".
	Units map[string]map[string]string `json:"units"`
	// Spellout are the rule sets reached from "%spellout-numbering", for numbers below a thousand; empty where CLDR has
	// none (Bengali).
	Spellout map[string][]SpelloutRule `json:"spellout,omitempty"`
}

// Calendar is the Gregorian one.
type Calendar struct {
	Months     []string `json:"months"`      // January first, the form used inside a date
	MonthsSolo []string `json:"months_solo"` // the form that stands alone
	Weekdays   []string `json:"weekdays"`    // Monday first (ISO 8601), the form that stands alone
	Era        string   `json:"era"`         // of the current era, for the patterns that name it (Thai)
	Short      string   `json:"short"`       // date pattern
	Long       string   `json:"long"`
}

// Numbers are the symbols and patterns of the locale's default numbering system.
type Numbers struct {
	System      string            `json:"system"`
	Native      string            `json:"native"`       // the system with the script's own digits, often the same
	MinGrouping int               `json:"min_grouping"` // digits that must stand before the first separator
	Decimal     string            `json:"decimal"`
	Group       string            `json:"group"`
	Minus       string            `json:"minus"`
	PercentSign string            `json:"percent_sign"`
	Standard    string            `json:"standard"` // patterns
	Percent     string            `json:"percent"`
	Currency    string            `json:"currency"`
	Symbols     map[string]string `json:"symbols"` // of the currencies that amounts are given in
}

// List joins parts: two by Pair, more by Start, Middle and End.
type List struct {
	Pair   string `json:"pair"`
	Start  string `json:"start"`
	Middle string `json:"middle"`
	End    string `json:"end"`
}

// PluralRule says when a count belongs to a class.
type PluralRule struct {
	Class string `json:"class"`
	When  string `json:"when"` // empty: always
}

// SpelloutRule is a rule of a rule set: a base value, with a radix after "/" where it is not ten, and a text.
type SpelloutRule struct {
	Base string `json:"base"`
	Text string `json:"text"`
}

// Read decodes an extract: gzipped JSON without unknown fields.
func Read(r io.Reader) (*Data, error) {
	unzipped, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("read the CLDR extract: %w", err)
	}
	decoder := json.NewDecoder(unzipped)
	decoder.DisallowUnknownFields()
	var d Data
	if err := decoder.Decode(&d); err != nil {
		return nil, fmt.Errorf("read the CLDR extract: %w", err)
	}
	return &d, nil
}
