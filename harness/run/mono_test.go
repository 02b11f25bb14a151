package run

import (
	"context"
	"math"
	"slices"
	"testing"

	"congrad/harness/record"
	"congrad/results"

	"github.com/google/go-cmp/cmp"
)

// mono is small with arms that train a model for each language: on all pairs, and on those that a selector keeps.
const mono = small + `
[[arms]]
name = "mono"
select = "all"
policy = "mono"
[[arms]]
name = "easy"
select = "implicit_margin_high"
[[arms]]
name = "mono-easy"
select = "implicit_margin_high"
policy = "mono"
[[arms]]
name = "own"
select = "own_language"
[[arms]]
name = "mono-own"
select = "own_language"
policy = "mono"
`

// All models share the answers of the first iteration; after it each language's model answers in its language only.
func TestModelsOfOneLanguageShareStages(t *testing.T) {
	counts := map[string]int{}
	for _, s := range newLab(t).planOf(t, mono, "iterations=2").Stages {
		counts[s.Kind]++
	}
	shared, own := 5, 3*2 // models
	want := map[string]int{
		"generate": 1 + shared + own, "judge": 1 + shared + own, "reference": 1 + shared + own, "train": 2 * (shared + own),
		"answer": 1 + shared + own, "choices": 1 + shared + own, "passages": 1 + shared + own,
	}
	for kind, n := range want {
		if counts[kind] != n {
			t.Errorf("%d %s stages, want %d", counts[kind], kind, n)
		}
	}
}

// A language's own model meets its language's pairs and no others, as the selector keeps them among all, and is evaluated in
// its language only.
func TestModelsOfOneLanguageMeetItOnly(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	files, err := l.run(t, context.Background(), l.planOf(t, mono, "iterations=2", "congrad.fidelity_pairs=0"), t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	kept, trained := map[string]int{}, map[string]int{}
	first := map[string][]record.Pair{}
	for _, p := range set.Pairs {
		if p.Kept {
			kept[p.Arm+p.Lang]++
		}
		if p.Iteration == 1 {
			arm := p.Arm
			p.Arm = ""
			first[arm] = append(first[arm], p)
		}
	}
	for _, s := range set.Steps {
		trained[s.Arm+s.Lang] += s.Pairs
	}
	for _, arm := range []string{"mono", "mono-easy", "mono-own"} {
		for _, lang := range []string{"en", "de"} {
			if n := trained[arm+lang]; n != kept[arm+lang] || n == 0 {
				t.Errorf("%s trains its model of %s on %d pairs, keeps %d", arm, lang, n, kept[arm+lang])
			}
		}
	}
	for _, arms := range [][2]string{{"joint", "mono"}, {"easy", "mono-easy"}, {"own", "mono-own"}} {
		if d := cmp.Diff(first[arms[0]], first[arms[1]]); d != "" || len(first[arms[0]]) == 0 {
			t.Errorf("%s and %s start from other pairs: %s", arms[0], arms[1], d)
		}
	}
	evaluated := map[string][]string{}
	add := func(what, arm, lang string) {
		if list := evaluated[what+arm]; !slices.Contains(list, lang) {
			evaluated[what+arm] = append(list, lang)
		}
	}
	for _, e := range set.Evaluations {
		add("answers ", e.Arm, e.Lang)
	}
	for _, c := range set.Choices {
		add("choices ", c.Arm, c.Lang)
	}
	for _, p := range set.Passages {
		add("passages ", p.Arm, p.Lang)
	}
	for _, what := range []string{"answers ", "choices ", "passages "} {
		if got := evaluated[what+"mono"]; !slices.Equal(got, []string{"en", "de"}) {
			t.Errorf("mono has %sin %v", what, got)
		}
		if got := evaluated[what+"joint"]; !slices.Equal(got, []string{"en", "de", "sw"}) {
			t.Errorf("joint has %sin %v", what, got)
		}
	}
	for _, a := range set.Study.Arms {
		if want := a.Name == "mono" || a.Name == "mono-easy" || a.Name == "mono-own"; want != (len(a.Languages) == 2) {
			t.Errorf("%s has models for %v", a.Name, a.Languages)
		}
	}
	if _, err := results.Render(set); err != nil {
		t.Error(err)
	}
}

// A language's own model is what an experiment with that language alone makes of it.
func TestModelsOfOneLanguageAreThoseOfTheirOwnExperiment(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	run := func(source string, sets ...string) *record.Set {
		files, err := l.run(t, context.Background(), l.planOf(t, source, append(sets, "iterations=2", "congrad.fidelity_pairs=0")...), t.TempDir(), &follower{})
		if err != nil {
			t.Fatal(err)
		}
		return load(t, files)
	}
	in := func(set *record.Set, arm string) (steps []record.Step, texts []string) {
		for _, s := range set.Steps {
			if s.Arm == arm && (s.Lang == "de" || s.Lang == "") {
				steps = append(steps, s)
			}
		}
		for _, e := range set.Evaluations {
			if e.Arm == arm && e.Lang == "de" {
				texts = append(texts, e.Text)
			}
		}
		return steps, texts
	}
	steps, texts := in(run(mono), "mono")
	want, wantTexts := in(run(small, `languages.seen=["de"]`), "joint")
	if len(steps) != len(want) || len(steps) < 4 {
		t.Fatalf("%d steps, alone %d", len(steps), len(want))
	}
	for i, s := range steps {
		if w := want[i]; s.Iteration != w.Iteration || s.Pairs != w.Pairs || s.Tokens != w.Tokens || math.Abs(s.Loss-w.Loss) > 1e-4 {
			t.Errorf("step %d: %+v, alone %+v", i, s, w)
		}
	}
	if d := cmp.Diff(wantTexts, texts); d != "" {
		t.Errorf("it answers otherwise: %s", d)
	}
}
