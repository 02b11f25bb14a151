package tool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"congrad/experiments"
	"congrad/harness/exit"
	"congrad/harness/pretrain"
	"congrad/harness/store"
	"congrad/harness/world"

	"github.com/spf13/cobra"
)

func (a *app) pretrainCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "pretrain RECIPE",
		Short: "Train a base model for the embedded world from a recipe",
		Long: "Trains a tokenizer and a small language model on the embedded world and writes config.json, tokenizer.json,\n" +
			"model.safetensors and training.jsonl. If it is stopped, the same command continues.",
		Example: "  congrad pretrain experiments/tiny/base.toml --out my-base",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return a.pretrain(c.Context(), args[0], out) },
	}
	c.Flags().StringVar(&out, "out", "base", "folder to write")
	return c
}

func (a *app) pretrain(ctx context.Context, file, out string) error {
	r, err := pretrain.Load(os.DirFS(filepath.Dir(file)), filepath.Base(file))
	if err != nil {
		return exit.With(exit.Config, err)
	}
	w, err := world.Open(experiments.Files, r.World)
	if err != nil {
		return exit.With(exit.Data, err)
	}
	b, err := a.OpenBackend()
	if err != nil {
		return err
	}
	key, err := pretrain.Key(b.Info.Key(), r, w)
	if err != nil {
		return err
	}
	st, err := store.Open(filepath.Join(out, ".store"))
	if err != nil {
		return err
	}
	defer st.Close()
	start, from := time.Now(), -1
	folder, log, err := pretrain.Build(ctx, b.Backend, r, w, st.Scratch(key), func(s pretrain.Step) {
		if from < 0 {
			start, from = time.Now(), s.Step
		}
		left := "?"
		if done := s.Step - from; done > 0 {
			left = (time.Since(start) / time.Duration(done) * time.Duration(r.Train.Steps-s.Step)).Round(time.Second).String()
		}
		fmt.Fprintf(a.Err, "step %d of %d, loss %.4f, %s left\n", s.Step, r.Train.Steps, s.Loss, left)
	})
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(a.Err, "stopped. To continue: congrad pretrain %s --out %s\n", file, out)
	}
	if err != nil {
		return err
	}
	files, err := folder.Files()
	if err != nil {
		return err
	}
	files["training.jsonl"] = log
	for name, data := range files {
		if err := store.WriteFile(filepath.Join(out, name), data); err != nil {
			return err
		}
	}
	if err := st.Remove(key); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "%s: %d parameters, weights %s\n", out, folder.Config.Parameters(), folder.Weights.Hash()[:16])
	return err
}
