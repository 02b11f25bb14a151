package tool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"congrad/experiments"
	"congrad/harness/cli/shell"
	"congrad/harness/exit"
	"congrad/harness/model"
	"congrad/harness/open"
	"congrad/harness/pretrain"
	"congrad/harness/store"
	"congrad/harness/world"

	"github.com/spf13/cobra"
)

func (a *app) pretrainCommand() *cobra.Command {
	var p pretraining
	c := &cobra.Command{
		Use:   "pretrain RECIPE",
		Short: "Train a base model for the embedded world from a recipe",
		Long: "Trains a tokenizer and a small language model on the embedded world and writes config.json, tokenizer.json,\n" +
			"model.safetensors and training.jsonl. If it is stopped, the same command continues.",
		Example: "  congrad pretrain experiments/tiny/world-1.toml --out my-base",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			p.file = args[0]
			return a.pretrain(c.Context(), p)
		},
	}
	c.Flags().StringVar(&p.out, "out", "base", "folder to write")
	c.Flags().Uint64Var(&p.seed, "seed", 0, "in place of the recipe's seed; 0 keeps it")
	c.Flags().StringVar(&p.dtype, "dtype", "float32", "type of the weights, float32 or bfloat16")
	return c
}

// pretraining is what the command is told.
type pretraining struct {
	file, out, dtype string
	seed             uint64
}

// recipe reads the recipe with its seed, and opens the model that it starts from; nil where there is none.
func (p pretraining) recipe() (*pretrain.Recipe, *model.Folder, error) {
	r, err := pretrain.Load(os.DirFS(filepath.Dir(p.file)), filepath.Base(p.file))
	if err != nil {
		return nil, nil, exit.With(exit.Config, err)
	}
	if p.seed > 0 {
		r.Seed = p.seed
	}
	if r.From == "" {
		return r, nil, nil
	}
	start, chat, err := open.Model(r.From)
	if err == nil {
		err = open.Trainable(r.From, chat)
	}
	return r, start, err
}

func (a *app) pretrain(ctx context.Context, p pretraining) error {
	dtype, err := shell.WeightType(p.dtype)
	if err != nil {
		return err
	}
	r, start, err := p.recipe()
	if err != nil {
		return err
	}
	w, err := world.Open(experiments.Files, r.World)
	if err != nil {
		return exit.With(exit.Data, err)
	}
	b, err := a.OpenBackend()
	if err != nil {
		return err
	}
	key, err := pretrain.Key(b.Info.Key(), r, w, start)
	if err != nil {
		return err
	}
	st, err := store.Open(filepath.Join(p.out, ".store"))
	if err != nil {
		return err
	}
	defer st.Close()
	release, err := st.HoldStage(key, "the training in "+p.out)
	if err != nil {
		return err
	}
	defer release()
	scratch := st.Scratch(key)
	if err := scratch.Check(); err != nil {
		return err
	}
	scratch.Say = func(message string) { fmt.Fprintln(a.Err, message) }
	folder, log, err := pretrain.Build(ctx, b.Backend, r, w, start, scratch, a.countdown(r.Train.Steps))
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(a.Err, "stopped. The same command continues: congrad pretrain %s --out %s\n", p.file, p.out)
	}
	if err != nil {
		return err
	}
	write := func(name string, content func(io.Writer) error) error {
		var data bytes.Buffer
		if err := content(&data); err != nil {
			return err
		}
		return store.WriteFile(filepath.Join(p.out, name), data.Bytes())
	}
	if err := folder.Write(write, dtype); err != nil {
		return err
	}
	if err := store.WriteFile(filepath.Join(p.out, "training.jsonl"), log); err != nil {
		return err
	}
	written, err := model.Open(os.DirFS(p.out)) // whose weights may be rounded
	if err != nil {
		return err
	}
	if err := st.Remove(key); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "%s: %d parameters, weights %s\n", p.out, written.Config.Parameters(), written.Weights.Hash()[:16])
	return err
}

// countdown tells of each line of the training record, with the time that is left.
func (a *app) countdown(steps int) func(pretrain.Step) {
	start, from := time.Now(), -1
	return func(s pretrain.Step) {
		if from < 0 {
			start, from = time.Now(), s.Step
		}
		left := "?"
		if done := s.Step - from; done > 0 {
			left = (time.Since(start) / time.Duration(done) * time.Duration(steps-s.Step)).Round(time.Second).String()
		}
		fmt.Fprintf(a.Err, "step %d of %d, loss %.4f, %s left\n", s.Step, steps, s.Loss, left)
	}
}
