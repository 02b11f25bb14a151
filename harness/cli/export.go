package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"congrad/harness/bench"
	"congrad/harness/cli/shell"
	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/harness/model"
	"congrad/harness/open"
	"congrad/harness/paper"
	"congrad/harness/run"
	"congrad/harness/store"
	"congrad/harness/suggest"

	"github.com/spf13/cobra"
)

// exported is what congrad export is asked.
type exported struct {
	open.Options
	shell.ModelOut
	seed      int64 // -1: the first
	iteration int   // 0: the last
	adapter   bool
}

func (a *app) exportCommand() *cobra.Command {
	var x exported
	c := &cobra.Command{
		Use:   "export EXPERIMENT ARM --out DIR",
		Short: "Export an arm's trained model as a folder that transformers loads",
		Long: "Writes the arm's model as config.json, tokenizer.json, tokenizer_config.json, generation_config.json and model.safetensors,\n" +
			"with a model card (README.md) of what the run recorded. Pass the same EXPERIMENT and flags as to congrad run: --set, --limit,\n" +
			"--seeds, --device and --runs. For a cell of a grid, pass the file resolved.toml in its folder.",
		Example: "  congrad export tiny congrad --out tiny-congrad\n  congrad export mine joint --adapter --out mine-adapter\n  congrad export tiny joint --out x --seed 2 --iteration 1 --dtype bfloat16",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("seed") && x.seed < 0 {
				return exit.With(exit.Config, fmt.Errorf("--seed %d: want a seed of the experiment", x.seed))
			}
			if c.Flags().Changed("iteration") && x.iteration < 1 {
				return exit.With(exit.Config, fmt.Errorf("--iteration %d: want 1 or more", x.iteration))
			}
			return a.export(args[0], args[1], x)
		},
	}
	experimentFlags(c, &x.Options)
	nameFlag(c, &x.Options)
	x.ModelOut.Flags(c, "float32")
	c.Flags().Int64Var(&x.seed, "seed", -1, "seed of the model to export; -1 is the first seed")
	c.Flags().BoolVar(&x.adapter, "adapter", false, "write the LoRA adapter alone, as PEFT lays it out, in place of the whole model")
	c.Flags().IntVar(&x.iteration, "iteration", 0, "iteration of the model to export (default the last)")
	return c
}

func (a *app) export(arg, arm string, x exported) error {
	if err := a.checkRuns(); err != nil {
		return err
	}
	if _, _, err := open.File(arg); err != nil {
		if folder, missing := a.findRun(arg); missing == nil {
			return exit.With(exit.Config, fmt.Errorf("%q: is a run; name its experiment, with the flags of the run%s", arg, exportOf(string(folder), arm, x)))
		}
	}
	e, s, err := a.experiment(arg, x.Options)
	if err != nil {
		return err
	}
	if e.Grid != nil {
		return exit.With(exit.Config, fmt.Errorf("%s is a grid: name a cell of it, as in congrad export %s %s", e.Name, filepath.Join(string(a.folder(e)), e.Grid.Cells[0].Name, "resolved.toml"), arm))
	}
	if e.FindArm(arm) == nil {
		var names []string
		for _, a := range e.Arms {
			names = append(names, a.Name)
		}
		return exit.With(exit.Config, fmt.Errorf("%q: %s has no such arm%s (%s)", arm, e.Name, suggest.DidYouMean(arm, names), strings.Join(names, ", ")))
	}
	if x.adapter && e.LoRA.Rank == 0 {
		return exit.With(exit.Config, fmt.Errorf("--adapter: %s trains all weights, so there is no adapter (lora.rank = 0); leave the flag out to export the model", e.Name))
	}
	if err := x.Check(); err != nil {
		return err
	}
	w, err := a.setUp(e, s, a.reading)
	if err != nil {
		return err
	}
	defer w.store.Close()
	plan, err := run.NewPlan(e, w.bench, s.Tasks)
	if err != nil {
		return exit.With(exit.Config, err)
	}
	seed, iteration := e.Seeds[0], e.Iterations
	if x.seed >= 0 {
		seed = uint64(x.seed)
	}
	if x.iteration != 0 {
		iteration = x.iteration
	}
	policy := plan.Policy
	if x.adapter {
		policy = plan.Trained
	}
	weights, err := policy(w.store, w.bench, arm, seed, iteration)
	if errors.Is(err, run.ErrNotRun) {
		err = fmt.Errorf("%w (%s)%s", err, a.again(arg, x.Options), a.otherRuns(arg, arm, x))
	}
	if err != nil {
		code := exit.Config
		if errors.As(err, new(*store.Damaged)) {
			code = exit.Data
		}
		return exit.With(code, err)
	}
	card, err := a.card(arg, arm, x, plan, w.bench)
	if err != nil {
		return err
	}
	card.Seed, card.Iteration, card.Weights = seed, iteration, weights.Hash()
	return a.writeExported(x, e, arm, w.bench, weights, card)
}

// writeExported writes the model, or the adapter alone, with its card, and says what was written.
func (a *app) writeExported(x exported, e *config.Experiment, arm string, b *bench.Bench, weights *model.Weights, card paper.Card) error {
	what, over := "", ""
	if x.adapter {
		if err := x.WriteAdapter(weights, e.Model, card.Markdown()); err != nil {
			return err
		}
		what, over = "adapter of ", " over "+e.Model
	} else {
		folder := *b.Base
		folder.Weights = weights
		if err := x.Write(&folder, b.Chat, card.Markdown()); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(a.Out, "%s: %s%s of %s, seed %d, iteration %d: %d parameters in %s%s, weights %s\n",
		x.Out, what, arm, e.Name, card.Seed, card.Iteration, weights.Config.Parameters(), x.DType, over, card.Weights[:16])
	return err
}

// otherRuns is the clause that says how to export from a run of the experiment that was made with other flags, if there is one.
func (a *app) otherRuns(arg, arm string, x exported) string {
	for _, name := range a.finishedRuns() {
		dir := filepath.Join(a.Runs, name)
		m, err := run.Folder(dir).Manifest()
		if err == nil && m.Outcome == run.Finished && strings.HasPrefix(m.Command+" ", "congrad run "+arg+" ") {
			return fmt.Sprintf("; %s was run with other flags%s", name, exportOf(dir, arm, x))
		}
	}
	return ""
}

// exportOf is the clause with the command that exports an arm of the run in a folder; empty where the run does not say how it was made.
func exportOf(dir, arm string, x exported) string {
	m, err := run.Folder(dir).Manifest()
	made, ok := strings.CutPrefix(m.Command, "congrad run ")
	if err != nil || !ok {
		return ""
	}
	experiment, flags, _ := strings.Cut(made, " ")
	if x.Out == "" {
		x.Out = "DIR"
	}
	return strings.TrimSpace(fmt.Sprintf(": congrad export %s %s --out %s %s", experiment, arm, x.Out, flags))
}
