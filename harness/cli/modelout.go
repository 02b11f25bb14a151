package cli

import (
	"errors"
	"fmt"
	"io"

	"congrad/harness/model"
	"congrad/harness/model/safetensors"
	"congrad/harness/store"

	"github.com/spf13/cobra"
)

// modelOut says where and how a command writes a model.
type modelOut struct{ out, dtype string }

func (w *modelOut) flags(c *cobra.Command, dtype string) {
	c.Flags().StringVar(&w.out, "out", "", "the folder to write; it may not exist, or be empty")
	c.Flags().StringVar(&w.dtype, "dtype", dtype, "the type of the weights, float32 or bfloat16")
}

// weightTypes are the types that weights are written in.
var weightTypes = map[string]safetensors.DType{"float32": safetensors.F32, "bfloat16": safetensors.BF16}

// check says which flag has a value that it cannot have.
func (w modelOut) check() error {
	if _, ok := weightTypes[w.dtype]; !ok {
		return failing(exitConfig, fmt.Errorf("--dtype %q: want float32 or bfloat16", w.dtype))
	}
	if w.out == "" {
		return failing(exitConfig, errors.New("--out: name the folder to write"))
	}
	if err := store.CheckVacant(w.out); err != nil {
		return failing(exitConfig, fmt.Errorf("--out: %w", err))
	}
	return nil
}

// write writes a model, and its card where it has one.
func (w modelOut) write(f *model.Folder, card []byte) error {
	return store.WriteFolder(w.out, func(add store.AddFile) error {
		err := f.Write(add, weightTypes[w.dtype])
		if err == nil && card != nil {
			err = add("README.md", func(to io.Writer) error {
				_, err := to.Write(card)
				return err
			})
		}
		return err
	})
}
