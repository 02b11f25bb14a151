package run

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/kind"
	"congrad/harness/kind/training"
	"congrad/harness/method"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// lds plans a validation of the scores of small.
func (l *lab) lds(t *testing.T, halves int, sets ...string) *LDS {
	t.Helper()
	p, err := NewLDS(l.plan(t, sets...).Experiment, l.bench, halves)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// validate does the stages of a validation in the store at dir and returns its records.
func (l *lab) validate(t *testing.T, ctx context.Context, p *LDS, dir string, r stage.Reporter) (*record.LDS, error) {
	t.Helper()
	st := open(t, dir)
	defer st.Close()
	w, err := Folder(t.TempDir()).Writer()
	if err != nil {
		t.Fatal(err)
	}
	return w.FinishLDS(ctx, p, &stage.Executor{Store: st, Report: r}, l.fresh(), l.languages)
}

var manyPairs = []string{"prompts.per_language=6", "evaluate.per_language=3", "congrad.fidelity_pairs=0", "evaluate.tasks=[]"}

// Every selector that scores pairs is validated. The sums on record are those of the scores of a half's pairs, the results those of a model that
// was trained on just these pairs, however the run was stopped; more halves add to those that are there.
func TestScoresAreValidated(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: trains many models")
	}
	l, dir, ctx := newLab(t), t.TempDir(), context.Background()
	p := l.lds(t, 2, manyPairs...)
	got, err := l.validate(t, ctx, p, dir, &follower{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range got.Study.Rounds[0].Scores {
		names = append(names, s.Score)
	}
	for _, s := range method.Selectors {
		if (s.Scores != nil || s.Name == "random") != strings.Contains(" "+strings.Join(names, " ")+" ", " "+s.Name+" ") {
			t.Errorf("scores %v, selector %s", names, s.Name)
		}
	}
	if len(got.Subsets) != 2 || len(got.Subsets[0].Results) != 3 || got.Subsets[0].Results[2].N != 3 {
		t.Fatalf("%+v", got.Subsets)
	}
	l.checkHalf(t, p, got, dir)

	more := &follower{}
	all, err := l.validate(t, ctx, l.lds(t, 3, manyPairs...), dir, more)
	if err != nil || more.ran != 1 || len(all.Subsets) != 3 || all.Subsets[1].Results[0] != got.Subsets[1].Results[0] {
		t.Errorf("a third half: %d stages ran, error %v", more.ran, err)
	}
	for _, at := range []string{"loss", "advance"} { // while it trains, and while it answers
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(ctx)
		n := 0
		_, err := l.validate(t, ctx, p, dir, &follower{cancel: cancel, until: func(kind, sign string) bool {
			if kind == "retrain" && sign == at {
				n++
			}
			return n == 2 && kind == "retrain"
		}})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped at the second %s: %v", at, err)
		}
		again, err := l.validate(t, t.Context(), p, dir, &follower{})
		if err != nil || again.Subsets[0].Results[0] != got.Subsets[0].Results[0] || again.Subsets[1].Results[2] != got.Subsets[1].Results[2] {
			t.Errorf("stopped at the second %s, a validation goes on to %+v, error %v", at, again, err)
		}
	}
}

// checkHalf compares the first half's records with an arm that is trained on its pairs through the usual stages.
func (l *lab) checkHalf(t *testing.T, p *LDS, got *record.LDS, dir string) {
	t.Helper()
	st, r := open(t, dir), p.rounds[0]
	defer st.Close()
	shelf := stage.Shelf{Store: st}
	pairs, language, err := r.pairsOf(shelf)
	if err != nil {
		t.Fatal(err)
	}
	half := training.Half(language, r.languages, r.seed, 1)
	if len(half) != got.Study.Rounds[0].Half || 2*len(half) < len(pairs) || len(half) == len(pairs) {
		t.Fatalf("the half has %d of %d pairs", len(half), len(pairs))
	}
	want := map[string]float64{}
	chosen, err := kind.Choices(shelf, r.selections["congrad"].Key, len(pairs))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range half {
		want["congrad"] += chosen[i].Score
		want["anti"] -= chosen[i].Score
		want["reward_margin"] += pairs[i].Gap
		want["length"] += float64(len(pairs[i].Chosen.Tokens) - len(pairs[i].Rejected.Tokens))
	}
	for _, sum := range got.Subsets[0].Sums {
		if w, ok := want[sum.Score]; ok && math.Abs(sum.Value-w) > 1e-9 {
			t.Errorf("%s sums to %g, want %g", sum.Score, sum.Value, w)
		}
	}
	kept := make([]kind.Choice, len(pairs))
	for _, i := range half {
		kept[i].Kept = true
	}
	files, err := stage.Output("choices", kept)
	if err != nil {
		t.Fatal(err)
	}
	w, err := workOf(r.retrained[0])
	if err != nil {
		t.Fatal(err)
	}
	train := w.(training.Retrain).Training
	train.Selection = named(t, "half")
	b := l.fresh()
	put(t, st, "half", files)
	made, err := train.Do(t.Context(), &stage.Desk{Shelf: stage.Shelf{Store: st, Own: named(t, "trained")}, Line: followed{&follower{}, "train"}}, b)
	if err != nil {
		t.Fatal(err)
	}
	put(t, st, "trained", made)
	l.checkOutcomes(t, st, b, p, got.Subsets[0].Results)
}

// named is the key of an artefact that is nothing but its name.
func named(t *testing.T, name string) stage.Ref {
	t.Helper()
	key, err := store.Meta{Kind: name}.Key()
	if err != nil {
		t.Fatal(err)
	}
	return stage.Ref(key)
}

// put stores files under a name.
func put(t *testing.T, st *store.Store, name string, files stage.Files) {
	t.Helper()
	if err := st.Put(string(named(t, name)), store.Meta{Kind: name}, files); err != nil {
		t.Fatal(err)
	}
}

// checkOutcomes compares results with what the policy of the stage "trained" does, prompt by prompt.
func (l *lab) checkOutcomes(t *testing.T, st *store.Store, b *bench.Bench, p *LDS, results []record.Outcome) {
	t.Helper()
	policy, release, err := b.Policy(stage.Shelf{Store: st}, bench.Policy{Stage: named(t, "trained"), Trained: true})
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	prompts, err := b.Prompts(p.held(b, p.Experiment.Languages.All()))
	if err != nil {
		t.Fatal(err)
	}
	logProb, probability := map[string]float64{}, map[string]float64{}
	for _, x := range prompts {
		ask, err := b.Chat.Prompt(x.Text)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := b.Chat.Answer(x.Right)
		if err != nil {
			t.Fatal(err)
		}
		batch, err := nn.NewBatch([]nn.Row{{Prompt: ask, Answer: answer}}, 1, 64, 16)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := b.Engine.LogProbs(policy, batch)
		if err != nil {
			t.Fatal(err)
		}
		logp := kind.LogLikelihoods(rows)[0]
		logProb[x.Lang] += logp / 3
		probability[x.Lang] += math.Exp(logp) / 3
	}
	for _, r := range results {
		if math.Abs(r.LogProb-logProb[r.Lang]) > 1e-3 || math.Abs(r.Probability/probability[r.Lang]-1) > 1e-3 {
			t.Errorf("%+v, want %g and %g", r, logProb[r.Lang], probability[r.Lang])
		}
	}
}

// An influence is the inner product of a pair's own gradient with that of the mean negative log-prob of a language's reference answers, over
// the weights that project, here by one backward pass for each pair and prompt.
func TestInfluences(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: makes exact gradients")
	}
	l := newLab(t)
	p := l.lds(t, 1, append(manyPairs, "loss.beta=1", "train.batch_pairs=1000", "train.clip=0", "train.epsilon=1e-6")...)
	st, r := open(t, t.TempDir()), p.rounds[0]
	var stages []*stage.Stage
	for _, s := range p.Stages {
		if s.Kind != "retrain" && s.Kind != "select" && s.Kind != "gradients" {
			stages = append(stages, s)
		}
	}
	if err := execute(t.Context(), &Plan{Experiment: p.Experiment, Stages: stages}, st, l.bench, &follower{}); err != nil {
		t.Fatal(err)
	}
	shelf := stage.Shelf{Store: st}
	own := l.pairGradients(t, shelf, *r.round)
	prompts, err := l.bench.Prompts(p.held(l.bench, p.Experiment.Languages.All()))
	if err != nil {
		t.Fatal(err)
	}
	shapes, measured := l.bench.Base.Config.Shapes(), l.measuredGradients(t, prompts)
	mean := make([][]float64, len(shapes))
	for _, g := range own {
		for k, w := range g {
			if mean[k] == nil {
				mean[k] = make([]float64, len(w))
			}
			for j, x := range w {
				mean[k][j] += float64(x) / float64(len(own))
			}
		}
	}
	for name, scale := range map[string]func(k, j int) float64{
		plainInfluence: func(int, int) float64 { return 1 },
		adamInfluence:  func(k, j int) float64 { return 1 / (math.Abs(mean[k][j]) + 1e-6) },
	} {
		got, err := stage.Lines[[]float64](shelf, r.influences[name].Key, "influence")
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range own {
			for c, code := range p.Experiment.Languages.All() {
				want, size := 0.0, 0.0
				for k, w := range g {
					for j, x := range w {
						if shapes[k].Projects() {
							term := scale(k, j) * float64(x) * measured[code][k][j]
							want, size = want+term, size+math.Abs(term)
						}
					}
				}
				if math.Abs(got[i][c]-want) > 2e-3*size {
					t.Errorf("%s of pair %d on %s is %g, want %g", name, i, code, got[i][c], want)
				}
			}
		}
	}
}

// measuredGradients are those of the mean negative log-prob of the reference answers, by language and weight.
func (l *lab) measuredGradients(t *testing.T, prompts []data.Prompt) map[string][][]float64 {
	t.Helper()
	units, err := kind.ReferenceRows(l.bench, prompts)
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]float64{}
	for _, x := range prompts {
		n[x.Lang]++
	}
	sums := map[string][][]float64{}
	for i, x := range prompts {
		trainer, err := l.bench.Engine.NewTrainer(l.bench.Base.Weights, nn.AdamW{Beta1: 0.9, Beta2: 0.9, Epsilon: 1})
		if err != nil {
			t.Fatal(err)
		}
		batch, err := nn.NewBatch(units[i], 1, 64, 16)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := trainer.Accumulate(batch, nn.Likelihood{Weight: []float64{1 / n[x.Lang]}}); err != nil {
			t.Fatal(err)
		}
		g, err := trainer.TakeGradient()
		if err != nil {
			t.Fatal(err)
		}
		trainer.Free()
		if sums[x.Lang] == nil {
			sums[x.Lang] = make([][]float64, len(g))
		}
		for k, w := range g {
			if sums[x.Lang][k] == nil {
				sums[x.Lang][k] = make([]float64, len(w))
			}
			for j, v := range w {
				sums[x.Lang][k][j] += float64(v)
			}
		}
	}
	return sums
}

// What cannot be validated says why.
func TestScoresThatCannotBeValidated(t *testing.T) {
	l := newLab(t)
	e := *l.plan(t).Experiment
	e.Train.Epochs = 0
	if _, err := NewLDS(&e, l.bench, 5); err == nil || !strings.HasPrefix(err.Error(), "small: train.epochs = 0 (default: ") {
		t.Errorf("no epoch: %v", err)
	}
	if _, err := NewLDS(l.plan(t, "train.epochs=0").Experiment, l.bench, 5); err == nil || !strings.HasPrefix(err.Error(), "small: no arm is trained") {
		t.Errorf("no arm that is trained: %v", err)
	}
	e.Train.Epochs = 1
	e.Grid = &config.Grid{}
	if _, err := NewLDS(&e, l.bench, 5); err == nil || !strings.Contains(err.Error(), "small: is a grid of experiments") {
		t.Errorf("a grid: %v", err)
	}
}
