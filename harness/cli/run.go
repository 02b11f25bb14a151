package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"congrad/harness/cli/progress"
	"congrad/harness/cli/shell"
	"congrad/harness/config"
	"congrad/harness/disk"
	"congrad/harness/exit"
	"congrad/harness/open"
	"congrad/harness/record"
	"congrad/harness/run"
	"congrad/harness/stage"
	"congrad/harness/store"
	"congrad/results"

	"github.com/spf13/cobra"
)

func (a *app) runCommand() *cobra.Command {
	var o open.Options
	var how manner
	c := &cobra.Command{
		Use:   "run EXPERIMENT",
		Short: "Run or continue an experiment and write its report",
		Long: "Runs every arm of an experiment (a file, or the name of a shipped one) and writes records, tables, figures\n" +
			"and a report under runs/. Stages whose results are in the store are not run again: a finished experiment does\n" +
			"no work, a stopped one continues where it stopped.",
		Example: "  congrad run tiny\n  congrad run tiny --limit 8 --seeds 1\n  congrad run tiny --set train.epochs=2\n" +
			"  congrad run tiny --sweep arms.congrad.keep.share=0.1,0.3,0.5",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(how.sweeps) > 0 {
				return a.sweep(c.Context(), args[0], o, how)
			}
			return a.run(c.Context(), args[0], o, how)
		},
	}
	experimentFlags(c, &o)
	nameFlag(c, &o)
	how.flags(c)
	a.WideFlag(c)
	return c
}

// manner is how much of an experiment a call does, and how.
type manner struct {
	jobs         int // stages at a time; 0 for what suits the device
	dry, prepare bool
	wait         bool // for other processes
	sweeps       []string
	tags         []string
	note         string
}

// label gives a manifest the tags and the note of the call, else those that the run had before; changed says whether they are others.
func (m manner) label(now *run.Manifest, before run.Manifest) (changed bool) {
	now.Tags, now.Note = before.Tags, before.Note
	if len(m.tags) > 0 {
		now.Tags = m.tags
	}
	if m.note != "" {
		now.Note = m.note
	}
	return now.Note != before.Note || !slices.Equal(now.Tags, before.Tags)
}

// waitFlag is the help of --wait.
const waitFlag = "wait for other processes that are at work in this folder or at the same stages"

func (m *manner) flags(c *cobra.Command) {
	c.Flags().IntVar(&m.jobs, "jobs", 0, "stages that run at a time if memory allows (default depends on the device); results do not depend on it")
	c.Flags().BoolVar(&m.dry, "dry-run", false, "print the stages and which of them are done, and stop")
	c.Flags().BoolVar(&m.prepare, "prepare", false, "write the plan, print it, and stop; congrad stage runs its stages")
	c.Flags().BoolVar(&m.wait, "wait", false, waitFlag)
	c.Flags().StringArrayVar(&m.sweeps, "sweep", nil, "run once for each of several values of a key, as in --sweep train.epochs=1,2,3 (repeatable: all combinations)")
	c.Flags().StringArrayVar(&m.tags, "tag", nil, "a word for the run in congrad ls runs (repeatable)")
	c.Flags().StringVar(&m.note, "note", "", "a sentence for the run in congrad ls runs")
	check := c.PreRunE
	c.PreRunE = func(c *cobra.Command, args []string) error {
		switch {
		case c.Flags().Changed("jobs") && m.jobs < 1:
			return exit.With(exit.Config, fmt.Errorf("--jobs %d: want at least 1 stage", m.jobs))
		case m.dry && m.prepare:
			return exit.With(exit.Config, errors.New("--dry-run writes nothing and --prepare writes the plan: give only one of them"))
		}
		return check(c, args)
	}
}

// experimentFlags are the flags that change an experiment. An explicitly empty --limit or --seeds is an error: taken as absent, it
// would run the whole study.
func experimentFlags(c *cobra.Command, o *open.Options) {
	c.PreRunE = func(*cobra.Command, []string) error {
		switch {
		case c.Flags().Changed("limit") && o.Limit < 1:
			return exit.With(exit.Config, fmt.Errorf("--limit %d: want at least 1 prompt per language", o.Limit))
		case c.Flags().Changed("seeds") && strings.TrimSpace(o.Seeds) == "":
			return exit.With(exit.Config, fmt.Errorf("--seeds %q: want whole numbers, 0 or more, as in --seeds 1,2", o.Seeds))
		}
		return nil
	}

	c.Flags().StringArrayVar(&o.Sets, "set", nil, "override a key of the experiment, as in --set train.epochs=2 (repeatable)")
	c.Flags().IntVar(&o.Limit, "limit", 0, "at most this many prompts and task items per language; the results are marked partial")
	c.Flags().StringVar(&o.Seeds, "seeds", "", "run only these seeds, as in --seeds 1,2")
}

// nameFlag is the flag of what reads or writes the run's folder.
func nameFlag(c *cobra.Command, o *open.Options) {
	c.Flags().StringVar(&o.Name, "name", "", "name of the run and its folder (default the experiment's name with what --set, --limit and --seeds change)")
}

func (a *app) run(ctx context.Context, arg string, o open.Options, how manner) error {
	if err := a.checkRuns(); err != nil {
		return err
	}
	e, s, err := a.experiment(arg, o)
	if err != nil {
		return err
	}
	if !how.dry && !how.prepare && e.Grid == nil {
		if done, err := a.finished(e, s, how); done || err != nil {
			return err
		}
	}
	w, err := a.setUp(e, s, func() (*store.Store, error) {
		if how.dry {
			return a.reading()
		}
		return a.opening(ctx, how.wait, store.Open)
	})
	if err != nil {
		return err
	}
	defer w.store.Close()
	w.wait, w.bench.AtOnce = how.wait, how.atOnce(w.info)
	a.noteThreads(a.folder(e), w)
	again := a.again(arg, o)
	if e.Grid != nil {
		return a.runGrid(ctx, e, s, w, again, how)
	}
	plan, err := run.NewPlan(e, w.bench, s.Tasks)
	if err != nil {
		return exit.With(exit.Config, err)
	}
	if how.dry {
		return a.printPlan(e, plan.Stages, w.store)
	}
	if err := plan.Reckon(w.bench); err != nil {
		return exit.With(exit.Data, err)
	}
	started := time.Now()
	release, err := a.holdRun(ctx, e, w)
	if err != nil {
		return err
	}
	defer release()
	place, err := a.place(a.folder(e), plan.Identity())
	if err != nil {
		return err
	}
	out, err := place.Folder.Writer()
	if err != nil {
		return exit.With(exit.Data, err)
	}
	if err := w.tend(place.Final, plan.Stages, a.Err); err != nil {
		return err
	}
	if how.prepare {
		return errors.Join(out.Prepare(plan), a.printPlan(e, plan.Stages, w.store))
	}
	done, err := a.execute(ctx, out, plan, s, w, again, how)
	if err != nil {
		return err
	}
	folder, err := a.settle(place)
	if err != nil {
		return err
	}
	return a.conclusion(folder, done, time.Since(started))
}

// execute runs a plan and leaves all of its files in the folder. again is the command that goes on when it is stopped.
func (a *app) execute(ctx context.Context, out *run.Writer, plan *run.Plan, s *open.Surroundings, w *workplace, again string, how manner) (progress.Tally, error) {
	if err := a.checkSpace(w.store, plan.Stages, w.bench); err != nil {
		return progress.Tally{}, err
	}
	if err := out.Prepare(plan); err != nil {
		return progress.Tally{}, err
	}
	log, err := store.OpenLog(filepath.Join(string(out.Folder), "log.txt"))
	if err != nil {
		return progress.Tally{}, err
	}
	defer log.Close()
	report := progress.New(a.Err, log)
	x := w.executor(report)
	report.Ahead(slices.DeleteFunc(slices.Clone(plan.Stages), func(s *stage.Stage) bool { return w.store.Has(string(s.Key)) }))
	m := newManifest(plan.Experiment, w)
	m.Command, m.Answers = again, plan.AnswerFile(w.bench)
	how.label(&m, manifestBefore(out.Folder))
	before := w.bench.Engine.Built()
	set, err := w.complete(ctx, out, plan, x, s.Languages, &m, a.Err)
	report.Close()
	if m.Built = run.Built(w.bench.Engine.Built().Sub(before)); m.Built != (run.Built{}) {
		fmt.Fprintf(log, "%s %v\n", time.Now().UTC().Format(time.DateTime), m.Built)
	}
	if err == nil {
		err = render(out, set, &m)
	}
	if err == nil {
		err = out.Prune("")
	}
	a.noteAside(out)
	m.Files, m.Peak = out.Files, x.Peak()
	if err != nil {
		fmt.Fprintf(log, "%s %v\n", time.Now().UTC().Format(time.DateTime), err)
	}
	done := report.Tally()
	m.Finished, m.Seconds, m.Reused, m.Ran, m.Took = time.Now().UTC(), done.Seconds, done.Reused, done.Ran, done.Took
	switch {
	case err == nil:
		m.Outcome = run.Finished
	case errors.Is(err, context.Canceled):
		m.Outcome = "stopped"
		fmt.Fprintf(a.Err, "\nstopped. Finished work is kept; to continue: %s\n", again)
	default:
		m.Outcome = "failed: " + err.Error()
	}
	return done, errors.Join(err, out.WriteManifest(m))
}

// holdRun takes the folders of a run's name for this process, and removes what killed ones left half written in them.
func (a *app) holdRun(ctx context.Context, e *config.Experiment, w *workplace) (release func() error, err error) {
	err = a.waiting(ctx, w.wait, func() error {
		release, err = w.store.HoldRun(e.Name)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, folder := range a.folder(e).All() {
		if err := disk.Sweep(disk.Machine{}, string(folder)); err != nil {
			return nil, errors.Join(err, release())
		}
	}
	return release, nil
}

// again is the command that goes on with a run, as a shell reads it.
func (a *app) again(arg string, o open.Options) string {
	return a.command([]string{"congrad", "run", arg}, o)
}

// command puts the flags of a run behind words of a command, as a shell reads them.
func (a *app) command(words []string, o open.Options) string {
	for _, s := range o.Sets {
		words = append(words, "--set", s)
	}
	if o.Limit > 0 {
		words = append(words, "--limit", strconv.Itoa(o.Limit))
	}
	if o.Seeds != "" {
		words = append(words, "--seeds", o.Seeds)
	}
	if o.Name != "" {
		words = append(words, "--name", o.Name)
	}
	if a.Device != shell.DefaultDevice {
		words = append(words, "--device", a.Device)
	}
	if a.Runs != shell.DefaultRuns {
		words = append(words, "--runs", a.Runs)
	}
	plain := regexp.MustCompile(`^[\w./:=,+-]+$`)
	for i, w := range words {
		if !plain.MatchString(w) {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// printPlan lists the stages; st is nil where there is no store.
func (a *app) printPlan(e *config.Experiment, stages []*stage.Stage, st *store.Store) error {
	var pending []*stage.Stage
	for _, s := range stages {
		state := "done"
		if st == nil || !st.Has(string(s.Key)) {
			state = "to do"
			pending = append(pending, s)
		}
		fmt.Fprintf(a.Out, "%-6s %s  %s\n", state, s.Key.Short(), s.Label)
	}
	if _, err := fmt.Fprintf(a.Out, "%d stages, %d to do\n", len(stages), len(pending)); err != nil {
		return err
	}
	return a.printRequests(e, pending)
}

// printRequests says what stages ask a server, which nobody has contacted yet.
func (a *app) printRequests(e *config.Experiment, stages []*stage.Stage) error {
	n := run.Requests(stages)
	if n == 0 {
		return nil
	}
	v := e.Evaluate.Endpoint
	text := fmt.Sprintf("at most %d requests to %s at %s; fewer if replies are kept from before or answers are equal", n, v.Model, v.URL)
	if n > v.MaxRequests {
		text += fmt.Sprintf("; evaluate.endpoint.max_requests = %d (%s) may stop the run before its end", v.MaxRequests, e.From("evaluate.endpoint.max_requests"))
	}
	_, err := fmt.Fprintln(a.Out, text)
	return err
}

// render writes tables, figures and reports, and, from the manifest, what the run took.
func render(out *run.Writer, set *record.Set, m *run.Manifest) error {
	files, err := results.Render(set)
	if err != nil {
		return fmt.Errorf("writing tables and figures: %w", err)
	}
	if m != nil {
		cost, err := costTable(set, *m)
		if err != nil {
			return err
		}
		files = append(files, cost...)
	}
	return write(out, files)
}

// write writes rendered files, and removes the tables and figures of an earlier rendering that are not among them.
func write(out *run.Writer, files []results.File) error {
	for _, f := range files {
		if err := out.Write(f.Path, f.Data); err != nil {
			return err
		}
	}
	return errors.Join(out.Prune("tables/"), out.Prune("figures/"))
}

// conclusion prints the main table and where the rest is.
func (a *app) conclusion(folder run.Folder, done progress.Tally, took time.Duration) error {
	if err := a.printResult(folder); err != nil {
		return err
	}
	fmt.Fprintf(a.Err, "%d stages run, %d taken from the store, %s\n", done.Ran, done.Reused, took.Round(time.Second))
	_, err := fmt.Fprintf(a.Err, "report: %s\n", filepath.Join(string(folder), "report.html"))
	return err
}
