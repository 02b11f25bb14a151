package cli

import (
	"congrad/harness/cli/shell"
	"congrad/harness/exit"
	"congrad/harness/forecast"
)

// planJSON prints a forecast as JSON. Where it does not fit into memory, the error says so, as without --json.
func (a *app) planJSON(arg string, x *expectation, f forecast.Forecast, t target) error {
	stages := []shell.Object{}
	for _, n := range f.Needs {
		bytes := shell.Object{}
		for _, part := range forecast.Parts {
			if n.Bytes[part] > 0 {
				bytes = append(bytes, shell.Field{Key: part, Value: int64(n.Bytes[part])})
			}
		}
		stages = append(stages, shell.Object{
			{Key: "kind", Value: n.Kind},
			{Key: "stages", Value: n.Stages},
			{Key: "tokens", Value: n.Tokens},
			{Key: "seconds", Value: n.Seconds},
			{Key: "bytes", Value: bytes},
			{Key: "total_bytes", Value: int64(n.Total())},
			{Key: "host_bytes", Value: int64(n.Host)},
			{Key: "device_bytes", Value: int64(n.Device)},
		})
	}
	all := shell.Object{
		{Key: "experiment", Value: x.experiment.Name},
		{Key: "model", Value: x.experiment.Model},
		{Key: "parameters", Value: x.model.Config.Parameters()},
		{Key: "precision", Value: x.experiment.Precision},
		{Key: "stages", Value: stages},
		{Key: "seconds", Value: f.Seconds()},
	}
	kind, peak := "", 0.0
	if len(f.Needs) > 0 {
		kind, peak = t.peak(f)
		all = append(all, shell.Field{Key: "peak_kind", Value: kind})
	}
	all = append(all, shell.Field{Key: "peak_bytes", Value: int64(peak)})
	if t.separate() {
		all = append(all, shell.Field{Key: "device_profile", Value: t.profile}, shell.Field{Key: "gpu_hours", Value: f.Seconds() / 3600})
	}
	if t.room > 0 {
		all = append(all, shell.Field{Key: "memory_bytes", Value: int64(t.room)}, shell.Field{Key: "fits", Value: peak <= t.room})
	}
	if err := a.JSON(all); err != nil {
		return err
	}
	if t.room > 0 && peak > t.room {
		return exit.With(exit.Other, t.tooMuch(arg, peak))
	}
	return nil
}
