package filtering

import (
	"context"
	"encoding/json"
	"fmt"

	"congrad/harness/bench"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/model"
	"congrad/harness/sketch"
	"congrad/harness/stage"
)

// Gradients sketches every pair's gradient at the iteration's start and reduces the sketches to numbers.
type Gradients struct {
	Round
	kind.Device
	kind.Unrecorded
	kind.Tokenless
}

// Kind of the stage.
func (Gradients) Kind() kind.Kind {
	return kind.Kind{Name: "gradients", Version: 2, Title: "per-pair gradients"}
}

// Title says what the stage does.
func (g Gradients) Title() string {
	title := fmt.Sprintf("per-pair gradients (%s)", g.Sketch)
	if g.Scope != "" {
		title += ", " + g.Scope + " by " + g.Scope
	}
	if g.HeldBack > 0 {
		title += " against held-back pairs"
	}
	if g.Adam != nil {
		title += " as Adam's updates"
	}
	return title
}

// Inputs are policy, pairs and their log-probs.
func (g Gradients) Inputs() []stage.Ref { return []stage.Ref{g.Policy.Stage, g.Pairs, g.Reference} }

// Do leaves round.json.
func (g Gradients) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	pairs, err := kind.Pairs(d.Shelf, g.Pairs)
	if err != nil {
		return nil, err
	}
	m, err := g.material(d.Shelf, pairs)
	if err != nil {
		return nil, err
	}
	round, err := g.score(ctx, d, b, m)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(scoredOf(round, sketch.Numbers(b.Config, g.Sketch)))
	return stage.Files{"round.json": data}, err
}

// score computes the sketches and gathers them.
func (g Gradients) score(ctx context.Context, d *stage.Desk, b *bench.Bench, m material) (*sketch.Round, error) {
	switch {
	case g.Adam != nil:
		return g.asAdam(ctx, d, b, m)
	case g.Sketch.Kind == sketch.Exact:
		return g.exact(ctx, d, b, m, nil)
	}
	gatherer := g.gatherer(b.Config, m.language)
	if err := g.sketch(ctx, d, b, d.Own, m, gatherer); err != nil {
		return nil, err
	}
	return gatherer.Round(), nil
}

// gathering takes in sketches and makes a round of them.
type gathering interface {
	sums
	Round() *sketch.Round
}

// gatherer tells the parts of the weights apart where the round does.
func (g Gradients) gatherer(config model.Config, language []int) gathering {
	if g.Scope == "" {
		return sketch.NewGatherer(language, g.Languages, g.weights(), g.Seed, g.name())
	}
	return sketch.NewParted(sketch.NumbersOf(config, g.Sketch, g.Scope), language, g.Languages, g.weights(), g.Seed, g.name())
}

// Forecast counts the pairs and the sketches that are in memory together.
func (g Gradients) Forecast(size int, b *bench.Bench, l kind.Lengths) forecast.Stage {
	f := l.Pairs(size, g.Batch)
	if g.Sketch.Kind == sketch.Exact {
		f.Languages, f.Passes = len(g.Languages), 2
		return f
	}
	numbers := sketch.Numbers(b.Config, g.Sketch)
	f.Pairs, f.Numbers, f.Passes = size, stretch(b.SketchBytes, size, numbers), Passes(b.SketchBytes, size, numbers)
	return f
}
