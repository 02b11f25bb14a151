package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"congrad/harness/cli/machine"
	"congrad/harness/cli/shell"
	"congrad/harness/cli/tool"
	"congrad/harness/config"
	"congrad/harness/device"
	"congrad/harness/exit"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/model"
	"congrad/harness/open"
	"congrad/harness/run"
	"congrad/harness/stage"
	"congrad/results/table"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
)

// planning are the flags of plan.
type planning struct {
	open.Options
	memory            string
	gflops, bandwidth float64
	detect            float64
	from              string
	json              bool
}

func (a *app) planCommand() *cobra.Command {
	var o planning
	c := &cobra.Command{
		Use:   "plan EXPERIMENT",
		Short: "Estimate the memory and time of an experiment before it runs",
		Long: "Computes memory and time of every kind of stage from the experiment, the model's configuration and the prompts.\n" +
			"Reads no weights and compiles nothing of the experiment. The formulas were fitted to measurements with XLA on a CPU. The\n" +
			"speed of the device is given, or measured (a few seconds) and kept for the next time.\n" +
			"The exit code is 1 if the experiment does not fit into memory.\n" +
			"With --detect it says instead how many seeds and prompts a difference of that size takes, from the variances of an earlier run.",
		Example: "  congrad plan tiny\n  congrad plan tiny --detect 0.01\n  congrad plan mine.toml --set batch.recompute=true --memory 24GiB --gflops 200",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			positive := func(x float64) bool { return x > 0 && !math.IsInf(x, 0) }
			if c.Flags().Changed("gflops") && !positive(o.gflops) || !positive(o.bandwidth) {
				return exit.With(exit.Config, fmt.Errorf("--gflops %g, --bandwidth %g: want positive numbers", o.gflops, o.bandwidth))
			}
			if c.Flags().Changed("detect") {
				return a.sizes(args[0], o)
			}
			if o.json && c.Flags().Changed("detect") {
				return exit.With(exit.Config, errors.New("--json is for the forecast, not for --detect"))
			}
			if o.from != "" {
				return exit.With(exit.Config, errors.New("--from is read by --detect only"))
			}
			return a.plan(c.Context(), args[0], o)
		},
	}
	experimentFlags(c, &o.Options)
	c.Flags().StringVar(&o.memory, "memory", "", "available memory, as in 24GiB (default that of this machine)")
	c.Flags().Float64Var(&o.gflops, "gflops", 0, "compute speed of the device [GFLOP/s]; measured once and kept if not given")
	c.Flags().Float64Var(&o.detect, "detect", 0, "difference between two arms that is to be detected, such as 0.01")
	c.Flags().StringVar(&o.from, "from", "", "--detect: earlier run whose records tell how much seeds and prompts differ (default that of the experiment)")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON: bytes, tokens and seconds of every kind of stage")
	a.WideFlag(c)
	c.Flags().Float64Var(&o.bandwidth, "bandwidth", forecast.DefaultBandwidth/1e9, "memory bandwidth of the device [GB/s]")
	return c
}

func (a *app) plan(ctx context.Context, arg string, o planning) error {
	debug.SetGCPercent(400) // takes much memory for a moment and ends soon
	debug.SetMemoryLimit(1 << 30)
	room, err := o.room()
	if err != nil {
		return err
	}
	x, err := a.expect(arg, o.Options)
	if err != nil {
		return err
	}
	speed, err := a.speed(ctx, o)
	if err != nil {
		return err
	}
	f := x.forecast(speed)
	if o.json {
		return a.planJSON(arg, x, f, room)
	}
	if len(f.Needs) == 0 {
		_, err := fmt.Fprintf(a.Out, "%s: nothing to run\n", arg)
		return err
	}
	fmt.Fprint(a.Out, x.String())
	for _, t := range []table.Table{memoryTable(f), timeTable(f)} {
		text, err := t.Plain()
		if err != nil {
			return err
		}
		if err := a.Table("\n" + string(text)); err != nil {
			return err
		}
	}
	if err := a.printRequests(x.experiment, x.planned); err != nil {
		return err
	}
	return a.fits(arg, o, x, f, speed, room)
}

// room is how much memory there is [bytes]; 0 if nobody knows.
func (o planning) room() (float64, error) {
	if o.memory == "" {
		return machine.MemoryBytes(), nil // 0 where nobody knows; --memory tells
	}
	bytes, err := humanize.ParseBytes(o.memory)
	if unit := strings.Trim(o.memory, "0123456789., "); err != nil || bytes == 0 || unit == "" {
		return 0, exit.With(exit.Config, fmt.Errorf("--memory %s: want an amount with its unit, such as 24GiB or 16GB", o.memory))
	}
	return float64(bytes), nil
}

// speed is that of the device: given, or measured as doctor does, now or earlier.
func (a *app) speed(ctx context.Context, o planning) (forecast.Speed, error) {
	s := forecast.Speed{Single: 1e9 * o.gflops, Half: 1e9 * o.gflops, Memory: 1e9 * o.bandwidth}
	if o.gflops > 0 {
		return s, nil
	}
	choice := a.Device
	if choice == shell.DefaultDevice {
		if _, err := device.Installed(); err != nil {
			choice = "go"
		}
	}
	measured, kept := tool.Kept(choice)
	if kept {
		fmt.Fprintln(a.Err, measured)
	} else {
		fmt.Fprintln(a.Err, "measuring the speed of matrix products (--gflops N skips this)")
		var err error
		if measured, err = tool.Probe(ctx, choice); err != nil {
			return s, exit.With(exit.Backend, fmt.Errorf("%s: %w", choice, err))
		}
	}
	if note := measured.ThreadsNote(); note != "" {
		fmt.Fprintf(a.Err, "threads of XLA: %s\n", note)
	}
	s.Single, s.Half = 1e9*measured.Single, 1e9*measured.Half
	return s, nil
}

// expectation is what a forecast is made of.
type expectation struct {
	experiment *config.Experiment
	model      forecast.Model
	lengths    kind.Lengths
	stages     []forecast.Stage
	planned    []*stage.Stage
}

func (x *expectation) forecast(s forecast.Speed) forecast.Forecast {
	return forecast.Of(x.model, x.stages, s)
}

// expect plans an experiment without a device and without weights.
func (a *app) expect(arg string, o open.Options) (*expectation, error) {
	e, s, err := a.experiment(arg, o)
	if err != nil {
		return nil, err
	}
	base, chat, err := open.Shape(e.Model, e.Chat)
	if err != nil {
		return nil, err
	}
	b, err := material(e, s)
	if err != nil {
		return nil, exit.With(exit.Data, err)
	}
	b.Base, b.Chat, b.Config = base, chat, adapted(e, base.Config)
	b.Base.Weights = model.New(model.Config{}, 0) // a plan needs the weights' hash, to tell them from others
	for i := range e.Bases {
		b.Others = append(b.Others, &model.Folder{Config: base.Config, Tokenizer: base.Tokenizer, Weights: model.New(model.Config{Vocab: 1, Hidden: i + 1}, 0)})
	}
	experiments := []*config.Experiment{e}
	if e.Grid != nil {
		experiments = nil
		for _, cell := range e.Grid.Cells {
			experiments = append(experiments, cell.Experiment)
		}
	}
	var plans []*run.Plan
	for _, e := range experiments {
		p, err := run.NewPlan(e, b, s.Tasks)
		if err != nil {
			return nil, exit.With(exit.Config, err)
		}
		plans = append(plans, p)
	}
	x := &expectation{experiment: e, model: run.Model(e, b), planned: run.Union(plans)}
	x.stages, x.lengths, err = run.Forecast(plans, b)
	return x, exit.With(exit.Data, err)
}

// String says what was assumed.
func (x *expectation) String() string {
	c, l, e := x.model.Config, x.lengths, x.experiment
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s: %d blocks, width %d, %s numbers trained", e.Name, e.Model, c.Layers, c.Hidden, humanize.SIWithDigits(float64(c.Parameters()), 1, ""))
	if c.LoRA.Rank > 0 {
		fmt.Fprintf(&b, " (adapters of rank %d)", c.LoRA.Rank)
	}
	fmt.Fprintf(&b, ", %s", e.Precision)
	if e.Batch.Recompute {
		b.WriteString(", activations recomputed")
	}
	fmt.Fprintf(&b, "\nassumed: prompts of %.0f tokens on average and %d at most (counted on %d); answers of %.0f (the reference answers') and\n"+
		"%d at most (generate.max_tokens); every prompt yields a pair\n", l.Prompt, l.Longest, l.Prompts, l.Answer, e.Generate.MaxTokens)
	return b.String()
}

// gigabytes is a cell of memory.
func gigabytes(bytes float64) table.Cell { return table.Number(bytes/1e9, 2) }

// memoryTable has the kinds of stages as columns.
func memoryTable(f forecast.Forecast) table.Table {
	t := table.Table{Title: "Peak memory [GB]", Columns: []table.Column{{Name: "what"}}}
	for _, n := range f.Needs {
		t.Columns = append(t.Columns, table.Column{Name: n.Kind, Number: true})
	}
	row := func(name string, of func(n forecast.Need) float64) {
		r := table.Row{Cells: []table.Cell{table.Text(name)}}
		for _, n := range f.Needs {
			r.Cells = append(r.Cells, gigabytes(of(n)))
		}
		t.Rows = append(t.Rows, r)
	}
	for _, part := range forecast.Parts {
		if slices.ContainsFunc(f.Needs, func(n forecast.Need) bool { return n.Bytes[part] > 0 }) {
			row(part, func(n forecast.Need) float64 { return n.Bytes[part] })
		}
	}
	row("total", forecast.Need.Total)
	t.Rows[len(t.Rows)-1].Break = true
	return t
}

// timeTable has the kinds of stages as rows.
func timeTable(f forecast.Forecast) table.Table {
	t := table.Table{Title: "Work and time", Columns: []table.Column{
		{Name: "stages"}, {Name: "number", Number: true}, {Name: "tokens", Number: true}, {Name: "time", Number: true},
	}}
	stages, tokens := 0, 0
	for _, n := range f.Needs {
		stages, tokens = stages+n.Stages, tokens+n.Tokens
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(n.Kind), table.Count(n.Stages), table.Count(n.Tokens), table.Text(duration(n.Seconds))}})
	}
	t.Rows = append(t.Rows, table.Row{Break: true, Cells: []table.Cell{table.Text("total"), table.Count(stages), table.Count(tokens), table.Text(duration(f.Seconds()))}})
	return t
}

// duration is a time in two digits or three: nobody should read more out of a forecast.
func duration(seconds float64) string {
	switch {
	case seconds < 100:
		return fmt.Sprintf("%.0f s", seconds)
	case seconds < 100*60:
		return fmt.Sprintf("%.0f min", seconds/60)
	}
	return fmt.Sprintf("%.0f h", seconds/time.Hour.Seconds())
}

// remedies are settings that need less memory, each tried alone.
func remedies(e *config.Experiment) []string {
	var list []string
	if !e.Batch.Recompute {
		list = append(list, "batch.recompute=true")
	}
	if e.LoRA.Rank == 0 {
		list = append(list, "lora.rank=16")
	}
	if e.Precision != "bfloat16" {
		list = append(list, `precision="bfloat16"`)
	}
	for _, half := range []struct {
		key string
		now int
	}{{"batch.tokens", e.Batch.Tokens}, {"batch.rows", e.Batch.Rows}, {"batch.sketch_mb", e.Batch.SketchMB}} {
		list = append(list, half.key+"="+strconv.Itoa(max(1, half.now/2)))
	}
	return list
}

// fits says which stage needs most and whether that is there, and if not, what would help.
func (a *app) fits(arg string, o planning, x *expectation, f forecast.Forecast, s forecast.Speed, room float64) error {
	peak := f.Peak()
	fmt.Fprintf(a.Out, "\npeak: %s, %s", peak.Kind, gb(peak.Total()))
	tooMuch := fmt.Errorf("%s needs %s of memory, there are %s (--memory); the run would fail", arg, gb(peak.Total()), gb(room))
	switch {
	case room == 0:
		_, err := fmt.Fprintln(a.Out, "; available memory unknown (pass --memory)")
		return err
	case peak.Total() <= room:
		_, err := fmt.Fprintf(a.Out, " of %s: it fits\n", gb(room))
		return err
	}
	fmt.Fprintf(a.Out, " of %s: it does not fit\n", gb(room))
	rows := [][]string{{"setting", "saves", "peak", "time"}}
	for _, set := range remedies(x.experiment) {
		changed := o.Options
		changed.Sets = append(slices.Clone(o.Sets), set)
		y, err := a.expect(arg, changed)
		if err != nil {
			continue // not every setting goes with every experiment
		}
		g := y.forecast(s)
		saved := peak.Total() - g.Peak().Total()
		if saved < 0.005*peak.Total() {
			continue
		}
		rows = append(rows, []string{"--set " + set, fmt.Sprintf("%.1f GB", saved/1e9), fmt.Sprintf("%.1f GB, %s", g.Peak().Total()/1e9, verdict(g, room)), "x" + strconv.FormatFloat(math.Round(10*g.Seconds()/f.Seconds())/10, 'f', -1, 64)})
	}
	if len(rows) == 1 {
		fmt.Fprintln(a.Out, "no setting helps; use a smaller model")
		return tooMuch
	}
	fmt.Fprintln(a.Out, "each of these settings saves memory:")
	if err := a.Columns(rows, true); err != nil {
		return err
	}
	return tooMuch
}

// gb is an amount of memory in words.
func gb(bytes float64) string {
	if bytes < 0.1e9 {
		return fmt.Sprintf("%.1f MB", bytes/1e6)
	}
	return fmt.Sprintf("%.1f GB", bytes/1e9)
}

func verdict(f forecast.Forecast, room float64) string {
	if f.Peak().Total() <= room {
		return "fits"
	}
	return "not enough"
}
