package training

import (
	"encoding/json"
	"fmt"
	"strconv"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/kind"
	"congrad/harness/kind/filtering"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/sketch"
	"congrad/harness/stage"
	"congrad/harness/train"
)

// Online is what picking pairs while training depends on beside what training itself does.
type Online struct {
	Sketch                    sketch.Settings
	EMADecay                  float64
	Scoring                   filtering.Scoring
	Keep                      filtering.Keep // of each batch, over all its languages
	RenewEvery, ResampleEvery int
}

// onlineOf is nil for an arm whose pairs are picked before it trains.
func onlineOf(a config.Arm) *Online {
	if !a.Online() {
		return nil
	}
	c, keep := a.ConGrad, a.Keep
	keep.Quota = "global"
	return &Online{
		Sketch: filtering.SketchOf(c), EMADecay: c.EMADecay, Scoring: filtering.ScoringOf(c),
		Keep: filtering.KeepOf(keep), RenewEvery: c.RenewEvery, ResampleEvery: c.ResampleEvery,
	}
}

// verdictsNote names what the filter said of the pairs so far, and stateNote the rest of its state, among a checkpoint's notes.
const verdictsNote, stateNote = "verdicts", "filter"

// openOnline starts the filter, or brings it back to where a checkpoint left it.
func (c *course) openOnline(from nn.TrainerState) (*train.Online, error) {
	o := c.Online
	state := sketch.NewOnline(sketch.OnlineSettings{
		Model: c.bench.Engine.Config, Sketch: o.Sketch, Languages: len(c.Languages), Decay: o.EMADecay, Aggregator: o.Scoring.Aggregator,
		Unit: o.Scoring.Normalise == "unit", Dot: o.Scoring.Similarity == "dot", Keep: o.Keep.Rule(),
		RenewEvery: o.RenewEvery, ResampleEvery: o.ResampleEvery, Seed: c.Seed, Round: strconv.Itoa(c.Iteration),
	})
	var verdicts []sketch.Verdict
	if from.Notes != nil {
		if len(from.Beside) != 1 {
			return nil, fmt.Errorf("the checkpoint has %d tensors of the filter; want one", len(from.Beside))
		}
		if err := state.Restore(from.Beside[0], from.Notes[stateNote]); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(from.Notes[verdictsNote]), &verdicts); err != nil {
			return nil, fmt.Errorf("the checkpoint's verdicts: %w", err)
		}
		if len(verdicts) != len(c.pairs) {
			return nil, fmt.Errorf("the checkpoint has verdicts for %d pairs, the run has %d", len(verdicts), len(c.pairs))
		}
	}
	return train.NewOnline(c.bench.Engine, state, verdicts, c.pairs, c.settings), nil
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

// files are what the filter leaves next to the policy: as the selection of an arm that picks its pairs before it trains,
// a choice for each pair, and the last consensus, null if there was none.
func (o Online) files(b *bench.Bench, filter *train.Online, pairs []train.Pair, languages []string) (stage.Files, error) {
	list, language := make([]kind.Choice, len(pairs)), make([]int, len(pairs))
	for i, v := range filter.Verdicts {
		list[i], language[i] = kind.Choice{Score: v.Score, Rank: v.Rank, Kept: v.Kept}, pairs[i].Language
	}
	files, err := stage.Output("choices", list)
	if err != nil {
		return nil, err
	}
	var consensus *record.Consensus
	if last := filter.State.Last; last != nil {
		numbers := sketch.Numbers(b.Engine.Config, o.Sketch)
		consensus = &record.Consensus{
			Languages: languages, Gram: last.Gram, Weights: last.Weights, Order: last.Order, State: last.State,
			Thresholds: filtering.Thresholds(list, language, len(languages)), Numbers: numbers, Bytes: sketch.Bytes(numbers, len(languages)),
		}
	}
	files["consensus.json"], err = json.Marshal(consensus)
	return files, err
}
