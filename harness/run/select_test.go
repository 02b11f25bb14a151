package run

import (
	"context"
	"slices"
	"strings"
	"testing"

	"congrad/harness/method"
	"congrad/harness/record"
	"congrad/harness/rng"
	"congrad/harness/sketch"
	"congrad/results"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Under one quota all selectors keep as many pairs of each language, every pair's fate is recorded, and what is trained on
// is what was kept.
func TestSelectorsKeepAlike(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	for _, kind := range []string{sketch.Flora, sketch.Exact} {
		t.Run(kind, func(t *testing.T) { selectorsKeepAlike(t, "congrad.sketch="+kind) })
	}
}

func selectorsKeepAlike(t *testing.T, change string) {
	l := newLab(t)
	files, err := l.run(t, context.Background(), l.planOf(t, every(), change, "prompts.per_language=5", "congrad.fidelity_pairs=0"), t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	type fate struct{ met, ranked, kept int }
	fates := map[string]map[string]fate{}
	of := map[string][]record.Pair{}
	for _, p := range set.Pairs {
		if fates[p.Arm] == nil {
			fates[p.Arm] = map[string]fate{}
		}
		f := fates[p.Arm][p.Lang]
		f.met++
		if p.Rank > 0 {
			f.ranked++
		}
		if p.Kept {
			f.kept++
		}
		fates[p.Arm][p.Lang] = f
		of[p.Arm] = append(of[p.Arm], p)
	}
	trained := map[string]int{}
	for _, s := range set.Steps {
		trained[s.Arm] += s.Pairs
	}
	for _, a := range set.Study.Arms {
		if !a.Trained {
			continue
		}
		kept := 0
		for _, lang := range []string{"en", "de"} {
			met := fates["joint"][lang].met // 5 but for ties
			want := fate{met: met, ranked: met, kept: (met + 1) / 2}
			switch a.Name {
			case "joint":
				want = fate{met: met, kept: met}
			case "validation", "validation_adam", "loss_difference":
				want.ranked-- // one is held back
			case "oracle": // the right pairs, of those that the reference answers order
				want.ranked, want.kept = fates[a.Name][lang].ranked, 0
				for _, p := range of["joint"] {
					if p.Lang == lang && p.KnownGap > 0 {
						want.kept++
					}
				}
			case "trusted", "consensus_or_own": // what scores at least zero
				want.kept = 0
				for _, p := range of[a.Name] {
					if p.Lang == lang && p.Score >= 0 {
						want.kept++
					}
				}
			case "ifd": // without those that the instruction makes less likely
				want.ranked = fates[a.Name][lang].ranked
				want.kept = min(want.kept, want.ranked)
			}
			if got := fates[a.Name][lang]; got != want || met < 4 {
				t.Errorf("%s in %s: %+v, want %+v", a.Name, lang, got, want)
			}
			kept += want.kept
		}
		if trained[a.Name] != kept {
			t.Errorf("%s trains on %d pairs, keeps %d", a.Name, trained[a.Name], kept)
		}
		if ranks := a.Name != "joint" && a.Name != "random"; ranks != (a.Keep != nil) {
			t.Errorf("%s keeps %+v", a.Name, a.Keep)
		}
	}
	for i, p := range of["congrad"] {
		if anti := of["anti"][i]; anti.Score != -p.Score {
			t.Errorf("pair %d scores %g, upside down %g", i, p.Score, anti.Score)
		}
		if low, high := of["implicit_margin_low"][i], of["implicit_margin_high"][i]; low.Score != -high.Score || high.Score == 0 {
			t.Errorf("pair %d has a margin of %g, upside down %g", i, high.Score, low.Score)
		}
		if gap := of["reward_margin"][i]; gap.Score != gap.Gap {
			t.Errorf("pair %d has a gap of %g and the score %g", i, gap.Gap, gap.Score)
		}
	}
	var arms []string
	for _, c := range set.Consensus {
		arms = append(arms, c.Arm)
	}
	if d := cmp.Diff([]string{"congrad", "anti"}, arms); d != "" {
		t.Errorf("arms with a consensus: %s", d)
	}
	if _, err := results.Render(set); err != nil {
		t.Error(err)
	}
}

// GradVac's targets go from a round's selection to the next one's, which therefore is another stage's input. What an
// aggregator without memory selects follows from the round alone.
func TestAggregatorsRemember(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	lay := func(aggregator string) *Plan {
		return l.plan(t, "iterations=2", "congrad.aggregator="+aggregator, "congrad.fidelity_pairs=0", "evaluate.tasks=[]")
	}
	for aggregator, want := range map[string]string{"pcgrad": "pairs gradients train", "gradvac": "pairs gradients select train"} {
		var inputs []string
		plan := lay(aggregator)
		for _, r := range plan.rounds {
			if r.iteration == 2 && r.arm.Name == "congrad" {
				for _, in := range r.selection.Inputs {
					inputs = append(inputs, by(plan)[in].Kind)
				}
			}
		}
		if got := strings.Join(inputs, " "); got != want {
			t.Errorf("the second selection of %s follows from %q, want %q", aggregator, got, want)
		}
	}
	files, err := l.run(t, t.Context(), lay("gradvac"), t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	rounds, err := record.Decode[record.Consensus](files["consensus.jsonl"], "consensus.jsonl", "consensus")
	if err != nil {
		t.Fatal(err)
	}
	first, last := rounds[0], rounds[1]
	if floats.Norm(first.State, 1) == 0 {
		t.Fatal("there is nothing to remember")
	}
	gradvac, err := method.GradVac{Decay: 0.5}.From(first.State, len(first.Languages))
	if err != nil {
		t.Fatal(err)
	}
	gram := mat.NewSymDense(2, slices.Concat(last.Gram...))
	w, err := method.Consensus(gradvac, gram, true, rng.Stream(1, "any")) // two languages meet in one order only
	if err != nil {
		t.Fatal(err)
	}
	if !floats.EqualApprox(w.State, last.State, 1e-12) {
		t.Errorf("targets go from %v to %v, by the method to %v", first.State, last.State, w.State)
	}
}

// An arm that matches a filter keeps as many pairs of each language, at random or of the right ones at random; a random arm may match
// the oracle.
func TestOracleMatches(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	arms := `
[[arms]]
name = "right"
select = "oracle"
[[arms]]
name = "few right"
select = "oracle"
match = "congrad"
[[arms]]
name = "as many"
select = "random"
match = "right"
`
	files, err := l.run(t, t.Context(), l.planOf(t, small+arms, "prompts.per_language=8", "congrad.fidelity_pairs=0", "evaluate.tasks=[]"), t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	type count struct{ kept, right, wrong int }
	counts := map[string]map[string]count{}
	for _, p := range set.Pairs {
		if counts[p.Arm] == nil {
			counts[p.Arm] = map[string]count{}
		}
		c := counts[p.Arm][p.Lang]
		if p.KnownGap > 0 {
			c.right++
		}
		if p.Kept {
			c.kept++
			if p.KnownGap <= 0 {
				c.wrong++
			}
		}
		counts[p.Arm][p.Lang] = c
	}
	for _, lang := range []string{"en", "de"} {
		right := counts["joint"][lang].right
		if right == 0 || right == counts["joint"][lang].kept {
			t.Fatalf("%s: %d of %d pairs are right", lang, right, counts["joint"][lang].kept)
		}
		for arm, want := range map[string]int{"right": right, "few right": min(right, counts["congrad"][lang].kept), "as many": right} {
			if c := counts[arm][lang]; c.kept != want || c.wrong > 0 && arm != "as many" {
				t.Errorf("%s in %s keeps %d pairs, %d of them wrong; want %d", arm, lang, c.kept, c.wrong, want)
			}
		}
	}
}

// What a filter rejects is dropped, flipped or faded, and so is what a draw rejects: every pair that is ranked is trained on, and the same
// ones are kept. With all pairs kept there is nothing to do, and the training is the same.
func TestActions(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	const arms = `
[[arms]]
name = "flip"
select = "reward_margin"
keep.action = "flip"
[[arms]]
name = "weight"
select = "reward_margin"
keep.action = "weight"
[[arms]]
name = "drop"
select = "reward_margin"
[[arms]]
name = "flip drawn"
select = "random"
match = "drop"
keep.action = "flip"
[[arms]]
name = "whole"
select = "reward_margin"
keep.share = 1
keep.action = "flip"
`
	files, err := l.run(t, t.Context(), l.planOf(t, small+arms, "prompts.per_language=6", "congrad.fidelity_pairs=0", "evaluate.tasks=[]"), t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	type count struct{ pairs, kept, flipped, weighted, trained int }
	counts := map[string]count{}
	for _, p := range set.Pairs {
		c := counts[p.Arm]
		c.pairs++
		switch {
		case p.Kept && (p.Flipped || p.Weight > 0):
			t.Errorf("%+v", p)
		case p.Kept:
			c.kept++
		case p.Flipped:
			c.flipped++
		case p.Weight > 0:
			c.weighted++
		}
		counts[p.Arm] = c
	}
	last := map[string]record.Step{}
	for _, s := range set.Steps {
		c := counts[s.Arm]
		c.trained += s.Pairs
		counts[s.Arm] = c
		arm := s.Arm
		s.Arm = ""
		last[arm] = s
	}
	n, kept := counts["drop"].pairs, counts["drop"].kept
	for arm, want := range map[string]count{
		"drop":       {n, kept, 0, 0, kept},
		"flip":       {n, kept, n - kept, 0, n},
		"weight":     {n, kept, 0, n - kept, n},
		"flip drawn": {n, kept, n - kept, 0, n},
		"whole":      {n, n, 0, 0, n},
	} {
		if counts[arm] != want || kept == 0 || kept == n {
			t.Errorf("%s: %+v, want %+v", arm, counts[arm], want)
		}
	}
	if d := cmp.Diff(last["joint"], last["whole"]); d != "" {
		t.Errorf("all pairs kept train otherwise than all pairs: %s", d)
	}
	if last["flip"].Loss == last["weight"].Loss || last["flip"].Loss == last["flip drawn"].Loss {
		t.Error("actions make no difference")
	}
	for _, a := range set.Study.Arms {
		if want := map[string]string{"flip": "flip", "weight": "weight", "flip drawn": "flip", "whole": "flip"}[a.Name]; a.Action != want {
			t.Errorf("%s does %q with the rest, want %q", a.Name, a.Action, want)
		}
	}
}
