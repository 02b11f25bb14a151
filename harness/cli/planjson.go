package cli

import (
	"fmt"

	"congrad/harness/cli/shell"
	"congrad/harness/exit"
	"congrad/harness/forecast"
)

// planJSON prints a forecast as JSON. Where it does not fit into memory, the error says so, as without --json.
func (a *app) planJSON(arg string, x *expectation, f forecast.Forecast, room float64) error {
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
	peak := 0.0
	if len(f.Needs) > 0 {
		peak = f.Peak().Total()
		all = append(all, shell.Field{Key: "peak_kind", Value: f.Peak().Kind})
	}
	all = append(all, shell.Field{Key: "peak_bytes", Value: int64(peak)})
	if room > 0 {
		all = append(all, shell.Field{Key: "memory_bytes", Value: int64(room)}, shell.Field{Key: "fits", Value: peak <= room})
	}
	if err := a.JSON(all); err != nil {
		return err
	}
	if room > 0 && peak > room {
		return exit.With(exit.Other, fmt.Errorf("%s needs %s of memory, there are %s (--memory); the run would fail", arg, gb(peak), gb(room)))
	}
	return nil
}
