// Package nn builds and runs every graph of the project: the transformer, its losses, the optimiser, per-pair gradients
// and cached decoding. No other package touches a GoMLX graph; the others call an Engine with batches of token ids and
// get numbers back.
//
// Shapes stand beside the code as [batch, seq, dim]. Weight-sized products work on two dimensions ([batch*seq, dim]),
// because a contraction over two axes, which the gradient of a three-dimensional product needs, is not a plain matrix
// product for XLA on a CPU.
package nn

import (
	"errors"
	"fmt"

	"congrad/harness/device"
	"congrad/harness/model"

	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// Engine runs models of one shape on one backend. It compiles a program the first time that a shape is met and keeps it, while
// there is room: all arms and seeds of an experiment share them, since weights are inputs. An Engine serves one goroutine.
type Engine struct {
	Config model.Config
	// BFloat16 has the products with the matrices of the blocks run in bfloat16, and keeps what is frozen in it. What is trained,
	// the residual stream, norms, attention scores and logits are float32. Set it before the first program.
	BFloat16 bool
	// Recompute has the backward pass compute activations again instead of keeping them, see pullback, and every pass meet the
	// vocabulary piece by piece. Set it before the first program.
	Recompute bool
	// Beneath reads a weight that is beneath the adapters. It is asked for one at a time, when the first policy is uploaded, so
	// that a large model never stands in memory as float32.
	Beneath func(s model.Shape) ([]float32, error)

	atOnce   int // logits that are computed together with Recompute
	backend  backends.Backend
	programs *programs
	frozen   []*tensors.Tensor // in the order of Config.Frozen
}

// NewEngine returns an engine for models of the given shape.
func NewEngine(backend backends.Backend, config model.Config) *Engine {
	return &Engine{Config: config, atOnce: MostLogits, backend: backend, programs: newPrograms(config.Layers)}
}

// can reports whether the backend has an operation. The pure-Go one lacks a few.
func (e *Engine) can(op backends.OpType) bool { return e.backend.Capabilities().Operations[op] }

// run executes the program called name, building and compiling it with build if it is new. The name must tell apart
// whatever build captures; input shapes are told apart by themselves. Inputs made by donate are consumed.
//
// GoMLX reports a mistake in a graph by panicking while the graph is built, and turns that into the error returned here.
func (e *Engine) run(name string, inputs []any, build func(in []*Node) []*Node) ([]*tensors.Tensor, error) {
	p := e.programs.find(name)
	if p == nil {
		p = &program{}
		x, err := graph.NewExec(e.backend, func(in []*Node) []*Node {
			p.shapes++
			return build(in)
		})
		if err != nil {
			return nil, fmt.Errorf("preparing %s: %w", name, err)
		}
		p.exec = x.WithName(name).SetMaxCache(-1)
		e.programs.add(name, p)
	}
	before := p.shapes
	err := p.exec.PreCompile(inputs...)
	compiled := p.shapes > before
	if compiled {
		e.programs.makeRoom(p)
		device.Trim() // so that what the compiler leaves is gone before the program takes its own
	}
	var out []*tensors.Tensor
	if err == nil {
		out, err = p.exec.Exec(inputs...)
	}
	if compiled { // some of it is let go later only
		device.Trim()
	}
	if err != nil {
		return nil, fmt.Errorf("running %s on a model of %d layers, width %d: %w", name, e.Config.Layers, e.Config.Hidden, err)
	}
	return out, nil
}

// donate hands a tensor's buffer over to the next execution, after which it is gone.
func (e *Engine) donate(t *tensors.Tensor) (any, error) {
	d, err := graph.DonateTensorBuffer(t, e.backend, 0)
	if err != nil {
		return nil, fmt.Errorf("handing a buffer over: %w", err)
	}
	return d, nil
}

// donateAll appends the buffers of ts to inputs.
func (e *Engine) donateAll(inputs []any, ts []*tensors.Tensor) ([]any, error) {
	for _, t := range ts {
		d, err := e.donate(t)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, d)
	}
	return inputs, nil
}

// appendTensors appends ts to inputs without handing them over.
func appendTensors(inputs []any, ts []*tensors.Tensor) []any {
	for _, t := range ts {
		inputs = append(inputs, t)
	}
	return inputs
}

// read copies a float32 result to the host and frees it.
func read(t *tensors.Tensor) ([]float32, error) {
	defer t.FinalizeAll()
	flat, err := tensors.CopyFlatData[float32](t)
	if err != nil {
		return nil, fmt.Errorf("reading a result of shape %s: %w", t.Shape(), err)
	}
	return flat, nil
}

// ErrNotFinite says that the model's numbers mean nothing.
var ErrNotFinite = errors.New("the logits are not finite: the weights are damaged or have diverged")

// logits copies logits [rows, vocab] to the host, frees them and returns the first n rows, which have to be finite: a NaN
// is neither more nor less than another number, so whoever looks for the largest one would take any.
func (e *Engine) logits(t *tensors.Tensor, n int) ([][]float32, error) {
	flat, err := read(t)
	if err != nil {
		return nil, err
	}
	rows := make([][]float32, n)
	for i := range rows {
		rows[i] = flat[i*e.Config.Vocab : (i+1)*e.Config.Vocab]
		for _, x := range rows[i] {
			if x-x != 0 { // of NaN and of the infinities only
				return nil, fmt.Errorf("row %d: %w", i, ErrNotFinite)
			}
		}
	}
	return rows, nil
}

func freeAll(ts []*tensors.Tensor) {
	for _, t := range ts {
		if t != nil {
			t.FinalizeAll()
		}
	}
}

// readFloat64 is read in the host's precision.
func readFloat64(t *tensors.Tensor) ([]float64, error) {
	flat, err := read(t)
	wide := make([]float64, len(flat))
	for i, x := range flat {
		wide[i] = float64(x)
	}
	return wide, err
}
