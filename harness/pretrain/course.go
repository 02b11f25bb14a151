package pretrain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"congrad/harness/disk"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/store"
	"congrad/harness/text"
	"congrad/harness/train"
	"congrad/harness/world"
)

// course is a stretch of training on a world's mixture.
type course struct {
	recipe   *Recipe // of the model, the batches and the optimiser
	world    *world.World
	chat     *text.Chat
	start    *model.Weights
	behind   int // steps of the mixture that were taken before: its examples are met once
	steps    int
	schedule train.Schedule
	layout   train.Layout // of the steps' blocks
}

// run takes the course's steps, from the checkpoint in scratch where an interrupted call left one, and tells after of each.
func (c course) run(ctx context.Context, e *nn.Engine, scratch store.Scratch, after func(Step)) (*model.Weights, []Step, error) {
	trainer, steps, err := c.open(e, scratch)
	if err != nil {
		return nil, nil, err
	}
	defer trainer.Free()
	if c.layout, err = c.layOut(); err != nil {
		return nil, nil, err
	}
	interval := scratch.Interval()
	for step := trainer.Steps() + 1; step <= c.steps; step++ {
		made, err := c.step(trainer, step)
		if errors.Is(err, train.ErrNumerical) {
			err = errors.Join(fmt.Errorf("%w. The batch and the weights before the step are in %s", err, scratch), c.leave(trainer, step, steps, scratch))
		}
		if err != nil {
			return nil, nil, fmt.Errorf("pretraining step %d: %w", step, err)
		}
		steps = append(steps, made)
		after(made)
		if ctx.Err() != nil || interval.Due() {
			if err := interval.Do(func() error { return saveTrainer(trainer, steps, scratch) }); err != nil {
				return nil, nil, err
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
	}
	state, err := trainer.State()
	if err != nil {
		return nil, nil, err
	}
	return state.Weights, steps, nil
}

// leave keeps what is needed to take a step that diverged again: the checkpoint before it, and its examples.
func (c course) leave(t *nn.Trainer, step int, steps []Step, scratch store.Scratch) error {
	units, err := c.examples(step)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(map[string]any{"step": step, "examples": units}, "", " ")
	if err != nil {
		return err
	}
	return errors.Join(saveTrainer(t, steps, scratch), scratch.Show(store.DivergedFile, text))
}

// examples are those of a step, each a row.
func (c course) examples(step int) ([][]nn.Row, error) {
	units := make([][]nn.Row, c.recipe.Train.Batch)
	for i := range units {
		row, err := Row(c.world.BaseExample(uint64((c.behind+step-1)*len(units)+i)), c.chat)
		if err != nil {
			return nil, err
		}
		units[i] = []nn.Row{row}
	}
	return units, nil
}

// layOut looks at the first steps for a layout that all steps share.
func (c course) layOut() (train.Layout, error) {
	const looked = 16 // steps: of 128 examples the number of tokens varies little
	var steps [][][]nn.Row
	for step := 1; step <= min(looked, c.steps); step++ {
		units, err := c.examples(step)
		if err != nil {
			return train.Layout{}, err
		}
		steps = append(steps, units)
	}
	return train.Steady(steps, c.recipe.Train.Tokens), nil
}

// step takes one step on the mean negative log-likelihood per predicted token.
func (c course) step(t *nn.Trainer, step int) (Step, error) {
	r := c.recipe
	units, err := c.examples(step)
	if err != nil {
		return Step{}, err
	}
	tokens := 0
	for _, unit := range units {
		tokens += len(unit[0].Answer)
	}
	rate, err := c.schedule.Rate(step, c.steps)
	if err != nil {
		return Step{}, err
	}
	made := Step{Step: step, Rate: rate}
	for _, block := range c.layout.Fill(units, r.Train.Tokens) {
		batch, err := block.Batch(units)
		if err != nil {
			return made, err
		}
		weight := make([]float64, len(block.Units))
		for i := range weight {
			weight[i] = 1 / float64(tokens)
		}
		rows, err := t.Accumulate(batch, nn.Likelihood{Weight: weight})
		if err != nil {
			return made, err
		}
		for _, u := range rows[:len(block.Units)] {
			made.Loss += u.Loss / float64(tokens)
		}
	}
	if err := train.Finite(t, made.Loss); err != nil {
		return made, err
	}
	if made.GradNorm, err = t.Apply(rate); err != nil {
		return made, err
	}
	return made, train.Diverged(made.Loss, made.GradNorm)
}

// open starts from the beginning, or continues from scratch with the steps so far.
func (c course) open(e *nn.Engine, scratch store.Scratch) (*nn.Trainer, []Step, error) {
	t := c.recipe.Train
	adam := nn.AdamW{Beta1: t.Beta1, Beta2: t.Beta2, Epsilon: 1e-8, Decay: t.WeightDecay, Clip: t.Clip}
	kept, err := scratch.Latest()
	if err != nil {
		return nil, nil, err
	}
	if kept == nil {
		t, err := e.NewTrainer(c.start, adam)
		return t, nil, err
	}
	state, err := nn.UnmarshalState(e.Config, kept[statePart])
	if err != nil {
		return nil, nil, fmt.Errorf("continuing pretraining: %w", err)
	}
	var steps []Step
	if err := json.Unmarshal(kept[stepsPart], &steps); err != nil {
		return nil, nil, fmt.Errorf("continuing pretraining: its steps: %w", err)
	}
	if len(steps) != state.Steps {
		return nil, nil, fmt.Errorf("continuing pretraining: the record has %d steps, but the checkpoint is at step %d", len(steps), state.Steps)
	}
	trainer, err := e.ResumeTrainer(state, adam)
	return trainer, steps, err
}

// The parts of a checkpoint: weights with the optimiser's state, and the steps that led to them.
const statePart, stepsPart = "state.safetensors", "steps.json"

// saveTrainer keeps a checkpoint.
func saveTrainer(t *nn.Trainer, steps []Step, scratch store.Scratch) error {
	state, err := t.State()
	if err != nil {
		return err
	}
	data, err := state.Marshal()
	if err != nil {
		return err
	}
	list, err := json.Marshal(steps)
	if err != nil {
		return fmt.Errorf("keeping the steps: %w", err)
	}
	return scratch.Keep(func(add store.AddFile) error {
		if err := add(statePart, disk.Bytes(data)); err != nil {
			return err
		}
		return add(stepsPart, disk.Bytes(list))
	})
}
