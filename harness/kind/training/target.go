package training

import (
	"context"
	"fmt"

	"congrad/harness/bench"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/stage"
)

// Target measures the drift of a policy that others are to match.
type Target struct {
	Policy bench.Policy
	Probe  kind.Probe
	kind.Device
	kind.Unrecorded
	kind.Tokenless
}

// Kind of the stage.
func (Target) Kind() kind.Kind {
	return kind.Kind{Name: "target", Version: 1, Title: "drift to match"}
}

// Title says what the stage does.
func (Target) Title() string { return "drift to match" }

// Inputs are both policies.
func (x Target) Inputs() []stage.Ref { return []stage.Ref{x.Policy.Stage, x.Probe.Start.Stage} }

// Do leaves target.jsonl: one number, in nats per token.
func (x Target) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	w, release, err := b.Policy(d.Shelf, x.Policy)
	if err != nil {
		return nil, err
	}
	defer release()
	start, release, err := b.Policy(d.Shelf, x.Probe.Start)
	if err != nil {
		return nil, err
	}
	defer release()
	drift, err := x.Probe.Drift(ctx, b, w, start)
	if err != nil {
		return nil, err
	}
	return stage.Output("target", []float64{drift})
}

// readTarget reads what a target stage left.
func readTarget(s stage.Shelf, of stage.Ref) (float64, error) {
	list, err := stage.Lines[float64](s, of, "target")
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("stage %s: %d drifts to match, want one", of.Short(), len(list))
	}
	if err != nil {
		return 0, err
	}
	return list[0], nil
}

// Forecast counts answers, one to each prompt.
func (x Target) Forecast(size int, _ *bench.Bench, l kind.Lengths) forecast.Stage {
	return l.Decodes(size, 1, x.Probe.Rows)
}
