package shell

import (
	"errors"
	"fmt"

	"congrad/harness/disk"
	"congrad/harness/exit"
	"congrad/harness/model"
	"congrad/harness/model/safetensors"
	"congrad/harness/store"
	"congrad/harness/text"

	"github.com/spf13/cobra"
)

// ModelOut says where and how a command writes a model: Out is a folder, DType float32 or bfloat16.
type ModelOut struct{ Out, DType string }

// Flags adds --out and --dtype, whose default is dtype.
func (w *ModelOut) Flags(c *cobra.Command, dtype string) {
	c.Flags().StringVar(&w.Out, "out", "", "folder to write; it must be new or empty")
	c.Flags().StringVar(&w.DType, "dtype", dtype, "type of the weights, float32 or bfloat16")
}

// WeightType is the type that weights are written in, by its name in --dtype.
func WeightType(name string) (safetensors.DType, error) {
	dtype, ok := weightTypes[name]
	if !ok {
		return dtype, exit.With(exit.Config, fmt.Errorf("--dtype %q: want float32 or bfloat16", name))
	}
	return dtype, nil
}

var weightTypes = map[string]safetensors.DType{"float32": safetensors.F32, "bfloat16": safetensors.BF16}

// Check says which flag has a value that it cannot have.
func (w ModelOut) Check() error {
	if _, err := WeightType(w.DType); err != nil {
		return err
	}
	if w.Out == "" {
		return exit.With(exit.Config, errors.New("--out: name the folder to write"))
	}
	if err := store.CheckVacant(w.Out); err != nil {
		return exit.With(exit.Config, fmt.Errorf("--out: %w", err))
	}
	return nil
}

// Write adds the chat layout to a model and writes it, with its card if card is not nil.
func (w ModelOut) Write(f *model.Folder, chat *text.Chat, card []byte) error {
	if err := f.Complete(talk(chat)); err != nil {
		return exit.With(exit.Data, err)
	}
	return store.WriteFolder(w.Out, func(add store.AddFile) error {
		err := f.Write(add, weightTypes[w.DType])
		if err == nil && card != nil {
			err = add("README.md", disk.Bytes(card))
		}
		return err
	})
}

// WriteAdapter writes trained adapters of a model, with their card.
func (w ModelOut) WriteAdapter(adapters *model.Weights, base string, card []byte) error {
	return store.WriteFolder(w.Out, func(add store.AddFile) error {
		if err := model.WriteAdapter(add, adapters, base, weightTypes[w.DType]); err != nil {
			return err
		}
		return add("README.md", disk.Bytes(card))
	})
}

// talk is how a chat's model is talked to.
func talk(c *text.Chat) model.Talk {
	t := model.Talk{Start: c.Plain()[0], Stop: c.Stop(), Template: c.Template()}
	t.StartToken, t.StopToken = c.Markers()
	return t
}
