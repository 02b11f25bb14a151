package pretrain

import (
	"context"
	"math"

	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/store"
	"congrad/harness/text"
	"congrad/harness/train"
	"congrad/harness/world"
)

// Further is how a base model is trained on, for other habits than its own: on the mixture of its world with another share
// of shared defects, from where its recipe ended. All other shares of the mixture stay, and so does which of its examples
// are wrong; only what is wrong with them changes.
type Further struct {
	Recipe *Recipe // with the world, the steps and the rate of this training
	Behind int     // steps of the base model's own training; the examples that it met do not return
}

// The optimiser starts from zero, hence the warm-up. A third of the recipe's peak rate, falling to zero as the recipe's does, moves
// a model that has settled and lets it settle again.
const (
	furtherRate   = 1.0 / 3
	furtherWarmup = 0.1
)

// Further plans training in a world for a number of steps. shared is the share of shared defects; NaN keeps the world's own.
func (r *Recipe) Further(w *world.World, shared float64, steps int) Further {
	changed := *r
	if changed.World = w.Settings(); !math.IsNaN(shared) {
		changed.World.SharedShare = shared
	}
	changed.Train.Steps = steps
	changed.Train.LearningRate *= furtherRate
	changed.Train.Warmup = furtherWarmup
	return Further{&changed, r.behind() + r.Train.Steps}
}

// Run trains from the start and returns the new ones with the training record, JSON lines. after is told
// of every step. What is done stays in scratch, so that an interrupted call goes on.
func (f Further) Run(ctx context.Context, e *nn.Engine, w *world.World, chat *text.Chat, start *model.Weights, scratch store.Scratch, after func(Step)) (*model.Weights, []byte, error) {
	t := f.Recipe.Train
	c := course{
		recipe: f.Recipe, world: w.WithSharedShare(f.Recipe.World.SharedShare), chat: chat, start: start, behind: f.Behind, steps: t.Steps,
		schedule: train.Schedule{Peak: t.LearningRate, Warmup: t.Warmup, Shape: t.Schedule},
	}
	weights, steps, err := c.run(ctx, e, scratch, after)
	if err != nil {
		return nil, nil, err
	}
	log, err := encodeRecord(steps)
	return weights, log, err
}
