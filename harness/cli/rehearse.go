package cli

import (
	"fmt"
	"io/fs"
	"os"

	"congrad/experiments"
	"congrad/harness/model"
	"congrad/harness/text"

	"github.com/spf13/cobra"
)

func (a *app) rehearseCommand() *cobra.Command {
	var w modelOut
	var seed uint64
	c := &cobra.Command{
		Use:   "rehearse CONFIG.json --out DIR",
		Short: "Make a model of a given shape with random weights",
		Long: "Writes a folder with the given config.json, random weights and the embedded tokenizer, padded: an experiment runs on it at full\n" +
			"size, with its memory and its time, before the real model is at hand. Its answers mean nothing. The shapes of two\n" +
			"models come with the program: gemma-2-2b and llama-3-8b.",
		Example: "  congrad model rehearse gemma-2-2b --out build/models/gemma-2-2b",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.rehearse(args[0], w, seed)
		},
	}
	w.flags(c, "bfloat16")
	c.Flags().Uint64Var(&seed, "seed", 0, "of the random weights")
	return c
}

func (a *app) rehearse(name string, w modelOut, seed uint64) error {
	if err := w.check(); err != nil {
		return err
	}
	source, err := fs.ReadFile(experiments.Files, "shapes/"+name+".json")
	if err != nil {
		if source, err = os.ReadFile(name); err != nil {
			return failing(exitData, fmt.Errorf("%q is neither a shape that comes with the program (gemma-2-2b, llama-3-8b) nor a config.json: %w", name, err))
		}
	}
	_, chat, tokenizer, err := openShape("tiny")
	if err != nil {
		return err
	}
	shape, err := model.ParseConfig(source)
	if err != nil {
		return failing(exitData, fmt.Errorf("%s: %w", name, err))
	}
	if tokenizer, err = text.Pad(tokenizer, shape.Vocab); err != nil {
		return failing(exitData, err)
	}
	folder := model.Rehearsal(shape, source, tokenizer, seed)
	if err := folder.Complete(talk(chat)); err != nil {
		return failing(exitData, err)
	}
	if err := w.write(folder, nil); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s: %d random parameters in %s (%s)\n", w.out, folder.Config.Parameters(), w.dtype, described(folder.Config))
	return err
}
