package world

import (
	"crypto/sha256"
	"fmt"
	"math"
	"testing"

	"congrad/eval/chrf"
)

// habitual is a world whose under-represented languages have two habits and a judge that prefers them, and German one of each other kind.
func habitual(t *testing.T) *World {
	t.Helper()
	s := Defaults()
	s.JudgeNoise = 0
	s.Habits = []Habit{
		{[]string{"ko", "th", "sw"}, Verbose, 0.5},
		{[]string{"ko", "th", "sw"}, "foreign:en", 0.3},
		{[]string{"de"}, "foreign:fr", 0.2},
		{[]string{"de"}, "convention:en", 0.6},
	}
	s.JudgeErrors = []JudgeError{{[]string{"ko", "sw"}, 0.6}, {[]string{"th"}, 1}}
	return open(t, s)
}

// Without habits a mixture is what it was, and no example depends on the habits and the judge's errors of other languages.
func TestMixtureWithoutHabitsStays(t *testing.T) {
	plain, habits := open(t, Defaults()), habitual(t)
	h := sha256.New()
	compared := 0
	for i := range uint64(4000) {
		e := plain.BaseExample(i)
		fmt.Fprintf(h, "%+v\n", e)
		if x := habits.BaseExample(i); (e.Lang == "fr" || e.Lang == "bn") && e.Form != Judging {
			if compared++; x != e {
				t.Errorf("example %d: %+v without habits in other languages, %+v with them", i, e, x)
			}
		}
	}
	golden(t, "mixture", fmt.Sprintf("%x\n", h.Sum(nil)))
	if compared < 200 || plain.Digest() != habits.Digest() {
		t.Errorf("%d examples compared; digests %s and %s", compared, plain.Digest(), habits.Digest())
	}
}

// Wrong answers have a habit as often as the settings say, and it is the form that its kind names.
func TestHabits(t *testing.T) {
	w := habitual(t)
	counts := map[string][2]int{} // language and kind: with the habit, of wrong answers
	for i := range uint64(60000) {
		e := w.BaseExample(i)
		if e.Form != Answering || e.Defect == "" {
			continue
		}
		item, _ := w.Item(e.Item)
		f := w.facts[item.Fact]
		if item.Kind != DateLong && item.Kind != Amount { // of which no two of the forms are alike
			continue
		}
		forms := map[string]string{"verbose": f.value + " = " + item.Answer, "foreign:en": w.byCode["en"].right(f), "foreign:fr": w.byCode["fr"].right(f)}
		if e.Lang != "en" {
			forms["convention:en"] = write(w.byCode[e.Lang].conventions["en"], f)
		}
		for key, form := range forms {
			n := counts[e.Lang+" "+key]
			n[1]++
			if e.Answer == form {
				n[0]++
			}
			counts[e.Lang+" "+key] = n
		}
	}
	for key, c := range map[string]struct{ share, rest float64 }{ // the rest is drawn at random, and may be the same form
		"sw verbose": {0.5, 0.2}, "sw foreign:en": {0.3, 0.2}, "ko verbose": {0.5, 0.2}, "th foreign:en": {0.3, 0.2},
		"de foreign:fr": {0.2, 0.2}, "de convention:en": {0.6, 0.2}, "fr verbose": {0, 1},
	} {
		n := counts[key]
		got, slack := float64(n[0])/float64(n[1]), 4*math.Sqrt(0.25/float64(n[1]))
		if n[1] < 100 || got < c.share-slack || got > c.share+c.rest/2+slack {
			t.Errorf("%s: %.3f of %d wrong answers, want %.3f to %.3f within %.3f", key, got, n[1], c.share, c.share+c.rest/2, slack)
		}
	}
}

// The judge's digits are mistaken as often as the settings say, and then it prefers the habit; other languages' are those of the answers.
func TestJudgeErrors(t *testing.T) {
	w := habitual(t)
	mistaken := map[string][2]int{}
	for i := range uint64(60000) {
		e := w.BaseExample(i)
		if e.Form != Judging {
			continue
		}
		item, _ := w.Item(e.Item)
		habits := w.habitual(item)
		digit := Digit(chrf.Known(e.Answer, item.Answer))
		switch {
		case len(habits) > 0 && e.Answer == item.Answer:
		case len(habits) > 0 && e.Answer == habits[0].Text:
		case len(habits) > 1 && e.Answer == habits[1].Text:
		case e.Digit != digit:
			t.Fatalf("example %d has digit %d, and %d without errors: %+v", i, e.Digit, digit, e)
		default:
			continue
		}
		n := mistaken[e.Lang]
		n[1]++
		if e.Digit != digit {
			n[0]++
			if (e.Answer == item.Answer) == (e.Digit == 5) {
				t.Errorf("example %d: a mistaken judge does not prefer the habit: %+v", i, e)
			}
		}
		mistaken[e.Lang] = n
	}
	for language, want := range map[string]float64{"sw": 0.6, "ko": 0.6, "th": 1, "de": 0} {
		n := mistaken[language]
		got, slack := float64(n[0])/float64(n[1]), 4*math.Sqrt(want*(1-want)/float64(n[1]))
		if n[1] < 100 || math.Abs(got-want) > slack {
			t.Errorf("%s: %.3f of %d digits are mistaken, want %.3f within %.3f", language, got, n[1], want, slack)
		}
	}
}

// A language's habits are among the defects that its judge is examined on.
func TestHabitsAreDefects(t *testing.T) {
	w := habitual(t)
	for _, item := range w.Items(Dev, "sw") {
		texts := map[string]bool{}
		for _, d := range w.Defects(item) {
			texts[d.Text] = true
		}
		for _, d := range w.habitual(item) {
			if !texts[d.Text] || fold(d.Text) == fold(item.Answer) {
				t.Errorf("%s: the habit %q is no defect of %q", item.ID, d.Text, item.Answer)
			}
		}
	}
}
