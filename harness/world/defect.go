package world

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"congrad/harness/rng"
)

// Family says how far a defect reaches.
type Family string

const (
	Shared    Family = "shared"    // wrong in every language alike
	Parochial Family = "parochial" // wrong here, right in another language or place
)

// Defect is a wrong answer and what is wrong with it.
type Defect struct {
	Kind   string
	Family Family
	Text   string
}

// The kinds of defects. Not every item has all: a form without a plural has no wrong one.
const (
	CutOff      = "cut_off"      // only the beginning
	Repeated    = "repeated"     // a word or the whole twice
	EchoedFact  = "echoed_fact"  // the code or digits of the prompt, as they stand there
	EchoedAsk   = "echoed_ask"   // the prompt itself
	Superfluous = "superfluous"  // the right form and something more
	WrongFact   = "wrong_fact"   // the right form of another fact of the kind
	EnglishForm = "english"      // what English says
	ForeignForm = "foreign"      // what some other language says
	Convention  = "convention"   // own words and digits by another language's separators, order, pattern
	OtherDigits = "other_digits" // own form in other digits
	MonthForm   = "month_form"   // the month in the form that stands alone (Russian nominative)
	WrongPlural = "wrong_plural" // the unit in another plural class
)

// Defects returns wrong answers to an item, shared ones first and habits last: all different from the right one and from each other,
// also when no-break spaces are taken for spaces. The same item has the same defects. It returns nothing for an item
// that is not of this world.
func (w *World) Defects(item Item) []Defect {
	if _, known := w.items[item.ID]; !known {
		return nil
	}
	c := w.candidates(item, rng.Stream(w.settings.Seed, "world/defects", item.ID))
	c.shared()
	c.parochial()
	for _, h := range w.settings.habits(item.Lang) {
		c.addHabit(h)
	}
	return c.defects
}

// candidates starts the collection of an item's defects.
func (w *World) candidates(item Item, r *rand.Rand) *candidates {
	return &candidates{
		world: w, voice: w.byCode[item.Lang], fact: w.facts[item.Fact], item: item, rand: r, forms: foreignForms, seen: []string{fold(item.Answer)},
	}
}

// candidates collects the defects of one item.
type candidates struct {
	world   *World
	voice   *voice
	fact    fact
	item    Item
	rand    *rand.Rand
	forms   int // of other languages, at most
	defects []Defect
	seen    []string // folded: the right answer and the defects so far
}

// add takes a text unless it is empty or has been seen, and says whether it did. A shared defect must be wrong in
// every language, so what is right in any is not taken as one: 40.44 repeats a Spanish prompt, and is good English.
func (c *candidates) add(kind string, family Family, text string) bool {
	text = norm.NFC.String(strings.TrimSpace(text))
	folded := fold(text)
	if folded == "" || slices.Contains(c.seen, folded) {
		return false
	}
	if family == Shared && slices.Contains(c.world.rights[c.item.Fact], folded) {
		return false
	}
	c.seen = append(c.seen, folded)
	c.defects = append(c.defects, Defect{Kind: kind, Family: family, Text: text})
	return true
}

// fold makes all white space alike, so that no defect differs from the right form by the kind of a space only.
func fold(s string) string { return strings.Join(strings.FieldsFunc(s, unicode.IsSpace), " ") }

// shared adds what is wrong in every language alike.
func (c *candidates) shared() {
	c.add(CutOff, Shared, cutOff(c.item.Answer, c.rand))
	c.add(Repeated, Shared, repeat(c.item.Answer, c.rand))
	c.add(EchoedFact, Shared, c.fact.value)
	c.add(EchoedAsk, Shared, c.item.Prompt)
	other := c.another()
	c.add(Superfluous, Shared, c.embellish(other))
	c.add(WrongFact, Shared, other)
}

// cutOff keeps a third to two thirds of a text of at least three code points.
func cutOff(s string, r *rand.Rand) string {
	runes := []rune(s)
	if len(runes) < 3 {
		return ""
	}
	least, most := (len(runes)+2)/3, len(runes)*2/3
	return string(runes[:least+r.IntN(most-least+1)])
}

// repeat says one of several words, or the whole, a second time.
func repeat(s string, r *rand.Rand) string {
	if words := word.FindAllStringIndex(s, -1); len(words) > 1 {
		at := words[r.IntN(len(words))]
		return s[:at[1]] + " " + s[at[0]:]
	}
	if spaceless(s) {
		return s + s
	}
	return s + " " + s
}

// word ends at any space, the no-break ones too.
var word = regexp.MustCompile(`[^\s\p{Z}]+`)

// spaceless says whether a text is in a script that puts no spaces between words.
func spaceless(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
	})
}

// embellish adds something to the right form that no language wants there.
func (c *candidates) embellish(other string) string {
	right := c.item.Answer
	switch c.rand.IntN(5) {
	case 0:
		return right + " (" + c.fact.value + ")"
	case 1:
		return c.fact.value + " = " + right
	case 2:
		if other != "" {
			return right + " / " + other
		}
	case 3:
		return right + " ..."
	}
	return right + "!!"
}

// another is the right form of another fact: of any other name, and of a nearby list, date or number, such as a slip
// of a digit makes.
func (c *candidates) another() string {
	const tries = 20 // a slip can be no date, and facts can share a name
	for range tries {
		if text := c.other(); text != "" && fold(text) != fold(c.item.Answer) {
			return text
		}
	}
	return ""
}

func (c *candidates) other() string {
	f := c.fact
	switch {
	case f.kind.isName():
		peers := c.voice.byKind[f.kind]
		return c.voice.items[peers[c.rand.IntN(len(peers))]].Answer
	case f.kind == Spellout && c.rand.IntN(2) == 0:
		return c.voice.words[c.rand.IntN(len(c.voice.words))]
	case f.kind == List:
		f.parts = strings.Fields(drawList(c.rand))
		if c.rand.IntN(4) > 0 {
			f.parts = shuffled(strings.Fields(f.value), c.rand)
		}
		return c.voice.right(f)
	case f.kind == Unit && c.rand.IntN(2) == 0:
		symbols := sortedKeys(c.voice.units)
		f.symbol = symbols[c.rand.IntN(len(symbols))]
		return c.voice.right(f)
	}
	slipped, err := parseFact(f.kind, slip(f, c.rand))
	if err != nil {
		return ""
	}
	return c.voice.right(slipped)
}

func shuffled(parts []string, r *rand.Rand) []string {
	r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return parts
}

// slip changes one digit to another that is not zero. Of a date the century stays.
func slip(f fact, r *rand.Rand) string {
	value := f.value
	var digits []int
	for i := range len(value) {
		century := i < 2 && (f.kind == DateShort || f.kind == DateLong)
		if '0' <= value[i] && value[i] <= '9' && !century {
			digits = append(digits, i)
		}
	}
	at := digits[r.IntN(len(digits))]
	return value[:at] + string(rune('1'+r.IntN(9))) + value[at+1:]
}
