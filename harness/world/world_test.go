package world

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"congrad/experiments"
)

func open(t testing.TB, s Settings) *World {
	t.Helper()
	w, err := Open(experiments.Files, s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// The world is small enough to be made whenever it is needed. The bound is loose: the machine may be busy.
func TestOpenIsQuick(t *testing.T) {
	start := time.Now()
	open(t, Defaults())
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("making the world took %v", took)
	}
}

func TestEnoughItems(t *testing.T) {
	w := open(t, Defaults())
	for _, language := range w.Languages() {
		for split, least := range map[Split]int{Preference: 400, Dev: 150, Eval: 300, Tax: 250} {
			if n := len(w.Items(split, language)); n < least {
				t.Errorf("%s has %d items in %s, want at least %d", language, n, split, least)
			}
		}
	}
	counts := map[string]int{}
	for _, c := range w.Counts() {
		counts[c.Lang+" "+string(c.Split)] += c.Items
		if c.Kind.Tax() != (c.Split == Tax) {
			t.Errorf("%s: items of kind %s in split %s", c.Lang, c.Kind, c.Split)
		}
	}
	if got, want := counts["en eval"], len(w.Items(Eval, "en")); got != want {
		t.Errorf("Counts says %d items for en eval, Items %d", got, want)
	}
}

// No fact, no date and no number serves two splits, in whatever language or kind.
func TestSplitsShareNothing(t *testing.T) {
	w := open(t, Defaults())
	splitOf, numbers := map[string]Split{}, map[string]Split{}
	for _, language := range w.Languages() {
		for _, split := range Splits {
			for _, item := range w.Items(split, language) {
				if other, seen := splitOf[item.Fact]; seen && other != split {
					t.Errorf("%s is in %s and in %s", item.Fact, other, split)
				}
				splitOf[item.Fact] = split
				f := w.facts[item.Fact]
				key := numberless(f.kind, f.value)
				if f.kind == Unit || f.kind == Spellout {
					key = "number " + strings.Fields(f.value)[0] // tax numbers may meet each other, but no core number
				}
				if other, seen := numbers[key]; seen && other != split {
					t.Errorf("%s is in %s and in %s", key, other, split)
				}
				numbers[key] = split
			}
		}
	}
}

// More facts of one kind, or fewer languages, must not move a fact to another split.
func TestSplitDependsOnSeedAndFactAlone(t *testing.T) {
	s := Defaults()
	before := open(t, s)
	s.Numbers, s.Languages, s.Under = s.Numbers+50, []string{"de", "sw"}, nil
	after := open(t, s)
	for _, item := range before.Items(Eval, "de") {
		if got, ok := after.Item(item.ID); !ok || got != item {
			t.Fatalf("%+v became %+v", item, got)
		}
	}
	s.Seed = 2
	moved := 0
	reseeded := open(t, s)
	for _, item := range before.Items(Eval, "de") {
		if got, ok := reseeded.Item(item.ID); ok && got.Split != item.Split {
			moved++
		}
	}
	if moved == 0 {
		t.Error("another seed must split otherwise")
	}
}

func TestPromptsAreTheirFacts(t *testing.T) {
	w := open(t, Defaults())
	for _, language := range w.Languages() {
		seen := map[string]string{}
		for _, split := range Splits {
			for _, item := range w.Items(split, language) {
				if other, twice := seen[item.Prompt]; twice {
					t.Errorf("%s and %s are asked alike: %q", other, item.ID, item.Prompt)
				}
				seen[item.Prompt] = item.ID
				if !strings.Contains(item.Prompt, w.facts[item.Fact].value) {
					t.Errorf("%s: the prompt %q does not give %q", item.ID, item.Prompt, w.facts[item.Fact].value)
				}
			}
		}
	}
}

func clean(s string) bool {
	return s != "" && utf8.ValidString(s) && norm.NFC.IsNormalString(s) && strings.TrimSpace(s) == s &&
		!strings.ContainsAny(s, "\u200b\u200e\u200f\u061c\u00ad\ufeff\n\t")
}

func TestTextIsClean(t *testing.T) {
	w := open(t, Defaults())
	for _, language := range w.Languages() {
		for _, split := range Splits {
			for _, item := range w.Items(split, language) {
				if !clean(item.Prompt) || !clean(item.Answer) {
					t.Errorf("%s: %q, %q", item.ID, item.Prompt, item.Answer)
				}
			}
		}
	}
}

// The instructions use the words that CLDR has for what they ask about, whatever their ending.
func TestPromptsUseWordsOfCLDR(t *testing.T) {
	w := open(t, Defaults())
	for _, v := range w.voices {
		for _, label := range []string{"territory", "language", "currency", "month"} {
			stem := []rune(strings.ToLower(v.locale.Labels[label]))
			if len(stem) > 3 {
				stem = stem[:len(stem)-1]
			}
			said := strings.ToLower(strings.Join(v.Prompts[label], " "))
			if !strings.Contains(said, string(stem)) {
				t.Errorf("%s: no %q in the prompts for a %s: %s", v.Code, string(stem), label, said)
			}
		}
	}
}

func TestMissingFactsAreKnown(t *testing.T) {
	w := open(t, Defaults())
	for _, v := range w.voices {
		missing := map[Kind]int{}
		for id, f := range w.facts {
			if _, ok := w.Item(v.Code + "/" + id); !ok {
				missing[f.kind]++
			}
		}
		for kind, n := range missing {
			if kind == Spellout && v.Code == "bn" || kind == Language {
				continue // no rules in CLDR; some small languages are without a name
			}
			t.Errorf("%s lacks %d facts of kind %s", v.Code, n, kind)
		}
	}
}

// digest hashes everything the world can say.
func digest(w *World) string {
	h := sha256.New()
	for _, language := range w.Languages() {
		for _, split := range Splits {
			for _, item := range w.Items(split, language) {
				fmt.Fprintf(h, "%+v %+v\n", item, w.Defects(item))
			}
		}
		fmt.Fprintf(h, "%+v\n", w.Choices(language))
		fmt.Fprintf(h, "%q %q\n", w.Plain(PlainBase, language), w.Plain(PlainHeld, language))
	}
	for i := range uint64(3000) {
		fmt.Fprintf(h, "%+v\n", w.BaseExample(i))
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func TestOpenErrors(t *testing.T) {
	s := Defaults()
	s.Languages = append(slices.Clone(s.Languages), "sw-KE")
	want := `world: language sw-KE: "sw-KE": no such language; did you mean "sw"?`
	if _, err := Open(experiments.Files, s); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
