package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"congrad/harness/cli/progress"
	"congrad/harness/exit"
	"congrad/harness/open"
	"congrad/harness/run"
	"congrad/harness/stage"
	"congrad/harness/store"

	"github.com/spf13/cobra"
)

func (a *app) stageCommand() *cobra.Command {
	wait := false
	c := &cobra.Command{
		Use:   "stage KEY",
		Short: "Run one stage of a planned run",
		Long: "Runs exactly one stage; reads only the store and the plan.json that congrad run wrote. KEY is the stage's key or the\n" +
			"beginning of it, as listed by congrad run --dry-run. Its inputs must be in the store. When all stages are done, congrad run\n" +
			"makes the records, tables and figures.",
		Example: "  congrad run tiny --dry-run\n  congrad stage 0a3f5c --runs runs",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return a.stage(c.Context(), args[0], wait) },
	}
	c.Flags().BoolVar(&wait, "wait", false, waitFlag)
	return c
}

func (a *app) stage(ctx context.Context, key string, wait bool) error {
	plan, s, err := a.planned(key)
	if err != nil {
		return err
	}
	e, surroundings, err := open.Parse("plan.json", []byte(plan.Experiment), open.Options{})
	if err != nil {
		return err
	}
	w, err := a.setUp(e, surroundings, func() (*store.Store, error) { return a.opening(ctx, wait, store.Open) })
	if err != nil {
		return err
	}
	defer w.store.Close()
	w.wait = wait
	if w.store.Has(string(s.Key)) {
		_, err := fmt.Fprintf(a.Out, "%s %s: already done\n", s.Key.Short(), s.Label)
		return err
	}
	if err := ready(plan, s, w); err != nil {
		return exit.With(exit.Config, err)
	}
	report := progress.New(a.Err, io.Discard)
	x := w.executor(report)
	x.Work = run.Workshop(w.bench, e)
	err = x.Run(ctx, []*stage.Stage{s})
	report.Close()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "%s %s: done\n", s.Key.Short(), s.Label)
	return err
}

// planned finds a stage by the beginning of its key in the plans of all runs, those of a grid's cells included, and the first plan that
// has it. Plans share stages.
func (a *app) planned(key string) (*stage.Plan, *stage.Stage, error) {
	plans, unreadable := a.plans()
	var all stage.Plan
	of := map[stage.Ref]*stage.Plan{}
	for _, p := range plans {
		if p.Experiment == "" {
			continue // of a grid, whose cells have plans of their own
		}
		for _, s := range p.Stages {
			if of[s.Key] == nil {
				of[s.Key], all.Stages = p.Plan, append(all.Stages, s)
			}
		}
	}
	s, err := all.Find(key)
	if errors.Is(err, stage.ErrUnknown) {
		err = errors.Join(unreadable, fmt.Errorf("%q: no plan under %s has a stage with this key (congrad run EXPERIMENT --dry-run lists the stages of a run; congrad run plans it)", key, a.Runs))
	}
	if err != nil {
		return nil, nil, exit.With(exit.Config, err)
	}
	return of[s.Key], s, nil
}

// ready reports inputs that are not in the store, each with the command that makes it.
func ready(p *stage.Plan, s *stage.Stage, w *workplace) error {
	var missing []error
	for _, in := range s.Inputs {
		if w.store.Has(string(in)) {
			continue
		}
		label := "a stage"
		if x, err := p.Find(string(in)); err == nil {
			label = x.Label
		}
		missing = append(missing, fmt.Errorf("%s needs %s, which is not in the store yet (congrad stage %s)", s.Label, label, in.Short()))
	}
	return errors.Join(missing...)
}
