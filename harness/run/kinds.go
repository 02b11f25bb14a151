package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/device"
	"congrad/harness/kind"
	"congrad/harness/kind/evaluation"
	"congrad/harness/kind/filtering"
	"congrad/harness/kind/sampling"
	"congrad/harness/kind/training"
	"congrad/harness/stage"
)

// Kinds is the table of the kinds of stages, in the order in which a model meets them.
var Kinds = []kind.Row{
	kind.Of[sampling.Base](),
	kind.Of[training.Further](),
	kind.Of[sampling.Generate](),
	kind.Of[sampling.Judge](),
	kind.Of[sampling.Pairs](),
	kind.Of[sampling.Given](),
	kind.Of[sampling.Within](),
	kind.Of[filtering.Reference](),
	kind.Of[filtering.Unprompted](),
	kind.Of[filtering.HeldBack](),
	kind.Of[filtering.Gradients](),
	kind.Of[filtering.Select](),
	kind.Of[filtering.Random](),
	kind.Of[filtering.Fidelity](),
	kind.Of[filtering.Influence](),
	kind.Of[training.Train](),
	kind.Of[training.Rate](),
	kind.Of[training.Target](),
	kind.Of[training.Retrain](),
	kind.Of[evaluation.Given](),
	kind.Of[evaluation.Answer](),
	kind.Of[evaluation.Sampled](),
	kind.Of[evaluation.Compare](),
	kind.Of[evaluation.Drift](),
	kind.Of[evaluation.Choices](),
	kind.Of[evaluation.Replies](),
	kind.Of[evaluation.Passages](),
}

// findKind returns the row of a kind and its place in the table.
func findKind(name string) (kind.Row, int, error) {
	for i, row := range Kinds {
		if row.Name == name {
			return row, i, nil
		}
	}
	return kind.Row{}, 0, fmt.Errorf("there is no kind of stage %q", name)
}

// stageOf is a kind's work as a stage. device is what computes, for the kinds that it computes.
func stageOf(w kind.Work, device string) (*stage.Stage, error) {
	k := w.Kind()
	if _, _, err := findKind(k.Name); err != nil { // no other process could do it
		return nil, err
	}
	if !w.OnDevice() {
		device = ""
	}
	s, err := stage.New(k.Name, k.Version, w, device, w.Inputs())
	if err == nil {
		s.Label = w.Title()
	}
	return s, err
}

// workOf is a stage as its kind sees it.
func workOf(s *stage.Stage) (kind.Work, error) {
	row, _, err := findKind(s.Kind)
	if err != nil {
		return nil, err
	}
	if row.Version != s.Version {
		return nil, fmt.Errorf("%s was planned with version %d of %s, but this congrad has version %d (congrad run makes a new plan)", s.Label, s.Version, s.Kind, row.Version)
	}
	return row.Decode(s.Settings)
}

// Workshop has the stages of an experiment done on a bench.
func Workshop(b *bench.Bench, e *config.Experiment) func(context.Context, *stage.Stage, *stage.Desk) (stage.Files, error) {
	furnish(b, e)
	return func(ctx context.Context, s *stage.Stage, d *stage.Desk) (stage.Files, error) { return do(ctx, s, d, b) }
}

func do(ctx context.Context, s *stage.Stage, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	w, err := workOf(s)
	if err != nil {
		return nil, err
	}
	if note := device.OtherThreads(s.Device, b.Device); w.OnDevice() && note != "" {
		return nil, errors.New("it was " + note)
	}
	if w.OnDevice() && s.Device != b.Device {
		return nil, fmt.Errorf("it was planned for the device %q, but this process has %q (--device, or congrad run makes a new plan)", s.Device, b.Device)
	}
	d.SaveEvery = b.SaveEvery
	return w.Do(ctx, d, b)
}

// furnish tells a bench what an experiment lets stages take; it makes no difference to their results.
func furnish(b *bench.Bench, e *config.Experiment) {
	b.SketchBytes = 1e6 * e.Batch.SketchMB
	b.SaveEvery = time.Duration(e.Batch.SaveSeconds * float64(time.Second))
	b.Server.Limits = evaluation.LimitsOf(e.Evaluate.Endpoint)
}
