package tool

import (
	"fmt"
	"os"
	"strings"

	"congrad/harness/cli/shell"
	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/harness/model"
	"congrad/harness/open"
	"congrad/harness/text"

	"github.com/spf13/cobra"
)

func (a *app) rehearseCommand() *cobra.Command {
	var w shell.ModelOut
	var seed uint64
	c := &cobra.Command{
		Use:   "rehearse CONFIG.json --out DIR",
		Short: "Make a model of a given shape with random weights",
		Long: "Writes a folder with the given config.json, random weights and the embedded tokenizer, padded. An experiment runs on it at\n" +
			"full size, with the memory and time of the real model, before you have that. Its answers mean nothing. Shapes that come with\n" +
			"the program: " + strings.Join(open.Shapes(), ", ") + ".",
		Example: "  congrad model rehearse gemma-2-2b --out build/models/gemma-2-2b",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.rehearse(args[0], w, seed)
		},
	}
	w.Flags(c, "bfloat16")
	c.Flags().Uint64Var(&seed, "seed", 0, "seed of the random weights")
	return c
}

func (a *app) rehearse(name string, w shell.ModelOut, seed uint64) error {
	if err := w.Check(); err != nil {
		return err
	}
	source, err := open.ShapeFile(name)
	if err != nil {
		if source, err = os.ReadFile(name); err != nil {
			return exit.With(exit.Data, fmt.Errorf("%q is neither a shape that comes with the program (%s) nor a config.json: %w", name, strings.Join(open.Shapes(), ", "), err))
		}
	}
	tiny, chat, err := open.Shape("tiny", config.Chat{})
	if err != nil {
		return err
	}
	shape, err := model.ParseConfig(source)
	if err != nil {
		return exit.With(exit.Data, fmt.Errorf("%s: %w", name, err))
	}
	tokenizer, err := text.Pad(tiny.Tokenizer, shape.Vocab)
	if err != nil {
		return exit.With(exit.Data, err)
	}
	folder := model.Rehearsal(shape, source, tokenizer, seed)
	if err := w.Write(folder, chat, nil); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "%s: %d random parameters in %s (%s)\n", w.Out, folder.Config.Parameters(), w.DType, described(folder.Config))
	return err
}
