package nn

import (
	"fmt"

	"congrad/harness/model"

	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// Weights are a model's parameters on the device, in the order of Config.Shapes.
type Weights struct{ tensors []*tensors.Tensor }

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
