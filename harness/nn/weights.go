package nn

import (
	"fmt"

	"congrad/harness/model"
	"congrad/harness/model/narrow"

	"github.com/gomlx/gomlx/pkg/core/dtypes/bfloat16"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// Weights are what is trained of a model, on the device, in the order of Config.Shapes.
type Weights struct{ tensors []*tensors.Tensor }

// Freeze copies the weights beneath the adapters to the device, where all policies share them. read returns one of them at a
// time, so that a large model never stands in memory as float32.
func (e *Engine) Freeze(read func(s model.Shape) ([]float32, error)) error {
	freeAll(e.frozen)
	e.frozen = nil
	for _, s := range e.Config.Frozen() {
		data, err := read(s)
		if err != nil {
			return fmt.Errorf("freezing weights: %w", err)
		}
		if len(data) != s.Size() {
			return fmt.Errorf("freezing weights: %s has %d entries, its shape %v asks for %d", s.Name, len(data), s.Dims, s.Size())
		}
		t := tensors.FromFlatDataAndDimensions(data, s.Dims...)
		if e.BFloat16 && len(s.Dims) == 2 {
			short := make([]bfloat16.BFloat16, len(data))
			for i, x := range data {
				short[i] = bfloat16.BFloat16(narrow.ToBFloat16(x))
			}
			t = tensors.FromFlatDataAndDimensions(short, s.Dims...)
		}
		if err := t.MaterializeOnDevice(e.backend, false, 0); err != nil {
			return fmt.Errorf("freezing weights: %s: %w", s.Name, err)
		}
		t.FinalizeLocal()
		e.frozen = append(e.frozen, t)
	}
	return nil
}

// inputs are the frozen weights and the given ones, with which the inputs of every program begin, and their number.
func (e *Engine) inputs(trained []*tensors.Tensor) ([]any, int) {
	return appendTensors(appendTensors(nil, e.frozen), trained), len(e.frozen) + len(trained)
}

// Upload copies weights to the device.
func (e *Engine) Upload(w *model.Weights) (*Weights, error) {
	if w.Config != e.Config {
		return nil, fmt.Errorf("uploading weights: the model's shape %+v is not the engine's %+v", w.Config, e.Config)
	}
	if err := w.Check(); err != nil {
		return nil, fmt.Errorf("uploading weights: %w", err)
	}
	return &Weights{upload(e.Config, w.Tensors)}, nil
}

// Download copies weights back to the host.
func (e *Engine) Download(w *Weights) (*model.Weights, error) {
	host, err := download(w.tensors)
	if err != nil {
		return nil, fmt.Errorf("downloading weights: %w", err)
	}
	return &model.Weights{Config: e.Config, Tensors: host}, nil
}

// Free releases the device's memory.
func (w *Weights) Free() { freeAll(w.tensors) }

// upload makes tensors of the model's shapes; they move to the device when first used.
func upload(config model.Config, data [][]float32) []*tensors.Tensor {
	list := make([]*tensors.Tensor, len(data))
	for i, s := range config.Shapes() {
		list[i] = tensors.FromFlatDataAndDimensions(data[i], s.Dims...)
	}
	return list
}

func download(ts []*tensors.Tensor) ([][]float32, error) {
	data := make([][]float32, len(ts))
	for i, t := range ts {
		var err error
		if data[i], err = tensors.CopyFlatData[float32](t); err != nil {
			return nil, err
		}
	}
	return data, nil
}
