package run

import (
	"context"
	"math"
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/results"

	"github.com/google/go-cmp/cmp"
)

// withoutArms are arms of all ways of training, where WITHOUT may leave a language out.
const withoutArms = `
[[arms]]
name = "joint-en"
select = "all"
WITHOUT
[[arms]]
name = "congrad-en"
select = "congrad"
WITHOUT
[[arms]]
name = "online-en"
select = "congrad"
WITHOUT
[arms.congrad]
mode = "online"
renew_every = 1
[[arms]]
name = "surgery-en"
select = "all"
WITHOUT
[arms.train]
aggregator = "gradvac"
`

// seen is what an arm met and its outcomes.
type seen struct {
	steps []record.Step
	pairs []string
	kept  []bool
	texts map[string]string
}

func seenOf(set *record.Set, arm string) seen {
	s := seen{texts: map[string]string{}}
	for _, x := range set.Steps {
		if x.Arm == arm {
			s.steps = append(s.steps, x)
		}
	}
	for _, p := range set.Pairs {
		if p.Arm == arm {
			s.pairs, s.kept = append(s.pairs, p.Prompt), append(s.kept, p.Kept)
		}
	}
	for _, e := range set.Evaluations {
		if e.Arm == arm && e.Lang != "de" {
			s.texts[e.Prompt] = e.Text
		}
		if e.Arm == arm && e.Lang == "de" {
			s.texts["de"] = "answered"
		}
	}
	return s
}

// An arm without a language is, in all else, what an experiment that has never heard of the language makes of it, and answers
// in the language as in any other that it was not trained on.
func TestArmsWithoutALanguage(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	run := func(source string, sets ...string) *record.Set {
		plan := l.planOf(t, source, append(sets, "iterations=2", "congrad.fidelity_pairs=0")...)
		files, err := l.run(t, context.Background(), plan, t.TempDir(), &follower{})
		if err != nil {
			t.Fatal(err)
		}
		return load(t, files)
	}
	without := run(small + strings.ReplaceAll(withoutArms, "WITHOUT", `without = ["de"]`))
	alone := run(small+strings.ReplaceAll(withoutArms, "WITHOUT", ""), `languages.seen=["en"]`)
	for _, arm := range []string{"joint-en", "congrad-en", "online-en", "surgery-en"} {
		got, want := seenOf(without, arm), seenOf(alone, arm)
		if got.texts["de"] == "" {
			t.Errorf("%s is not evaluated in the language that it does without", arm)
		}
		delete(got.texts, "de")
		if d := cmp.Diff(want.pairs, got.pairs); d != "" {
			t.Errorf("%s meets other pairs: %s", arm, d)
		}
		if d := cmp.Diff(want.kept, got.kept); d != "" {
			t.Errorf("%s keeps other pairs: %s", arm, d)
		}
		if len(got.steps) != len(want.steps) || len(got.steps) < 2 {
			t.Fatalf("%s: %d steps, alone %d", arm, len(got.steps), len(want.steps))
		}
		for i, s := range got.steps {
			if w := want.steps[i]; s.Iteration != w.Iteration || s.Pairs != w.Pairs || s.Tokens != w.Tokens || math.Abs(s.Loss-w.Loss) > 1e-4 {
				t.Errorf("%s, step %d: %+v, alone %+v", arm, i, s, w)
			}
		}
		if d := cmp.Diff(want.texts, got.texts); d != "" {
			t.Errorf("%s answers otherwise: %s", arm, d)
		}
	}
	if _, err := results.Render(without); err != nil {
		t.Error(err)
	}
}
