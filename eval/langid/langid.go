// Package langid says in which of some languages an answer is written, or that this cannot be decided.
//
// Most short answers cannot be told: numbers, codes and names look alike in many languages. A wrong guess would count as an
// answer in the wrong language, so the rule is made to stay silent (see [Identifier.Identify]).
package langid

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"

	"github.com/pemistahl/lingua-go"
	"golang.org/x/text/language"
)

const (
	// Other is a text in a script that none of the languages is written in.
	Other = "other"
	// enough letters to distinguish languages of one script: of pieces of running text this long in the 15 shipped languages, more
	// than 99 in 100 are recognised correctly (the package's test prints it). Also what Latin letters must be to count at all where
	// only one of the languages is written in them: names, units and codes are, everywhere.
	enough = 20
	// a few letters of a script that only one candidate is written in identify that language.
	few = 2
)

// modelCodes are the ISO 639-1 codes of the languages whose models are in third_party/lingua-go. Without a model lingua
// would never identify the language, and would not say so.
//
//go:embed models.txt
var modelCodes string

// Identifier recognises some languages. It is not safe for concurrent use: models are read when they are first needed.
type Identifier struct {
	candidates []candidate
	detectors  map[string]lingua.LanguageDetector // by the candidates' codes, joined
}

type candidate struct {
	code    string
	scripts []*unicode.RangeTable
	model   lingua.Language // lingua.Unknown if third_party/lingua-go has no model of the language
}

// New is for the languages that an answer may be in, by their BCP 47 codes.
func New(codes []string) *Identifier {
	id := &Identifier{detectors: map[string]lingua.LanguageDetector{}}
	for _, code := range codes {
		base, _, _ := strings.Cut(strings.ToLower(code), "-")
		model := lingua.Unknown
		for _, l := range lingua.AllLanguages() {
			short := strings.ToLower(l.IsoCode639_1().String())
			if (short == base || strings.EqualFold(l.IsoCode639_3().String(), base)) && slices.Contains(strings.Fields(modelCodes), short) {
				model = l
			}
		}
		id.candidates = append(id.candidates, candidate{code, scriptsOf(code), model})
	}
	return id
}

// writing are the scripts behind the names that stand for several, or that Unicode calls otherwise.
var writing = map[string][]*unicode.RangeTable{
	"Jpan": {unicode.Han, unicode.Hiragana, unicode.Katakana},
	"Hans": {unicode.Han}, "Hant": {unicode.Han}, "Kore": {unicode.Hangul},
	"Latn": {unicode.Latin}, "Cyrl": {unicode.Cyrillic}, "Arab": {unicode.Arabic}, "Deva": {unicode.Devanagari}, "Beng": {unicode.Bengali},
	"Thai": {unicode.Thai}, "Grek": {unicode.Greek}, "Hebr": {unicode.Hebrew}, "Armn": {unicode.Armenian}, "Geor": {unicode.Georgian},
	"Taml": {unicode.Tamil}, "Telu": {unicode.Telugu}, "Knda": {unicode.Kannada}, "Mlym": {unicode.Malayalam}, "Gujr": {unicode.Gujarati},
	"Guru": {unicode.Gurmukhi}, "Orya": {unicode.Oriya}, "Sinh": {unicode.Sinhala}, "Mymr": {unicode.Myanmar}, "Khmr": {unicode.Khmer},
	"Laoo": {unicode.Lao}, "Ethi": {unicode.Ethiopic}, "Tibt": {unicode.Tibetan},
}

// scriptsOf is what a language is mostly written in (CLDR's likely subtags); nil where that is not known here.
func scriptsOf(code string) []*unicode.RangeTable {
	script, _ := language.Make(code).Script()
	return writing[script.String()]
}

// Unmodelled returns the codes of the languages that share a script with another and have no model, or whose script is not known.
// Answers in such a language, and in those that share its script, are left open by [Identifier.Identify].
func (id *Identifier) Unmodelled() (codes []string) {
	for i, c := range id.candidates {
		shares := slices.ContainsFunc(slices.Delete(slices.Clone(id.candidates), i, i+1), func(other candidate) bool {
			return slices.ContainsFunc(c.scripts, func(script *unicode.RangeTable) bool { return slices.Contains(other.scripts, script) })
		})
		if c.scripts == nil || shares && c.model == lingua.Unknown {
			codes = append(codes, c.code)
		}
	}
	return codes
}

// Verdict is the code of a text's language, or Other; not Known where it cannot be told.
type Verdict struct {
	Code  string
	Known bool
}

// Identify says in which language a text is.
//
//   - Letters and their marks count, nothing else. The languages whose scripts hold most of the text's letters, and at
//     least half of them, may be the one. If no language is left, it is Other.
//   - One alone is the one from 2 letters on, or from 20 in Latin script.
//   - Chinese and Japanese are distinguished by the share of kana outside quotations and by characters that only one of them has.
//   - Several are distinguished by their n-grams (lingua) from 20 letters on, if there are models of all of them.
func (id *Identifier) Identify(text string) Verdict {
	v, may := id.byScript(text)
	if may == nil {
		return v
	}
	key := keyOf(may)
	if id.detectors[key] == nil {
		id.detectors[key] = lingua.NewLanguageDetectorBuilder().FromLanguages(modelsOf(may)...).Build()
	}
	return byModel(id.detectors[key], may, text)
}

// IdentifyAll is Identify of many texts, in a fraction of the time and memory that reading whole models takes.
func (id *Identifier) IdentifyAll(texts []string) []Verdict {
	type undecided struct {
		may   []candidate
		texts []string
		at    []int
	}
	verdicts := make([]Verdict, len(texts))
	open := map[string]*undecided{}
	for i, text := range texts {
		v, may := id.byScript(text)
		if verdicts[i] = v; may == nil {
			continue
		}
		key := keyOf(may)
		if open[key] == nil {
			open[key] = &undecided{may: may}
		}
		u := open[key]
		u.texts, u.at = append(u.texts, text), append(u.at, i)
	}
	for _, u := range open {
		detector := lingua.RestrictedTo(u.texts, modelsOf(u.may)...)
		for k, text := range u.texts {
			verdicts[u.at[k]] = byModel(detector, u.may, text)
		}
	}
	return verdicts
}

// byScript decides by letters and marks; where n-grams must decide, it returns the candidates, which all have models.
func (id *Identifier) byScript(text string) (v Verdict, may []candidate) {
	letters, latin := 0, 0
	held := make([]int, len(id.candidates))
	for _, r := range text {
		if !counts(r) {
			continue
		}
		letters++
		if unicode.Is(unicode.Latin, r) {
			latin++
		}
		for i, c := range id.candidates {
			if unicode.In(r, c.scripts...) {
				held[i]++
			}
		}
	}
	inLatin := 2*latin >= letters
	if letters < few || inLatin && letters < enough {
		return Verdict{}, nil
	}
	most := slices.Max(append(held, 0))
	if 2*most < letters {
		return id.other(), nil
	}
	for i, c := range id.candidates {
		if held[i] == most {
			may = append(may, c)
		}
	}
	switch {
	case slices.ContainsFunc(may, candidate.inHan):
		return id.ofHan(text)
	case len(may) == 1:
		return Verdict{may[0].code, true}, nil
	case letters < enough:
		return Verdict{}, nil
	}
	return Verdict{}, modelled(may)
}

// ofHan decides between the languages that are written in Han characters, by what only one of them has: n-grams take a Japanese heading
// without kana for Chinese, and any kana for Japanese.
func (id *Identifier) ofHan(text string) (v Verdict, may []candidate) {
	e := readHan(text)
	var all []candidate
	for _, c := range id.candidates {
		if !c.inHan() {
			continue
		}
		all = append(all, c)
		if kana := slices.Contains(c.scripts, unicode.Hiragana); !(e.saysJapanese && !kana || e.saysChinese && kana) {
			may = append(may, c)
		}
	}
	switch {
	case len(may) == 0:
		return id.other(), nil
	case len(may) > 1 && (e.saysJapanese || e.saysChinese):
		return Verdict{}, modelled(may)
	case len(may) > 1 || len(all) == 1 && e.kana > 0 && !e.saysJapanese && !slices.Contains(may[0].scripts, unicode.Hiragana) && e.chinese == 0:
		return Verdict{}, nil
	}
	return Verdict{may[0].code, true}, nil
}

// inHan reports whether Han characters are of the language's script.
func (c candidate) inHan() bool { return slices.Contains(c.scripts, unicode.Han) }

// counts reports whether a code point is a letter, or a mark that goes with one, of a script of its own.
func counts(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsMark(r)) && !unicode.In(r, unicode.Common, unicode.Inherited)
}

// other is the verdict that no language is left. Where a language's script is not known, it could be that of any text.
func (id *Identifier) other() Verdict {
	if slices.ContainsFunc(id.candidates, func(c candidate) bool { return c.scripts == nil }) {
		return Verdict{}
	}
	return Verdict{Other, true}
}

// modelled are the candidates if all of them have models; nil if not.
func modelled(may []candidate) []candidate {
	if slices.ContainsFunc(may, func(c candidate) bool { return c.model == lingua.Unknown }) {
		return nil
	}
	return may
}

func keyOf(may []candidate) string {
	key := ""
	for _, c := range may {
		key += c.code + " "
	}
	return key
}

func modelsOf(may []candidate) (models []lingua.Language) {
	for _, c := range may {
		models = append(models, c.model)
	}
	return models
}

// byModel decides between candidates by their n-grams.
func byModel(detector lingua.LanguageDetector, may []candidate, text string) Verdict {
	found, ok := detector.DetectLanguageOf(text)
	at := slices.Index(modelsOf(may), found)
	if !ok || at < 0 {
		return Verdict{}
	}
	return Verdict{may[at].code, true}
}
