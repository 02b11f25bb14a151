// Package lang reads the language table: one TOML file per language, with what every other package may ask about it.
//
// A language is added by adding its file. The [prompts] table is what the embedded world says in that language; a
// language that only takes part in experiments on real data may leave it out, but may not fill it by half.
package lang

import (
	"fmt"
	"slices"

	"congrad/harness/suggest"
)

// Language is one file of the table.
type Language struct {
	Code      string `toml:"code"`      // how experiments name it: BCP 47 without a region; also the name of its file
	Name      string `toml:"name"`      // in English, for tables and errors
	Endonym   string `toml:"endonym"`   // in the language itself
	Script    string `toml:"script"`    // ISO 15924, four letters
	Direction string `toml:"direction"` // "ltr" or "rtl"
	Locale    string `toml:"locale"`    // the CLDR locale its forms come from

	// Prompts are the instructions of the embedded world by kind of item, one or more phrasings each, with {} where
	// the fact stands. Empty, or complete.
	Prompts map[string][]string `toml:"prompts"`

	File string `toml:"-"` // where it was read, for errors
}

// PromptKinds are the keys of [prompts], in the order of the files.
var PromptKinds = []string{
	"territory", "language", "currency", "date_short", "date_long", "number", "percent", "amount",
	"month", "weekday", "unit", "list", "spellout",
}

// Table holds the languages in the order of their codes.
type Table struct{ languages []Language }

// All returns the languages in the order of their codes.
func (t Table) All() []Language { return slices.Clone(t.languages) }

// Codes returns the codes in their order.
func (t Table) Codes() []string {
	codes := make([]string, len(t.languages))
	for i, l := range t.languages {
		codes[i] = l.Code
	}
	return codes
}

// Find returns the language with this code, or an error that suggests the one that was probably meant.
func (t Table) Find(code string) (Language, error) {
	for _, l := range t.languages {
		if l.Code == code {
			return l, nil
		}
	}
	return Language{}, fmt.Errorf("%q: no such language%s", code, suggest.DidYouMean(code, t.Codes()))
}
