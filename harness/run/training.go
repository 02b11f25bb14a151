package run

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"time"

	"congrad/harness/config"
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
	Online    *onlineSettings `json:",omitempty"`
}

// checkpointEvery is how much training a kill may cost.
const checkpointEvery = 30 * time.Second

// train makes the iteration's policy of an arm. selection is nil where all pairs are kept.
func (p *planner) train(policy, pairs, reference, selection *Stage, arm config.Arm, seed uint64, iteration int) (*Stage, error) {
	s := trainSettings{seed, iteration, arm.Loss, arm.Train, p.experiment.Batch.Tokens, p.onlineOf(arm)}
	inputs := []*Stage{policy, pairs, reference}
	if selection != nil {
		inputs = append(inputs, selection)
	}
	return p.stage("train", "train, "+at(seed, iteration, arm.Name), 1, s, inputs, 0,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			kept, err := e.keptPairs(pairs, reference, selection, arm.Loss)
			if err != nil {
				return nil, err
			}
			if s.Online != nil {
				language, err := e.languages(pairs, s.Online.Languages)
				if err != nil {
					return nil, err
				}
				for i := range kept {
					kept[i].Language = language[i]
				}
			}
			return e.train(ctx, stage, policy, kept, s)
		})
}

// keptPairs are the pairs to train on.
func (e *Env) keptPairs(pairs, reference, selection *Stage, loss config.Loss) ([]train.Pair, error) {
	units, err := e.pairRows(pairs)
	if err != nil {
		return nil, err
	}
	margins, err := e.margins(reference, loss)
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
		if chosen[i].Kept {
			kept = append(kept, train.Pair{Chosen: rows[0], Rejected: rows[1], Reference: margins[i]})
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
		return scratch.Save("checkpoint.safetensors", data)
	}
	err = train.Filtered(ctx, trainer, done, pairs, settings, s.Seed, fmt.Sprint(s.Iteration), filter, func(t train.Step) error {
		if t.Pairs > 0 { // else no step was taken, and there is no loss to record
			steps = append(steps, record.Step{
				Step: t.Step, Loss: t.Loss, Accuracy: t.Accuracy, Margin: t.Margin, Chosen: t.Chosen, Rejected: t.Rejected,
				GradNorm: t.GradNorm, Rate: t.Rate, Pairs: t.Pairs, Tokens: t.Tokens,
			})
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
	files, err := output("steps", steps)
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

// openTrainer starts from the policy, or goes on from the stage's checkpoint, which it returns too, with the optimiser steps
// that led there.
func (e *Env) openTrainer(stage, policy *Stage, s trainSettings) (t *nn.Trainer, steps []record.Step, from nn.TrainerState, err error) {
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
	steps, err = record.Decode[record.Step](bytes.NewReader(log), "steps.jsonl", "steps")
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
