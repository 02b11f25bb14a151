package training

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"

	"congrad/harness/bench"
	"congrad/harness/disk"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/stage"
	"congrad/harness/store"
	"congrad/harness/train"
)

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
	match    *matching         // nil where the drift of another policy does not end it
	kept     map[string][]byte // the parts of the checkpoint that it goes on from; nil at the start
}

// loggedStep is a step in the log of a checkpoint, with what its aggregator goes on from.
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
	if c.kept, err = scratch.Latest(); err != nil {
		return from, err
	}
	if c.kept == nil {
		w, err := c.bench.Weights(c.desk.Shelf, c.Policy)
		if err != nil {
			return from, err
		}
		c.trainer, err = c.bench.Engine.NewTrainer(w, c.adam())
		return from, err
	}
	from, err = nn.UnmarshalState(c.bench.Engine.Config, c.kept[statePart])
	if err != nil {
		return from, damaged(scratch, err)
	}
	c.steps, err = record.Decode[loggedStep](c.kept[stepsPart], stepsPart, "steps")
	if err != nil {
		return from, damaged(scratch, err)
	}
	if len(c.steps) != from.Steps {
		return from, damaged(scratch, fmt.Errorf("the checkpoint is from step %d, but %s ends with step %d", from.Steps, stepsPart, len(c.steps)))
	}
	c.trainer, err = c.bench.Engine.ResumeTrainer(from, c.adam())
	return from, err
}

// The parts of a checkpoint: weights with the optimiser's state, and the steps that led to them.
const statePart, stepsPart = "state.safetensors", "steps.jsonl"

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
	interval, filter := c.desk.Scratch().Interval(), train.Filter(nil)
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
		if ctx.Err() == nil && !interval.Due() {
			return nil
		}
		return interval.Do(c.save)
	})
	if errors.Is(err, errPassed) {
		return nil
	}
	var spoiled *train.Divergence
	if errors.As(err, &spoiled) {
		err = errors.Join(fmt.Errorf("%w. The batch and the weights before the step are in %s; the same command takes the step again", err, c.desk.Scratch()), c.leave(spoiled))
	}
	return err
}

// leave keeps what is needed to take a step that diverged again: the checkpoint before it, and its batch.
func (c *course) leave(d *train.Divergence) error {
	type pair struct {
		Pair             int     `json:"pair"` // among those that are trained on
		Language         string  `json:"language"`
		Prompt           []int   `json:"prompt"` // tokens
		Chosen, Rejected []int   // tokens
		Reference        float64 `json:"reference"` // chosen minus rejected, as the loss scores answers
	}
	what := struct {
		Step           int      `json:"step"`
		Loss, GradNorm string   // JSON has no NaN
		Weights        []string `json:"weights"` // whose gradients are not finite, as the backward pass meets them
		Batch          []pair   `json:"batch"`
	}{Step: d.Step, Loss: fmt.Sprint(d.Loss), GradNorm: fmt.Sprint(d.GradNorm), Weights: d.Weights}
	for _, i := range d.Batch {
		p := c.pairs[i]
		what.Batch = append(what.Batch, pair{i, c.Languages[p.Language], p.Chosen.Prompt, p.Chosen.Answer, p.Rejected.Answer, p.Reference})
	}
	text, err := json.MarshalIndent(what, "", " ")
	if err != nil {
		return err
	}
	return errors.Join(c.save(), c.desk.Scratch().Show(store.DivergedFile, text))
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
	defer debug.FreeOSMemory() // six times the weights, which the device needs before the next one
	return c.desk.Scratch().Keep(func(add store.AddFile) error {
		if err := add(statePart, disk.Bytes(data)); err != nil {
			return err
		}
		if err := add(stepsPart, disk.Bytes(log)); err != nil {
			return err
		}
		if c.match == nil {
			return nil
		}
		return c.match.save(add)
	})
}
