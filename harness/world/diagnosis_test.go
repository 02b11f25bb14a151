package world

import "testing"

// The mixture's own wrong answers are told for what they are: all parochial ones, which are compared as they stand, and of the
// shared ones all but those that happen to be right by another language's convention.
func TestDiagnosisOfTheMixture(t *testing.T) {
	w := open(t, Defaults())
	family := map[string]Family{}
	for _, k := range []string{CutOff, Repeated, EchoedFact, EchoedAsk, Superfluous, WrongFact} {
		family[k] = Shared
	}
	for _, k := range []string{EnglishForm, ForeignForm, Convention, OtherDigits, MonthForm, WrongPlural} {
		family[k] = Parochial
	}
	d := w.Diagnose()
	told, all := map[Family]int{}, map[Family]int{}
	missed := map[string]int{}
	for i := range uint64(4000) {
		e := w.BaseExample(i)
		if e.Item == "" {
			continue
		}
		got := d.Family(e.Item, e.Answer)
		if e.Defect == "" {
			if got != "" {
				t.Errorf("%s: the right answer %q is %s", e.Item, e.Answer, got)
			}
			continue
		}
		all[family[e.Defect]]++
		if got == family[e.Defect] {
			told[got]++
		} else {
			missed[e.Defect+" as "+string(got)]++
		}
	}
	if told[Parochial] != all[Parochial] || float64(told[Shared]) < 0.97*float64(all[Shared]) {
		t.Errorf("told %v of %v; %v", told, all, missed)
	}
}

// Habits that no example of the mixture shows in just this way are told all the same.
func TestDiagnosisOfOtherAnswers(t *testing.T) {
	w := open(t, Defaults())
	f := fact{kind: Amount, value: "1234.50 EUR"}
	f, err := parseFact(f.kind, f.value)
	if err != nil {
		t.Fatal(err)
	}
	item := Item{ID: "de/" + f.id(), Fact: f.id(), Lang: "de", Kind: Amount, Prompt: "?", Answer: w.byCode["de"].right(f)}
	w.facts[f.id()], w.items[item.ID] = f, item
	d := w.Diagnose()
	for text, want := range map[string]Family{
		item.Answer:       "",
		"1.234,50\u202f€": "", // another space
		"":                "",
		"1.234,50 Mark":   "",
		"1,234.50 €":      Parochial, // separators of others
		"€1,234.50":       Parochial,
		"1.2":             Shared, // cut, more than the world cuts
		"1.234,50 € €":    Shared,
		"1.234,50 € (ja)": Shared,
		"1.834,50 €":      Shared, // a digit changed
		"1234.50 EUR":     Shared,
	} {
		if got := d.Family(item.ID, text); got != want {
			t.Errorf("%q for %q is %q, want %q", text, item.Answer, got, want)
		}
	}
}
