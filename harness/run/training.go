package run

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"time"

	"congrad/harness/config"
	"congrad/harness/method"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/store"
	"congrad/harness/train"
)

// trainSettings are what training depends on beside policy, pairs, reference and selection.
type trainSettings struct {
	Seed      uint64
	Iteration int
	Loss      config.Loss
	Train     config.Train
	Tokens    int
	Languages []string        `json:",omitempty"` // whose gradients are combined; none without surgery
	Language  string          `json:",omitempty"` // the only one whose pairs are trained on
	Online    *onlineSettings `json:",omitempty"`
}

// checkpointEvery is how much training a kill may cost.
const checkpointEvery = 30 * time.Second

// train makes the round's policy: trained on the pairs that it kept, or all, of all languages or of one.
func (p *planner) train(policy *Stage, r *round, where string) (*Stage, error) {
	s := trainSettings{
		Seed: r.seed, Iteration: r.iteration, Loss: r.arm.Loss, Train: r.arm.Train, Tokens: p.experiment.Batch.Tokens,
		Language: r.lang, Online: onlineOf(r),
	}
	if s.Train.Temperature == 1 {
		s.Train.Temperature = 0 // which leaves it out of the key
	}
	if s.Train.Surgery() {
		s.Languages = r.languages
	} else {
		s.Train.Aggregator = "" // so that it is no part of the key
	}
	inputs, selection := []*Stage{policy, r.pairs, r.reference}, r.selection // which is the training itself later, where that picks pairs
	if selection != nil {
		inputs = append(inputs, selection)
	}
	return p.stage("train", "train, "+where, 1, s, inputs, 0,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			kept, err := e.keptPairs(r, selection, r.languages)
			if err != nil {
				return nil, err
			}
			return e.train(ctx, stage, policy, kept, s)
		})
}

// keptPairs are the pairs to train on, their languages as indices into codes; selection is nil where all are kept.
func (e *Env) keptPairs(r *round, selection *Stage, codes []string) ([]train.Pair, error) {
	units, err := e.pairRows(r.pairs)
	if err != nil {
		return nil, err
	}
	language, err := e.languages(r.pairs, codes)
	if err != nil {
		return nil, err
	}
	margins, err := e.margins(r.reference, r.arm.Loss)
	if err != nil {
		return nil, err
	}
	chosen := selectAll(len(units))
	if selection != nil {
		if chosen, err = readLines[choice](e, selection, "choices"); err != nil {
			return nil, err
		}
	}
	var kept []train.Pair
	for i, rows := range units {
		if chosen[i].Kept && (r.lang == "" || codes[language[i]] == r.lang) {
			kept = append(kept, train.Pair{Chosen: rows[0], Rejected: rows[1], Reference: margins[i], Language: language[i]})
		}
	}
	return kept, nil
}

// train runs the optimiser from the policy, or from the checkpoint that a stopped run left. Without pairs the policy stays
// as it is.
func (e *Env) train(ctx context.Context, stage, policy *Stage, pairs []train.Pair, s trainSettings) (map[string][]byte, error) {
	scratch := e.scratch(stage)
	trainer, steps, from, err := e.openTrainer(stage, policy, s)
	if err != nil {
		return nil, err
	}
	defer trainer.Free()
	settings := train.Settings{
		Schedule: train.Schedule{Peak: s.Train.LearningRate, Warmup: s.Train.Warmup, Shape: s.Train.Schedule},
		Epochs:   s.Train.Epochs, BatchPairs: s.Train.BatchPairs, Tokens: s.Tokens, Loss: lossOf(s.Loss), Adam: adamOf(s.Train),
		Temperature: s.Train.Temperature,
	}
	if settings.Surgery, err = surgeryOf(s, steps); err != nil {
		return nil, err
	}
	stage.Size = settings.Steps(len(pairs)) * s.Train.BatchPairs
	done, online, filter := trainer.Steps(), (*train.Online)(nil), train.Filter(nil)
	if s.Online != nil {
		if online, err = e.openOnline(from, pairs, s, settings); err != nil {
			return nil, damaged(scratch, err)
		}
		defer online.Free()
		done, filter = online.State.Batches, online.Filter
	}
	saved := time.Now()
	save := func() error {
		saved = time.Now()
		state, err := trainer.State()
		if err != nil {
			return err
		}
		if online != nil {
			if err := keepOnline(online, &state); err != nil {
				return err
			}
		}
		data, err := state.Marshal()
		if err != nil {
			return err
		}
		log, err := lines("steps", steps)
		if err != nil {
			return err
		}
		if err := scratch.Save("steps.jsonl", log); err != nil { // first, so that it is never behind the weights
			return err
		}
		defer debug.FreeOSMemory() // six times the weights, which the device needs before the next one
		return scratch.Save("checkpoint.safetensors", data)
	}
	err = train.Filtered(ctx, trainer, done, pairs, settings, s.Seed, fmt.Sprint(s.Iteration), filter, func(t train.Step) error {
		if t.Pairs > 0 { // else no step was taken, and there is no loss to record
			steps = append(steps, loggedStep{record.Step{
				Step: t.Step, Loss: t.Loss, Accuracy: t.Accuracy, Margin: t.Margin, Chosen: t.Chosen, Rejected: t.Rejected,
				GradNorm: t.GradNorm, Rate: t.Rate, Pairs: t.Pairs, Tokens: t.Tokens,
				Languages: t.Surgery.Languages, Conflicts: t.Surgery.Conflicts, Cosine: t.Surgery.Cosine,
			}, t.Surgery.State})
			e.Report.Loss(t.Loss)
		}
		e.Report.Advance(t.Met, t.Tokens)
		if ctx.Err() != nil || time.Since(saved) > checkpointEvery {
			return save()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	w, err := e.Engine.Download(trainer.Weights())
	if err != nil {
		return nil, err
	}
	data, err := w.Marshal()
	if err != nil {
		return nil, err
	}
	made := make([]record.Step, len(steps))
	for i, s := range steps {
		made[i] = s.Step
	}
	files, err := output("steps", made)
	if err != nil {
		return nil, err
	}
	files["model.safetensors"] = data
	if online != nil {
		picked, err := e.onlineFiles(online, pairs, *s.Online)
		if err != nil {
			return nil, err
		}
		maps.Copy(files, picked)
	}
	return files, nil
}

// loggedStep is a step in the log beside a checkpoint, with what its aggregator goes on from: state and weights then belong
// together without being in one file.
type loggedStep struct {
	record.Step
	State []float64 `json:"state,omitempty"`
}

// surgeryOf is how the steps combine the gradients of the languages, nil where they do not; done are those before.
func surgeryOf(s trainSettings, done []loggedStep) (*train.Surgery, error) {
	if s.Train.Aggregator == "" {
		return nil, nil
	}
	aggregator, err := method.FindAggregator(s.Train.Aggregator)
	if err != nil {
		return nil, err
	}
	surgery := &train.Surgery{Aggregator: aggregator, Languages: len(s.Languages)}
	if len(done) > 0 {
		surgery.State = done[len(done)-1].State
	}
	return surgery, nil
}

// openTrainer starts from the policy, or goes on from the stage's checkpoint, which it returns too, with the optimiser steps
// that led there.
func (e *Env) openTrainer(stage, policy *Stage, s trainSettings) (t *nn.Trainer, steps []loggedStep, from nn.TrainerState, err error) {
	scratch := e.scratch(stage)
	data, err := scratch.Load("checkpoint.safetensors")
	if err != nil {
		return nil, nil, from, err
	}
	if data == nil {
		w, err := e.weights(policy)
		if err != nil {
			return nil, nil, from, err
		}
		t, err = e.Engine.NewTrainer(w, adamOf(s.Train))
		return t, nil, from, err
	}
	from, err = nn.UnmarshalState(e.Engine.Config, data)
	if err != nil {
		return nil, nil, from, damaged(scratch, err)
	}
	log, err := scratch.Load("steps.jsonl")
	if err != nil {
		return nil, nil, from, err
	}
	steps, err = record.Decode[loggedStep](log, "steps.jsonl", "steps")
	if err != nil {
		return nil, nil, from, damaged(scratch, err)
	}
	if len(steps) < from.Steps { // more there may be: a kill between the two files leaves the log ahead
		return nil, nil, from, damaged(scratch, fmt.Errorf("the checkpoint stands behind step %d, steps.jsonl ends with step %d", from.Steps, len(steps)))
	}
	t, err = e.Engine.ResumeTrainer(from, adamOf(s.Train))
	return t, steps[:from.Steps], from, err
}

// damaged says how to get rid of a checkpoint that nothing can go on from.
func damaged(scratch store.Scratch, err error) error {
	return fmt.Errorf("going on from the checkpoint: %w (remove %s; the stage starts anew)", err, scratch)
}

func adamOf(t config.Train) nn.AdamW {
	return nn.AdamW{Beta1: t.Beta1, Beta2: t.Beta2, Epsilon: t.Epsilon, Decay: t.WeightDecay, Clip: t.Clip}
}
