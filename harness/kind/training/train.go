package training

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/kind/filtering"
	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/sketch"
	"congrad/harness/stage"
	"congrad/harness/train"
)

// Train trains a policy on the pairs that are kept, of all languages or of one. It may pick them itself while it trains.
type Train struct {
	Policy    bench.Policy
	Pairs     stage.Ref
	Reference stage.Ref
	Selection stage.Ref `json:",omitempty"` // empty where all pairs are kept, or this stage picks them
	Languages []string  // of the pairs
	Seed      uint64
	Iteration int
	Loss      loss.Loss
	Train     config.Train
	Batch     int      // tokens
	Language  string   `json:",omitempty"` // the only one whose pairs are trained on
	Group     []string `json:",omitempty"` // the only ones, where they are several
	Online    *Online  `json:",omitempty"` // how it picks pairs while it trains; nil where it does not
	Steps     *Steps   `json:",omitempty"` // of another arm, which it takes as many of; nil where its epochs decide
	Match     *Match   `json:",omitempty"` // ends it where it has drifted as far as another policy; nil where it does not
	kind.Device
}

// TrainOf is the training of an arm, all but its inputs and their place. What makes no difference is left out of the key.
func TrainOf(a config.Arm, languages []string) Train {
	t := Train{Languages: languages, Loss: a.Loss, Train: a.Train.Plain(), Online: onlineOf(a)}
	if t.Train.Temperature == 1 {
		t.Train.Temperature = 0
	}
	if !t.Train.Surgery() {
		t.Train.Aggregator = ""
	}
	return t
}

// Of has only the pairs of some languages trained on; nil for those of all.
func (t *Train) Of(only []string) {
	if len(only) == 1 {
		t.Language = only[0]
	} else {
		t.Group = only
	}
}

// meets reports whether pairs of a language are trained on.
func (t Train) meets(lang string) bool {
	if t.Language == "" && t.Group == nil {
		return true
	}
	return lang == t.Language || slices.Contains(t.Group, lang)
}

// Kind of the stage.
func (Train) Kind() kind.Kind {
	return kind.Kind{Name: "train", Version: 2, Title: "training", Trains: true}
}

// Title says what the stage does.
func (Train) Title() string { return "train" }

// Inputs are policy, pairs, their log-probs and the selection.
func (t Train) Inputs() []stage.Ref {
	list := []stage.Ref{t.Policy.Stage, t.Pairs, t.Reference}
	if t.Selection != "" {
		list = append(list, t.Selection)
	}
	if t.Steps != nil {
		list = append(list, t.Steps.inputs()...)
	}
	if t.Match != nil {
		list = append(list, t.Match.Target, t.Match.Probe.Start.Stage)
	}
	return list
}

// Do leaves model.safetensors and steps.jsonl; where the stage picks pairs, choices.jsonl and consensus.json too. Without pairs
// the policy stays as it is.
func (t Train) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	pairs, err := t.kept(d.Shelf)
	if err != nil {
		return nil, err
	}
	c := course{Train: t, desk: d, bench: b, pairs: pairs}
	if c.settings, err = t.settings(d.Shelf); err != nil {
		return nil, err
	}
	if err := c.open(); err != nil {
		return nil, err
	}
	defer c.close()
	if err := c.openMatch(ctx); err != nil && !errors.Is(err, errPassed) {
		return nil, err
	}
	c.kept = nil // as large as the weights and the optimiser's state
	d.Expect(c.settings.Steps(len(pairs)) * min(t.Train.BatchPairs, len(pairs)))
	if err := c.run(ctx); err != nil {
		return nil, err
	}
	return c.files()
}

// kept are the pairs to train on, their languages as indices into the stage's.
func (t Train) kept(s stage.Shelf) ([]train.Pair, error) {
	pairs, err := kind.Pairs(s, t.Pairs)
	if err != nil {
		return nil, err
	}
	margins, err := kind.Margins(s, t.Reference, t.Loss)
	if err != nil {
		return nil, err
	}
	chosen, err := kind.Choices(s, t.Selection, len(pairs))
	if err != nil {
		return nil, err
	}
	language, err := kind.Languages(pairs, t.Languages)
	if err != nil {
		return nil, err
	}
	var kept []train.Pair
	for i, p := range pairs {
		if c := chosen[i]; c.Trained() && t.meets(p.Lang) {
			rows, margin := p.Rows(), margins[i]
			if c.Flipped {
				rows[0], rows[1], margin = rows[1], rows[0], -margin
			}
			kept = append(kept, train.Pair{Chosen: rows[0], Rejected: rows[1], Reference: margin, Language: language[i], Weight: c.Weight})
		}
	}
	return kept, nil
}

// settings are those of the loop, but for what the steps so far decide.
func (t Train) settings(s stage.Shelf) (train.Settings, error) {
	total := 0
	if t.Steps != nil {
		var err error
		if total, err = t.Steps.count(s); err != nil {
			return train.Settings{}, err
		}
	}
	return train.Settings{
		Schedule: train.Schedule{Peak: t.Train.LearningRate, Warmup: t.Train.Warmup, Shape: t.Train.Schedule},
		Epochs:   t.Train.Epochs, BatchPairs: t.Train.BatchPairs, Tokens: t.Batch, Loss: t.Loss, Adam: t.adam(),
		Temperature: t.Train.Temperature, Total: total,
	}, nil
}

func (t Train) adam() nn.AdamW {
	x := t.Train
	return nn.AdamW{Beta1: x.Beta1, Beta2: x.Beta2, Epsilon: x.Epsilon, Decay: x.WeightDecay, Clip: x.Clip}
}

// surgery is how the steps combine the gradients of the languages, nil where they do not; done are those before.
func (t Train) surgery(done []loggedStep) (*train.Surgery, error) {
	if t.Train.Aggregator == "" {
		return nil, nil
	}
	aggregator, err := method.FindAggregator(t.Train.Aggregator)
	if err != nil {
		return nil, err
	}
	surgery := &train.Surgery{Aggregator: aggregator, Languages: len(t.Languages), Scope: t.Train.Scope}
	if len(done) > 0 {
		surgery.State = done[len(done)-1].State
	}
	return surgery, nil
}

// Met counts how often training meets each of the round's pairs, which have these languages; nil where that is once an epoch for every
// kept pair.
func (t Train) Met(s stage.Shelf, language []int, chosen []kind.Choice) ([]*int, error) {
	met := make([]*int, len(chosen))
	if t.Train.Temperature == 0 && t.Steps == nil && t.Match == nil {
		return met, nil
	}
	settings, err := t.settings(s)
	if err != nil {
		return nil, err
	}
	if t.Match != nil {
		matched, err := readMatched(s, s.Own)
		if err != nil {
			return nil, err
		}
		if settings.Total = matched.Steps; matched.Steps == 0 {
			settings.Epochs = 0
		}
	}
	var at, of []int // the pairs that are trained on and their languages
	for i, c := range chosen {
		if c.Trained() && t.meets(t.Languages[language[i]]) {
			at, of = append(at, i), append(of, language[i])
		}
	}
	for k, times := range settings.Met(of, t.Seed, strconv.Itoa(t.Iteration)) {
		met[at[k]] = &times
	}
	return met, nil
}

// Record adds the steps, and the last consensus where the stage picks pairs.
func (t Train) Record(s stage.Shelf, _ *bench.Bench, at kind.Place, set *record.Set) error {
	steps, err := stage.Lines[record.Step](s, s.Own, "steps")
	if err != nil {
		return err
	}
	for _, x := range steps {
		x.Seed, x.Arm, x.Iteration, x.Lang = at.Seed, at.Arm.Name, at.Iteration, at.Lang
		set.Steps = append(set.Steps, x)
	}
	if t.Match != nil {
		x, err := readMatched(s, s.Own)
		if err != nil {
			return err
		}
		x.Seed, x.Arm, x.Iteration = at.Seed, at.Arm.Name, at.Iteration
		set.Matched = append(set.Matched, x)
	}
	if t.Online == nil {
		return nil
	}
	c, err := filtering.ReadConsensus(s, s.Own)
	if err == nil && c != nil { // picking pairs while training may end before there is one
		filtering.RecordConsensus(*c, at, set)
	}
	return err
}

// Tokens are those of the pairs, each time that they were met.
func (Train) Tokens(s stage.Shelf) (generated, trained int, err error) {
	steps, err := stage.Lines[record.Step](s, s.Own, "steps")
	for _, x := range steps {
		trained += x.Tokens
	}
	return 0, trained, err
}

// Forecast counts the pairs that are met, once for each epoch.
func (t Train) Forecast(size int, b *bench.Bench, l kind.Lengths) forecast.Stage {
	f := l.Trains(size, t.Train.BatchPairs, l.Pair(), 2*l.Answer, l.LongestPair(), 2*l.Most, t.Batch)
	if t.Train.Aggregator != "" {
		f.Languages = len(t.Languages)
	}
	if t.Online != nil {
		f.Pairs, f.Numbers = t.Train.BatchPairs, sketch.Numbers(b.Config, t.Online.Sketch)
	}
	return f
}

// policy is the result: that of the last step, or the one whose drift matches.
func (c *course) policy() (*model.Weights, error) {
	if c.match != nil {
		return c.match.below, nil
	}
	return c.bench.Engine.Download(c.trainer.Weights())
}

// files are the artefact of a training that has ended.
func (c *course) files() (stage.Files, error) {
	w, err := c.policy()
	if err != nil {
		return nil, err
	}
	data, err := w.Marshal()
	if err != nil {
		return nil, err
	}
	made := make([]record.Step, 0, len(c.steps))
	for _, s := range c.steps {
		if c.match == nil || s.Step.Step <= c.match.checks[c.match.at].Step {
			made = append(made, s.Step)
		}
	}
	files, err := stage.Output("steps", made)
	if err != nil {
		return nil, err
	}
	files["model.safetensors"] = data
	if c.match != nil {
		matched, err := stage.Output("matched", []record.Matched{c.match.result(c.settings.Steps(len(c.pairs)))})
		if err != nil {
			return nil, err
		}
		maps.Copy(files, matched)
	}
	if c.online != nil {
		picked, err := c.Online.files(c.bench, c.online, c.pairs, c.Train.Languages)
		if err != nil {
			return nil, err
		}
		maps.Copy(files, picked)
	}
	return files, nil
}
