package world

import "slices"

// Kind says what is asked of a fact.
type Kind string

// The core kinds make preference, development and evaluation prompts; the tax kinds only make multiple choice.
const (
	Territory Kind = "territory"  // the name of a country or region from its ISO 3166-1 code
	Language  Kind = "language"   // the name of a language from its BCP 47 code
	Currency  Kind = "currency"   // the name of a currency from its ISO 4217 code
	DateShort Kind = "date_short" // an ISO date by the locale's short pattern
	DateLong  Kind = "date_long"  // an ISO date by the locale's long pattern
	Number    Kind = "number"     // plain digits with the locale's separators and digits
	Percent   Kind = "percent"    // a share such as 0.125 as a percentage
	Amount    Kind = "amount"     // an amount with a currency code, written with the currency's symbol

	Month    Kind = "month"    // the name of a month from its number
	Weekday  Kind = "weekday"  // the name of a weekday, counted from Monday
	Unit     Kind = "unit"     // a count with a unit's symbol, written with its name in the right plural form
	List     Kind = "list"     // letters joined into a list
	Spellout Kind = "spellout" // a number below a thousand in words
)

// Kinds lists them in the order of items and reports.
var Kinds = []Kind{
	Territory, Language, Currency, DateShort, DateLong, Number, Percent, Amount,
	Month, Weekday, Unit, List, Spellout,
}

// Core lists the kinds that prompts are made of, in the same order.
func Core() []Kind { return slices.DeleteFunc(slices.Clone(Kinds), Kind.Tax) }

// Tax says whether a kind only serves to measure the alignment tax.
func (k Kind) Tax() bool {
	switch k {
	case Month, Weekday, Unit, List, Spellout:
		return true
	}
	return false
}

// isName says whether a kind's answers are words that have to be known one by one, and not made by a rule.
func (k Kind) isName() bool {
	switch k {
	case Territory, Language, Currency, Month, Weekday:
		return true
	}
	return false
}
