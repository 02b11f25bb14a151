package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"congrad/harness/cli/progress"
	"congrad/harness/exit"
	"congrad/harness/open"
	"congrad/harness/record"
	"congrad/harness/run"
	"congrad/harness/store"
	"congrad/results"

	"github.com/spf13/cobra"
)

// fewestHalves have an interval at all.
const fewestHalves = 5

func (a *app) validateScoresCommand() *cobra.Command {
	var o open.Options
	var how manner
	var halves int
	c := &cobra.Command{
		Use:   "validate-scores EXPERIMENT",
		Short: "Measure whether the scores of pairs predict what training on the pairs does",
		Long: "Scores the pairs of an experiment's first iteration by every selector, trains on random halves of the pairs, and\n" +
			"reports for every score the rank correlation between its sum over a half and what the half's model does on held-out\n" +
			"prompts (the linear datamodelling score, docs/validate-scores.md). Needs reference answers. Stages in the store are not\n" +
			"run again, so more halves add to those that are there. Every seed trains as many halves; --seeds 1 takes one.",
		Example: "  congrad validate-scores tiny --seeds 1 --set bases=[]\n  congrad validate-scores tiny-1 --limit 8 --halves 10",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if halves < fewestHalves {
				return exit.With(exit.Config, fmt.Errorf("--halves %d: want at least %d; fewer have no interval", halves, fewestHalves))
			}
			return a.validateScores(c.Context(), args[0], o, how, halves)
		},
	}
	experimentFlags(c, &o)
	how.flags(c)
	c.Flags().IntVar(&halves, "halves", 100, "random halves of the pairs that are trained on, under each seed")
	return c
}

func (a *app) validateScores(ctx context.Context, arg string, o open.Options, how manner, halves int) error {
	if err := a.checkRuns(); err != nil {
		return err
	}
	e, s, err := a.experiment(arg, o)
	if err != nil {
		return err
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
	plan, err := run.NewLDS(e, w.bench, halves)
	if err != nil {
		return exit.With(exit.Config, err)
	}
	if how.dry {
		return a.printPlan(e, plan.Stages, w.store)
	}
	if err := plan.Reckon(w.bench); err != nil {
		return exit.With(exit.Data, err)
	}
	release, err := a.holdRun(ctx, e, w)
	if err != nil {
		return err
	}
	defer release()
	place, err := a.place(run.Folder(filepath.Join(string(a.folder(e)), "scores")), plan.Identity())
	if err != nil {
		return err
	}
	out, err := place.Folder.Writer()
	if err != nil {
		return exit.With(exit.Data, err)
	}
	if how.prepare {
		return errors.Join(out.Prepare(plan.Plan), a.printPlan(e, plan.Stages, w.store))
	}
	again := a.command([]string{"congrad", "validate-scores", arg, "--halves", strconv.Itoa(halves)}, o)
	started := time.Now()
	done, err := a.executeLDS(ctx, out, plan, s, w, again)
	if err != nil {
		return err
	}
	folder, err := a.settle(place)
	if err != nil {
		return err
	}
	if err := a.printTable(folder, "lds"); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Err, "%d stages run, %d taken from the store, %s\ntables: %s\n", done.Ran, done.Reused, time.Since(started).Round(time.Second), filepath.Join(string(folder), "tables"))
	return err
}

// executeLDS runs a validation and leaves all of its files in the folder. again is the command that goes on when it is stopped.
func (a *app) executeLDS(ctx context.Context, out *run.Writer, plan *run.LDS, s *open.Surroundings, w *workplace, again string) (progress.Tally, error) {
	if err := a.checkSpace(w.store, plan.Stages, w.bench); err != nil {
		return progress.Tally{}, err
	}
	if err := out.Prepare(plan.Plan); err != nil {
		return progress.Tally{}, err
	}
	log, err := store.OpenLog(filepath.Join(string(out.Folder), "log.txt"))
	if err != nil {
		return progress.Tally{}, err
	}
	defer log.Close()
	report := progress.New(a.Err, log)
	m := newManifest(plan.Experiment, w)
	m.Command = again
	found, err := out.FinishLDS(ctx, plan, w.executor(report), w.bench, s.Languages)
	report.Close()
	if err == nil {
		err = renderLDS(out, found)
	}
	a.noteAside(out)
	done := report.Tally()
	m.Files, m.Finished, m.Seconds, m.Reused, m.Ran, m.Took, m.Outcome = out.Files, time.Now().UTC(), done.Seconds, done.Reused, done.Ran, done.Took, run.Finished
	if err != nil {
		fmt.Fprintf(log, "%s %v\n", time.Now().UTC().Format(time.DateTime), err)
		if m.Outcome = "failed: " + err.Error(); errors.Is(err, context.Canceled) {
			m.Outcome = "stopped"
			fmt.Fprintf(a.Err, "\nstopped. Finished work is kept; to continue: %s\n", again)
		}
	}
	return done, errors.Join(err, out.WriteManifest(m))
}

// renderLDS writes the tables.
func renderLDS(out *run.Writer, found *record.LDS) error {
	files, err := results.RenderLDS(found)
	if err != nil {
		return fmt.Errorf("writing tables: %w", err)
	}
	return errors.Join(write(out, files), out.Prune(""))
}
