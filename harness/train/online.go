package train

import (
	"errors"
	"fmt"

	"congrad/harness/nn"
	"congrad/harness/sketch"
)

// Online is ConGrad's filter as it goes along with training: at every step the batch's pairs are sketched at the weights that
// the step starts from, and the consensus that stands says which of them it is taken on.
type Online struct {
	State    *sketch.Online
	Verdicts []sketch.Verdict // [pairs] of the last time that each was met

	engine   *nn.Engine
	pairs    []Pair
	settings Settings
	layout   Layout
	sketcher *nn.Sketcher
	subspace int // of the sketcher
}

// NewOnline filters batches of pairs from a state on.
func NewOnline(e *nn.Engine, state *sketch.Online, verdicts []sketch.Verdict, pairs []Pair, s Settings) *Online {
	if verdicts == nil {
		verdicts = make([]sketch.Verdict, len(pairs))
	}
	layout := ByItself(Units(pairs), min(s.BatchPairs, len(pairs)), s.Tokens)
	return &Online{State: state, Verdicts: verdicts, engine: e, pairs: pairs, settings: s, layout: layout}
}

// Filter sketches a batch and returns the pairs to train on.
func (o *Online) Filter(w *nn.Weights, batch []int) (kept []int, err error) {
	if o.sketcher == nil || o.subspace != o.State.Subspace() {
		o.Free()
		if o.sketcher, err = o.engine.NewSketcher(o.State.Projections); err != nil {
			return nil, err
		}
		o.subspace = o.State.Subspace()
	}
	pairs := pick(o.pairs, batch)
	sketches, err := o.sketches(w, pairs)
	if err != nil {
		return nil, err
	}
	language := make([]int, len(pairs))
	for i, p := range pairs {
		language[i] = p.Language
	}
	verdicts, err := o.State.Meet(sketches, language)
	if errors.Is(err, sketch.ErrNotFinite) {
		return nil, fmt.Errorf("%w: %w; try a lower learning rate (train.learning_rate)", ErrNumerical, err)
	}
	if err != nil {
		return nil, err
	}
	for k, i := range batch {
		if o.Verdicts[i] = verdicts[k]; verdicts[k].Kept {
			kept = append(kept, i)
		}
	}
	return kept, nil
}

// sketches are those of the pairs' gradients [pairs, numbers] at w.
func (o *Online) sketches(w *nn.Weights, pairs []Pair) ([][]float32, error) {
	units, list := Units(pairs), make([][]float32, len(pairs))
	for _, block := range o.layout.Cut(units, all(len(units))) {
		target := nn.Preference{Loss: o.settings.Loss}
		for _, i := range block.Units {
			target.Reference = append(target.Reference, pairs[i].Reference)
		}
		batch, err := block.Batch(units)
		if err != nil {
			return nil, err
		}
		sketches, err := o.sketcher.Gradients(w, batch, target)
		if err != nil {
			return nil, err
		}
		for k, i := range block.Units {
			list[i] = sketches[k]
		}
	}
	return list, nil
}

// Free releases the device's memory.
func (o *Online) Free() {
	if o.sketcher != nil {
		o.sketcher.Free()
	}
}
