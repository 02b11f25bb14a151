package training

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"congrad/harness/bench"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/stage"
	"congrad/harness/store"
	"congrad/harness/train"
)

// checkpointEvery is how much training a kill may cost.
const checkpointEvery = 30 * time.Second

// course is a training under way.
type course struct {
	Train
	desk     *stage.Desk
	bench    *bench.Bench
	pairs    []train.Pair
	settings train.Settings
	trainer  *nn.Trainer
	steps    []loggedStep
	done     int // batches that were met before
	online   *train.Online
	match    *matching // nil where the drift of another policy does not end it
}

// loggedStep is a step in the log next to a checkpoint, with what its aggregator goes on from: state and weights then belong
// together without being in one file.
type loggedStep struct {
	record.Step
	State []float64 `json:"state,omitempty"`
}

// open starts from the policy, or goes on from the stage's checkpoint.
func (c *course) open() error {
	from, err := c.openTrainer()
	if err != nil {
		return err
	}
	if c.settings.Surgery, err = c.surgery(c.steps); err != nil {
		return err
	}
	if c.done = c.trainer.Steps(); c.Online == nil {
		return nil
	}
	if c.online, err = c.openOnline(from); err != nil {
		return damaged(c.desk.Scratch(), err)
	}
	c.done = c.online.State.Batches
	return nil
}

// openTrainer returns the checkpoint that it goes on from, the zero one at the start.
func (c *course) openTrainer() (from nn.TrainerState, err error) {
	scratch := c.desk.Scratch()
	data, err := scratch.Load("checkpoint.safetensors")
	if err != nil {
		return from, err
	}
	if data == nil {
		w, err := c.bench.Weights(c.desk.Shelf, c.Policy)
		if err != nil {
			return from, err
		}
		c.trainer, err = c.bench.Engine.NewTrainer(w, c.adam())
		return from, err
	}
	from, err = nn.UnmarshalState(c.bench.Engine.Config, data)
	if err != nil {
		return from, damaged(scratch, err)
	}
	log, err := scratch.Load("steps.jsonl")
	if err != nil {
		return from, err
	}
	steps, err := record.Decode[loggedStep](log, "steps.jsonl", "steps")
	if err != nil {
		return from, damaged(scratch, err)
	}
	if len(steps) < from.Steps { // there may be more: a kill between the two files leaves the log ahead
		return from, damaged(scratch, fmt.Errorf("the checkpoint is from step %d, but steps.jsonl ends with step %d", from.Steps, len(steps)))
	}
	c.steps = steps[:from.Steps]
	c.trainer, err = c.bench.Engine.ResumeTrainer(from, c.adam())
	return from, err
}

// damaged says how to get rid of a checkpoint that nothing can go on from.
func damaged(scratch store.Scratch, err error) error {
	return fmt.Errorf("continuing from the checkpoint: %w (remove %s to start the stage again)", err, scratch)
}

func (c *course) close() {
	if c.match != nil {
		c.match.release()
	}
	if c.online != nil {
		c.online.Free()
	}
	if c.trainer != nil {
		c.trainer.Free()
	}
}

// run takes the steps that are left.
func (c *course) run(ctx context.Context) error {
	if c.match != nil && len(c.match.checks) == 1 && c.match.checks[0].Drift > c.match.target {
		return nil // before the first step
	}
	saved, filter := time.Now(), train.Filter(nil)
	steps := c.settings.Steps(len(c.pairs))
	if c.online != nil {
		filter = c.online.Filter
	}
	err := train.Filtered(ctx, c.trainer, c.done, c.pairs, c.settings, c.Seed, strconv.Itoa(c.Iteration), filter, func(t train.Step) error {
		if t.Pairs > 0 { // else no step was taken, and there is no loss to record
			c.steps = append(c.steps, loggedStep{record.Step{
				Step: t.Step, Loss: t.Loss, Accuracy: t.Accuracy, Margin: t.Margin, Chosen: t.Chosen, Rejected: t.Rejected,
				GradNorm: t.GradNorm, Rate: t.Rate, Pairs: t.Pairs, Tokens: t.Tokens,
				Languages: t.Surgery.Languages, Conflicts: t.Surgery.Conflicts, Cosine: t.Surgery.Cosine,
			}, t.Surgery.State})
			c.desk.Loss(t.Loss)
		}
		c.desk.Advance(t.Met, t.Tokens)
		if c.match != nil && c.match.due(t.Step, steps) {
			if err := c.match.check(ctx, c); err != nil {
				return err
			}
		}
		if ctx.Err() == nil && time.Since(saved) < checkpointEvery {
			return nil
		}
		saved = time.Now()
		return c.save()
	})
	if errors.Is(err, errPassed) {
		return nil
	}
	return err
}

// save writes a checkpoint.
func (c *course) save() error {
	state, err := c.trainer.State()
	if err != nil {
		return err
	}
	if c.online != nil {
		if err := keepOnline(c.online, &state); err != nil {
			return err
		}
	}
	data, err := state.Marshal()
	if err != nil {
		return err
	}
	log, err := stage.Encode("steps", c.steps)
	if err != nil {
		return err
	}
	scratch := c.desk.Scratch()
	if err := scratch.Save("steps.jsonl", log); err != nil { // first, so that it is never behind the weights
		return err
	}
	if c.match != nil {
		if err := c.match.save(c); err != nil {
			return err
		}
	}
	defer debug.FreeOSMemory() // six times the weights, which the device needs before the next one
	return scratch.Save("checkpoint.safetensors", data)
}
