package run

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/harness/stage"
	"congrad/results"
)

// during is small with its filter online, and a few batches of training.
func during(sets ...string) []string {
	return append([]string{
		"congrad.mode=online", "congrad.renew_every=1", "congrad.resample_every=2", "prompts.per_language=5", "train.epochs=2", "evaluate.tasks=[]",
	}, sets...)
}

// Picking while training needs no stage in front, and its keys are its training's.
func TestOnlineArmsTrainAndNothingElse(t *testing.T) {
	l := newLab(t)
	kinds := func(p *Plan) (list []string) {
		for _, s := range p.Stages {
			list = append(list, s.Kind)
		}
		slices.Sort(list)
		return slices.Compact(list)
	}
	if got, want := strings.Join(kinds(l.plan(t, during()...)), " "), "answer base generate judge pairs random reference train"; got != want {
		t.Errorf("the stages are %q, want %q", got, want)
	}
	of := func(sets ...string) (joint, online stage.Ref) { // the keys of joint training and of the filter's
		p := l.plan(t, during(sets...)...)
		return p.rounds[0].train.Key, p.rounds[1].train.Key
	}
	joint, online := of()
	for set, enters := range map[string]bool{
		"congrad.sketch=logra": true, "congrad.sketch_rank=3": true, "congrad.ema_decay=0.5": true, "congrad.normalise=none": true,
		"congrad.aggregator=mean": true, "congrad.similarity=dot": true, "keep.share=0.25": true, "keep.threshold=0.1": true,
		"congrad.renew_every=3": true, "congrad.resample_every=0": true,
		"congrad.fidelity_pairs=3": false, "congrad.held_back=0.3": false, "keep.quota=language": false,
	} {
		j, o := of(set)
		if j != joint || (o != online) != enters {
			t.Errorf("%s: enters the keys of joint training: %v, of the filter's: %v", set, j != joint, o != online)
		}
	}
}

// Runs that are stopped at any step of training go on to the same records: state, verdicts and weights go together.
func TestStoppedOnlineRunsGoOn(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	for _, sets := range [][]string{during("congrad.aggregator=gradvac"), during("keep.threshold=0.3", "congrad.renew_every=2")} {
		whole := &follower{}
		want, err := l.run(t, context.Background(), l.plan(t, sets...), t.TempDir(), whole)
		if err != nil {
			t.Fatal(err)
		}
		dir, stops := t.TempDir(), 0
		for { // one step further each time, in one store
			ctx, cancel := context.WithCancel(context.Background())
			f := &follower{cancel: cancel, until: func(kind, sign string) bool { return kind == "train" && sign == "advance" }}
			got, err := l.run(t, ctx, l.plan(t, sets...), dir, f)
			cancel()
			if err == nil {
				if !equal(got, want) {
					t.Errorf("%v: a run that was stopped %d times ends in other records", sets, stops)
				}
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			stops++
		}
		if stops < 10 {
			t.Errorf("%v: only %d stops", sets, stops)
		}
	}
}

// What is recorded is what was trained on: every meeting is a step's, the last one the pair's.
func TestOnlineRecords(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	for _, threshold := range []bool{false, true} {
		sets := during("congrad.resample_every=0")
		if threshold {
			sets = append(sets, "keep.threshold=2") // which no cosine reaches
		}
		files, err := l.run(t, context.Background(), l.plan(t, sets...), t.TempDir(), &follower{})
		if err != nil {
			t.Fatal(err)
		}
		set := load(t, files)
		met, kept := map[string]int{}, map[string]map[string]int{}
		for _, p := range set.Pairs {
			if kept[p.Arm] == nil {
				kept[p.Arm] = map[string]int{}
			}
			met[p.Arm]++
			if p.Kept {
				kept[p.Arm][p.Lang]++
			}
			if p.Arm != "congrad" {
				continue
			}
			if p.Rank < 1 || p.Rank > 2 || math.Abs(p.Score) > 1 || p.Score == 0 { // of the second epoch, when there was a consensus
				t.Errorf("threshold %v: %+v", threshold, p)
			}
			if want := p.Rank == 1; p.Kept != (want && !threshold) {
				t.Errorf("threshold %v: kept is %v with the rank %d", threshold, p.Kept, p.Rank)
			}
		}
		if met["congrad"] < 6 || met["congrad"] != met["joint"] {
			t.Fatalf("%v pairs were met", met)
		}
		if len(kept["random"]) != len(kept["congrad"]) {
			t.Errorf("%v are kept", kept)
		}
		for lang, n := range kept["congrad"] {
			if kept["random"][lang] != n {
				t.Errorf("%v are kept", kept)
			}
		}
		checkOnlineSteps(t, set, met["congrad"], threshold)
		if len(set.Consensus) != 1 || set.Consensus[0].Arm != "congrad" || set.Consensus[0].MeanGram != nil || set.Consensus[0].Gram[1][1] <= 0 || len(set.Fidelity) != 0 {
			t.Errorf("consensus %+v, fidelity %v", set.Consensus, set.Fidelity)
		}
		checkOnlineReport(t, set)
	}
}

// checkOnlineSteps holds an online arm's steps against those of joint training, which met as many pairs.
func checkOnlineSteps(t *testing.T, set *record.Set, met int, threshold bool) {
	t.Helper()
	steps := map[string][]record.Step{}
	for _, s := range set.Steps {
		steps[s.Arm] = append(steps[s.Arm], s)
	}
	perEpoch := (met + 1) / 2
	if len(steps["joint"]) != 2*perEpoch {
		t.Errorf("joint training takes %d steps on %d pairs", len(steps["joint"]), met)
	}
	for i, s := range steps["congrad"] {
		joint := steps["joint"][i]
		want := 1
		if i == 0 {
			want = 2 // before there is a consensus
			if s.Loss != joint.Loss || s.Tokens != joint.Tokens {
				t.Errorf("the first batch is %+v, joint training's %+v", s, joint)
			}
		}
		if s.Step != joint.Step || s.Rate != joint.Rate || s.Pairs != want {
			t.Errorf("step %+v beside joint training's %+v", s, joint)
		}
	}
	if want := map[bool]int{false: 2 * perEpoch, true: 1}[threshold]; len(steps["congrad"]) != want {
		t.Errorf("threshold %v: %d steps are recorded, want %d", threshold, len(steps["congrad"]), want)
	}
}

// checkOnlineReport holds a report to saying how an online arm picks its pairs.
func checkOnlineReport(t *testing.T, set *record.Set) {
	t.Helper()
	rendered, err := results.Render(set)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"tables/conflicts.md": "as they were when the consensus was last renewed",
		"tables/facts.md":     "the consensus is renewed every batch",
		"report.html":         "each batch before it is added",
		"report.md":           "moving averages of gradients at the last renewal",
	} {
		at := slices.IndexFunc(rendered, func(f results.File) bool { return f.Path == name })
		if at < 0 || !strings.Contains(string(rendered[at].Data), want) {
			t.Errorf("%s does not say %q", name, want)
		}
	}
}

// Training that ends before the first renewal keeps everything and has no consensus: it is joint training.
func TestOnlineWithoutAConsensus(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	for _, sets := range [][]string{during("congrad.renew_every=100"), during("pair.min_gap=10")} {
		files, err := l.run(t, context.Background(), l.plan(t, sets...), t.TempDir(), &follower{})
		if err != nil {
			t.Fatal(err)
		}
		set := load(t, files)
		if len(set.Consensus) != 0 {
			t.Errorf("%d rounds of scoring", len(set.Consensus))
		}
		of := map[string][]record.Step{}
		for _, s := range set.Steps {
			arm := s.Arm
			s.Arm = ""
			of[arm] = append(of[arm], s)
		}
		if !slices.Equal(of["joint"], of["congrad"]) {
			t.Error("the steps are not those of joint training")
		}
		for _, p := range set.Pairs {
			if !p.Kept && p.Arm == "congrad" || p.Rank != 0 && p.Arm == "congrad" {
				t.Errorf("%+v", p)
			}
		}
		if _, err := results.Render(set); err != nil {
			t.Error(err)
		}
	}
}

func TestOnlineWithoutCompression(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	for _, kind := range []string{"exact", "logra"} {
		files, err := l.run(t, context.Background(), l.plan(t, during("congrad.sketch="+kind)...), t.TempDir(), &follower{})
		if err != nil {
			t.Fatal(err)
		}
		if set := load(t, files); len(set.Consensus) != 1 || len(set.Steps) == 0 {
			t.Errorf("%s: %d rounds, %d steps", kind, len(set.Consensus), len(set.Steps))
		}
	}
}
