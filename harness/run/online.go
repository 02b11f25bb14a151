package run

import (
	"encoding/json"
	"fmt"

	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/sketch"
	"congrad/harness/train"
)

// onlineSettings are what picking pairs while training depends on beside what training itself does.
type onlineSettings struct {
	Languages                 []string
	Sketch                    sketch.Settings
	EMADecay                  float64
	Scoring                   scoring
	Share                     float64
	Threshold                 string
	RenewEvery, ResampleEvery int

	keep method.Keep
}

// onlineOf is nil for an arm whose pairs are picked before it trains.
func onlineOf(r *round) *onlineSettings {
	if !r.arm.Online() {
		return nil
	}
	arm, c := r.arm, r.arm.ConGrad
	return &onlineSettings{
		Languages: r.languages, Sketch: sketchOf(c), EMADecay: c.EMADecay, Scoring: scoringOf(c),
		Share: arm.Keep.Share, Threshold: threshold(arm.Keep), RenewEvery: c.RenewEvery, ResampleEvery: c.ResampleEvery,
		keep: method.Keep{Share: arm.Keep.Share, Threshold: arm.Keep.Threshold, Global: true},
	}
}

// verdictsNote names what the filter said of the pairs so far, and stateNote the rest of its state, among a checkpoint's notes.
const verdictsNote, stateNote = "verdicts", "filter"

// openOnline starts the filter, or brings it back to where a checkpoint left it.
func (e *Env) openOnline(from nn.TrainerState, pairs []train.Pair, s trainSettings, settings train.Settings) (*train.Online, error) {
	o := s.Online
	state := sketch.NewOnline(sketch.OnlineSettings{
		Model: e.Engine.Config, Sketch: o.Sketch, Languages: len(o.Languages), Decay: o.EMADecay, Aggregator: o.Scoring.Aggregator,
		Unit: o.Scoring.Normalise == "unit", Dot: o.Scoring.Similarity == "dot", Keep: o.keep,
		RenewEvery: o.RenewEvery, ResampleEvery: o.ResampleEvery, Seed: s.Seed, Round: fmt.Sprint(s.Iteration),
	})
	var verdicts []sketch.Verdict
	if from.Notes != nil {
		if len(from.Beside) != 1 {
			return nil, fmt.Errorf("the checkpoint holds %d tensors of the filter instead of one", len(from.Beside))
		}
		if err := state.Restore(from.Beside[0], from.Notes[stateNote]); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(from.Notes[verdictsNote]), &verdicts); err != nil || len(verdicts) != len(pairs) {
			return nil, fmt.Errorf("the checkpoint says of %d pairs what became of them, there are %d (%w)", len(verdicts), len(pairs), err)
		}
	}
	return train.NewOnline(e.Engine, state, verdicts, pairs, settings), nil
}

// keepOnline enters the filter into a checkpoint.
func keepOnline(o *train.Online, into *nn.TrainerState) error {
	tensor, state, err := o.State.State()
	if err != nil {
		return err
	}
	verdicts, err := json.Marshal(o.Verdicts)
	into.Beside = []model.NamedTensor{tensor}
	into.Notes = map[string]string{stateNote: state, verdictsNote: string(verdicts)}
	return err
}

// onlineFiles are what the filter leaves beside the policy: as the selection of an arm that picks its pairs before it trains,
// a choice for each pair, and the last consensus, null if there was none.
func (e *Env) onlineFiles(o *train.Online, pairs []train.Pair, s onlineSettings) (map[string][]byte, error) {
	list, language := make([]choice, len(pairs)), make([]int, len(pairs))
	for i, v := range o.Verdicts {
		list[i], language[i] = choice(v), pairs[i].Language
	}
	files, err := output("choices", list)
	if err != nil {
		return nil, err
	}
	var consensus *record.Consensus
	if last := o.State.Last; last != nil {
		numbers := sketch.Numbers(e.Engine.Config, s.Sketch)
		consensus = &record.Consensus{
			Languages: s.Languages, Gram: last.Gram, Weights: last.Weights, Order: last.Order, State: last.State,
			Thresholds: thresholds(list, language, len(s.Languages)), Numbers: numbers, Bytes: sketch.Bytes(numbers, len(s.Languages)),
		}
	}
	files["consensus.json"], err = json.Marshal(consensus)
	return files, err
}
