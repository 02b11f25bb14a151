package nn

import (
	"errors"
	"fmt"
	"slices"

	"congrad/harness/model"
	"congrad/harness/model/narrow"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/gotype"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// Weights are what is trained of a model, on the device, in the order of Config.Shapes.
type Weights struct{ tensors []*tensors.Tensor }

// freeze copies the weights beneath the adapters to the device, where all policies share them, if that was not done.
func (e *Engine) freeze() (err error) {
	e.freezing.Lock()
	defer e.freezing.Unlock()
	shapes := e.Config.Frozen()
	if len(e.frozen) == len(shapes) {
		return nil
	}
	if e.Beneath == nil {
		return errors.New("freezing weights: there is nothing to read those beneath the adapters from")
	}
	var list []*tensors.Tensor
	defer func() {
		if err != nil {
			freeAll(list)
		}
	}()
	var room []bfloat16.BFloat16
	for _, s := range shapes {
		data, err := e.Beneath(s)
		if err != nil {
			return fmt.Errorf("freezing weights: %w", err)
		}
		if len(data) != s.Size() {
			return fmt.Errorf("freezing weights: %s has %d entries, its shape %v asks for %d", s.Name, len(data), s.Dims, s.Size())
		}
		upload := onDevice[float32]
		if e.BFloat16 && len(s.Dims) == 2 {
			upload = shortened(&room)
		}
		t, err := upload(e.backend, data, s.Dims)
		if err != nil {
			return fmt.Errorf("freezing weights: %s: %w", s.Name, err)
		}
		list = append(list, t)
	}
	e.frozen = list
	return nil
}

// inputs are the frozen weights and the given ones, with which the inputs of every program begin, and their number.
func (e *Engine) inputs(trained []*tensors.Tensor) ([]argument, int) {
	return appendTensors(appendTensors(nil, e.frozen), trained), len(e.frozen) + len(trained)
}

// Upload copies weights to the device, where they are read and not trained. With BFloat16 the matrices of the blocks are bfloat16 there:
// products round them to it anyway, and would do so again for every token. Embeddings and head are float32, as in training.
func (e *Engine) Upload(w *model.Weights) (*Weights, error) {
	var room []bfloat16.BFloat16
	short := shortened(&room)
	return e.uploaded(w, func(s model.Shape) uploader {
		if e.BFloat16 && s.Projects() {
			return short
		}
		return onDevice[float32]
	})
}

// uploader copies the entries of a weight to the device.
type uploader func(b compute.Backend, data []float32, dims []int) (*tensors.Tensor, error)

// shortened rounds to bfloat16, in a room that it keeps from one weight to the next.
func shortened(room *[]bfloat16.BFloat16) uploader {
	return func(b compute.Backend, data []float32, dims []int) (*tensors.Tensor, error) {
		short := slices.Grow((*room)[:0], len(data))[:len(data)]
		*room = short
		for i, x := range data {
			short[i] = bfloat16.BFloat16(narrow.ToBFloat16(x))
		}
		return onDevice(b, short, dims)
	}
}

// uploaded copies all weights to the device, each as the uploader for its shape does.
func (e *Engine) uploaded(w *model.Weights, as func(s model.Shape) uploader) (*Weights, error) {
	if err := e.freeze(); err != nil {
		return nil, err
	}
	if w.Config != e.Config {
		return nil, fmt.Errorf("uploading weights: the model's shape %+v is not the engine's %+v", w.Config, e.Config)
	}
	if err := w.Check(); err != nil {
		return nil, fmt.Errorf("uploading weights: %w", err)
	}
	list, err := e.upload(w.Tensors, as)
	if err != nil {
		return nil, fmt.Errorf("uploading weights: %w", err)
	}
	return &Weights{list}, nil
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

// upload copies entries of the shapes of what is trained to the device.
func (e *Engine) upload(data [][]float32, as func(s model.Shape) uploader) ([]*tensors.Tensor, error) {
	list := make([]*tensors.Tensor, len(data))
	for i, s := range e.Config.Shapes() {
		var err error
		if list[i], err = as(s)(e.backend, data[i], s.Dims); err != nil {
			freeAll(list)
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return list, nil
}

// onDevice copies entries to the device and nowhere else. Trap: a tensor made of a slice copies it on the heap first, where it
// stays until the next collection, which nothing brings about while the heap does not grow; and shares its memory with the
// device when it is first used, so that its buffer cannot be handed over later.
func onDevice[T gotype.Supported](backend compute.Backend, data []T, dims []int) (*tensors.Tensor, error) {
	buffer, err := backend.BufferFromFlatData(0, data, shapes.Make(dtypes.FromGenericsType[T](), dims...))
	if err != nil {
		return nil, err
	}
	return tensors.FromBuffer(buffer)
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
