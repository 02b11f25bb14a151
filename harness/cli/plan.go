package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/model"
	"congrad/harness/open"
	"congrad/harness/run"
	"congrad/harness/stage"
	"congrad/harness/suggest"
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
	profile           string // of a device in place of this machine
	answer            int    // tokens in the mean; 0 for the reference answers'
}

func (a *app) planCommand() *cobra.Command {
	var o planning
	c := &cobra.Command{
		Use:   "plan EXPERIMENT",
		Short: "Estimate the memory and time of an experiment before it runs",
		Long: "Computes memory and time of every kind of stage from the experiment, the model's configuration and the prompts.\n" +
			"Reads no weights and compiles nothing of the experiment. The formulas were fitted to measurements with XLA on a CPU. The\n" +
			"speed of the device is given, or measured (a few seconds) and kept for the next time.\n" +
			"The exit code is 1 if the experiment does not fit into memory. The models that shipped experiments name need not be downloaded.\n" +
			"With --detect it says instead how many seeds and prompts a difference of that size takes, from the variances of an earlier run.",
		Example: "  congrad plan tiny\n  congrad plan tiny --detect 0.01\n  congrad plan llama3-8b --device-profile h100 --answer-tokens 200\n  congrad plan mine.toml --set batch.recompute=true --memory 24GiB --gflops 200",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			positive := func(x float64) bool { return x > 0 && !math.IsInf(x, 0) }
			if c.Flags().Changed("gflops") && !positive(o.gflops) || !positive(o.bandwidth) {
				return exit.With(exit.Config, fmt.Errorf("--gflops %g, --bandwidth %g: want positive numbers", o.gflops, o.bandwidth))
			}
			if o.profile != "" && o.profile != thisMachine && !slices.Contains(forecast.ProfileNames(), o.profile) {
				known := append(forecast.ProfileNames(), thisMachine)
				return exit.With(exit.Config, fmt.Errorf("--device-profile %s: want one of %s%s", o.profile, strings.Join(known, ", "), suggest.DidYouMean(o.profile, known)))
			}
			if c.Flags().Changed("answer-tokens") && o.answer < 1 {
				return exit.With(exit.Config, fmt.Errorf("--answer-tokens %d: want at least 1", o.answer))
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
	c.Flags().StringVar(&o.profile, "device-profile", "", "device to forecast for: "+strings.Join(forecast.ProfileNames(), ", ")+", or cpu for this machine (default)")
	c.Flags().IntVar(&o.answer, "answer-tokens", 0, "tokens of an answer on average (default those of the reference answers, else generate.max_tokens)")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON: bytes, tokens and seconds of every kind of stage")
	a.WideFlag(c)
	c.Flags().Float64Var(&o.bandwidth, "bandwidth", forecast.DefaultBandwidth/1e9, "memory bandwidth of the device [GB/s]")
	return c
}

func (a *app) plan(ctx context.Context, arg string, o planning) error {
	debug.SetGCPercent(400) // takes much memory for a moment and ends soon
	debug.SetMemoryLimit(1 << 30)
	o.Shape = true
	if _, err := o.given(); err != nil {
		return err
	}
	x, err := a.expect(arg, o)
	if err != nil {
		return err
	}
	t, err := a.target(ctx, x, o)
	if err != nil {
		return err
	}
	f := x.forecast(t.speed)
	if o.json {
		return a.planJSON(arg, x, f, t)
	}
	if len(f.Needs) == 0 {
		_, err := fmt.Fprintf(a.Out, "%s: nothing to run\n", arg)
		return err
	}
	fmt.Fprint(a.Out, x.String())
	tables := []table.Table{memoryTable(f), timeTable(f, t)}
	if t.separate() || x.absent {
		tables = append(tables, x.devices())
	}
	for _, t := range tables {
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
	return a.fits(arg, o, x, f, t)
}

// expectation is what a forecast is made of.
type expectation struct {
	experiment *config.Experiment
	absent     bool // the model is not on this machine
	bench      *bench.Bench
	model      forecast.Model
	lengths    kind.Lengths
	given      bool // the length of answers
	stages     []forecast.Stage
	planned    []*stage.Stage
}

func (x *expectation) forecast(s forecast.Speed) forecast.Forecast {
	return forecast.Of(x.model, x.stages, s)
}

// expect plans an experiment without a device and without weights.
func (a *app) expect(arg string, o planning) (*expectation, error) {
	e, s, err := a.experiment(arg, o.Options)
	if err != nil {
		return nil, err
	}
	absent := open.Absent(e.Model)
	base, chat, err := open.Shape(e.Model, e.Chat)
	if err != nil {
		return nil, err
	}
	b, err := material(e, s)
	if err != nil {
		return nil, exit.With(exit.Data, err)
	}
	b.Base, b.Chat = base, chat
	b.Base.Weights = model.New(model.Config{}, 0) // a plan needs the weights' hash, to tell them from others
	for i := range e.Bases {
		b.Others = append(b.Others, &model.Folder{Config: base.Config, Tokenizer: base.Tokenizer, Weights: model.New(model.Config{Vocab: 1, Hidden: i + 1}, 0)})
	}
	x, err := expectOn(b, e, s, o)
	if err == nil {
		x.absent = absent
	}
	return x, err
}

// changed is the expectation with a further change of settings, which leave the model and the data as they are.
func (a *app) changed(x *expectation, arg string, o planning, sets []string) (*expectation, error) {
	o.Sets = append(slices.Clone(o.Sets), sets...)
	e, s, err := a.experiment(arg, o.Options)
	if err != nil {
		return nil, err
	}
	b := &bench.Bench{
		Source: x.bench.Source, Pairs: x.bench.Pairs, Items: x.bench.Items, Exams: x.bench.Exams, Answers: x.bench.Answers,
		World: x.bench.World, Recipe: x.bench.Recipe, Base: x.bench.Base, Others: x.bench.Others, Chat: x.bench.Chat,
	}
	return expectOn(b, e, s, o)
}

// expectOn plans an experiment on a bench without a device.
func expectOn(b *bench.Bench, e *config.Experiment, s *open.Surroundings, o planning) (*expectation, error) {
	b.Config = adapted(e, b.Base.Config)
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
	x := &expectation{experiment: e, bench: b, model: run.Model(e, b), planned: run.Union(plans), given: o.answer > 0}
	var err error
	x.stages, x.lengths, err = run.Forecast(plans, b, o.answer)
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
	because := "the reference answers'"
	switch {
	case x.given:
		because = "--answer-tokens"
	case !l.Known:
		because = "all are cut"
	}
	fmt.Fprintf(&b, "\nassumed: prompts of %.0f tokens on average and %d at most (counted on %d); answers of %.0f (%s) and\n"+
		"%d at most (generate.max_tokens); every prompt yields a pair\n", l.Prompt, l.Longest, l.Prompts, l.Answer, because, e.Generate.MaxTokens)
	if x.absent {
		b.WriteString("the model is not on this machine: its shape comes with the program, and the embedded tokenizer counts in place of its own\n")
	}
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

// timeTable has the kinds of stages as rows. Where the device has a memory of its own, its peak stands beside the program's.
func timeTable(f forecast.Forecast, at target) table.Table {
	t := table.Table{Title: "Work and time", Columns: []table.Column{
		{Name: "stages"}, {Name: "number", Number: true}, {Name: "tokens", Number: true}, {Name: "time", Number: true},
	}}
	if at.separate() {
		t.Title = "Work, time and memory on " + at.title
		t.Columns = append(t.Columns, table.Column{Name: "host GB", Number: true}, table.Column{Name: "device GB", Number: true})
	}
	row := func(last bool, name string, stages, tokens int, seconds, host, device float64) {
		cells := []table.Cell{table.Text(name), table.Count(stages), table.Count(tokens), table.Text(duration(seconds))}
		if at.separate() {
			cells = append(cells, gigabytes(host), gigabytes(device))
		}
		t.Rows = append(t.Rows, table.Row{Break: last, Cells: cells})
	}
	stages, tokens := 0, 0
	for _, n := range f.Needs {
		stages, tokens = stages+n.Stages, tokens+n.Tokens
		row(false, n.Kind, n.Stages, n.Tokens, n.Seconds, n.Host, n.Device)
	}
	row(true, "total", stages, tokens, f.Seconds(), f.PeakHost().Host, f.PeakDevice().Device)
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

// gb is an amount of memory in words.
func gb(bytes float64) string {
	if bytes < 0.1e9 {
		return fmt.Sprintf("%.1f MB", bytes/1e6)
	}
	return fmt.Sprintf("%.1f GB", bytes/1e9)
}
