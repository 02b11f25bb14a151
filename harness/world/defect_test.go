package world

import (
	"slices"
	"testing"

	"congrad/eval/chrf"
)

// Every item of every language has wrong answers, none right, no two alike.
func TestDefectsAreWrongAndDifferent(t *testing.T) {
	w := open(t, Defaults())
	shared, parochial, items := 0, 0, 0
	for _, language := range w.Languages() {
		for _, split := range Splits {
			for _, item := range w.Items(split, language) {
				seen := map[string]bool{fold(item.Answer): true}
				families := map[Family]int{}
				for _, d := range w.Defects(item) {
					if seen[fold(d.Text)] {
						t.Errorf("%s: %s %q is the answer %q or another defect", item.ID, d.Kind, d.Text, item.Answer)
					}
					seen[fold(d.Text)] = true
					if !clean(d.Text) {
						t.Errorf("%s: %s %q is not clean text", item.ID, d.Kind, d.Text)
					}
					if split == Dev && chrf.Known(d.Text, item.Answer) >= 1 {
						t.Errorf("%s: %s %q scores as exact", item.ID, d.Kind, d.Text)
					}
					families[d.Family]++
				}
				if families[Shared] < 3 {
					t.Errorf("%s has %d shared defects", item.ID, families[Shared])
				}
				shared, parochial, items = shared+families[Shared], parochial+families[Parochial], items+1
			}
		}
	}
	t.Logf("%d items, %.1f shared and %.1f parochial defects each", items, float64(shared)/float64(items), float64(parochial)/float64(items))
}

func TestDefectsAreTheSameAgain(t *testing.T) {
	a, b := open(t, Defaults()), open(t, Defaults())
	for _, item := range a.Items(Dev, "ru") {
		if x, y := a.Defects(item), b.Defects(item); !slices.Equal(x, y) {
			t.Fatalf("%s: %v, then %v", item.ID, x, y)
		}
	}
	if d := a.Defects(Item{ID: "xx/territory/JP", Fact: "territory/JP", Lang: "xx"}); d != nil {
		t.Errorf("an item of no language has defects: %v", d)
	}
}

// What each kind of defect must look like, where the form can be said in advance.
func TestKnownDefects(t *testing.T) {
	w := open(t, Defaults())
	find := func(language string, f fact, kind string) []string {
		item := Item{ID: language + "/" + f.id(), Fact: f.id(), Lang: language, Kind: f.kind, Answer: w.byCode[language].right(f)}
		w.facts[f.id()], w.items[item.ID] = f, item
		var texts []string
		for _, d := range w.Defects(item) {
			if d.Kind == kind {
				texts = append(texts, d.Text)
			}
		}
		return texts
	}
	for _, c := range []struct {
		language string
		kind     Kind
		value    string
		defect   string
		want     []string
		reason   string
	}{
		{"de", Territory, "JP", EnglishForm, nil, "Japan is Japan in German too"},
		{"es", Territory, "JP", EnglishForm, []string{"Japan"}, "the English name"},
		{"de", Number, "1234567.8", EnglishForm, []string{"1,234,567.8"}, "swapped separators"},
		{"en", Number, "1234567.8", EnglishForm, nil, "English cannot fall into English"},
		{"de", DateShort, "2024-03-05", EnglishForm, []string{"3/5/24"}, "month before day"},
		{"ru", DateLong, "2024-03-05", MonthForm, []string{"5 март 2024\u202fг."}, "nominative month"},
		{"de", DateLong, "2024-03-05", MonthForm, nil, "German months have one form"},
		{"bn", Number, "1234567.8", OtherDigits, []string{"12,34,567.8"}, "European digits"},
		{"hi", Number, "1234567.8", OtherDigits, []string{"१२,३४,५६७.८"}, "Devanagari digits"},
		{"sw", Number, "1234567.8", OtherDigits, nil, "Latin script has no others"},
		{"ru", Unit, "5 h", WrongPlural, []string{"5 час", "5 часа"}, "5 is many"},
		{"ar", Unit, "2 h", WrongPlural, []string{"2 ساعة", "ساعة", "2 ساعات"}, "2 has its own form, the dual"},
		{"ja", Unit, "5 h", WrongPlural, nil, "one class only"},
		{"tr", Percent, "0.125", EnglishForm, []string{"12.5%"}, "sign behind"},
	} {
		f, err := parseFact(c.kind, c.value)
		if err != nil {
			t.Fatal(err)
		}
		if got := find(c.language, f, c.defect); !slices.Equal(got, c.want) {
			t.Errorf("%s %s: %s is %q, want %q: %s", c.language, c.value, c.defect, got, c.want, c.reason)
		}
	}
}
