package cli

import (
	"errors"
	"fmt"
	"path/filepath"

	"congrad/harness/model"
	"congrad/harness/run"
	"congrad/harness/text"

	"github.com/spf13/cobra"
)

// exported is what congrad export is asked.
type exported struct {
	options
	modelOut
	seed      int64 // -1: the first
	iteration int   // 0: the last
}

func (a *app) exportCommand() *cobra.Command {
	var x exported
	c := &cobra.Command{
		Use:   "export EXPERIMENT ARM --out DIR",
		Short: "Write what an arm of a run was trained to as a folder that transformers loads",
		Long: "Writes config.json, tokenizer.json, tokenizer_config.json, generation_config.json and model.safetensors of the policy\n" +
			"that an arm came to, and a model card, README.md, of what the run knows of it. The run is named as congrad run was told it, --set, --limit, --seeds, --device and --runs included;\n" +
			"a cell of a grid is the file resolved.toml in its folder.",
		Example: "  congrad export tiny congrad --out tiny-congrad\n  congrad export tiny joint --out x --seed 2 --iteration 1 --dtype bfloat16",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("seed") && x.seed < 0 {
				return failing(exitConfig, fmt.Errorf("--seed %d: want a seed of the experiment", x.seed))
			}
			if c.Flags().Changed("iteration") && x.iteration < 1 {
				return failing(exitConfig, fmt.Errorf("--iteration %d: want an iteration from 1 upwards", x.iteration))
			}
			return a.export(args[0], args[1], x)
		},
	}
	x.options.flags(c)
	x.modelOut.flags(c, "float32")
	c.Flags().Int64Var(&x.seed, "seed", -1, "the seed whose policy is written (default the first)")
	c.Flags().IntVar(&x.iteration, "iteration", 0, "the iteration whose policy is written (default the last)")
	return c
}

func (a *app) export(arg, arm string, x exported) error {
	if err := x.check(); err != nil {
		return err
	}
	e, s, err := loadExperiment(arg, x.options)
	if err != nil {
		return err
	}
	if e.Grid != nil {
		return failing(exitConfig, fmt.Errorf("%s is a grid: name a cell of it, as in congrad export %s %s", e.Name, filepath.Join(string(a.folder(e)), e.Grid.Cells[0].Name, "resolved.toml"), arm))
	}
	env, _, err := a.newEnv(e, s)
	if err != nil {
		return err
	}
	defer env.Store.Close()
	plan, err := run.NewPlan(e, env, s.tasks)
	if err != nil {
		return failing(exitConfig, err)
	}
	seed, iteration := e.Seeds[0], e.Iterations
	if x.seed >= 0 {
		seed = uint64(x.seed)
	}
	if x.iteration != 0 {
		iteration = x.iteration
	}
	weights, err := plan.Policy(env, arm, seed, iteration)
	if errors.Is(err, run.ErrNotRun) {
		err = fmt.Errorf("%w (%s)", err, a.again(arg, x.options))
	}
	if err != nil {
		return failing(exitConfig, err)
	}
	folder := *env.Base
	folder.Weights = weights
	if err := folder.Complete(talk(env.Chat)); err != nil {
		return failing(exitData, err)
	}
	card, err := a.card(arg, arm, x, plan, env)
	if err != nil {
		return err
	}
	card.Seed, card.Iteration, card.Weights = seed, iteration, weights.Hash()
	if err := x.write(&folder, card.Markdown()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s: %s of %s, seed %d, iteration %d: %d parameters in %s, weights %s\n",
		x.out, arm, e.Name, seed, iteration, folder.Config.Parameters(), x.dtype, card.Weights[:16])
	return err
}

// talk is how a chat's model is talked to.
func talk(c *text.Chat) model.Talk {
	t := model.Talk{Start: c.Plain()[0], Stop: c.Stop(), Template: c.Template()}
	t.StartToken, t.StopToken = c.Markers()
	return t
}
