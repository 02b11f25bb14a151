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
	"sync"

	"congrad/harness/device"
	"congrad/harness/model"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Engine runs models of one shape on one backend. It compiles a program the first time that a shape is met and keeps it, while
// there is room: all arms and seeds of an experiment share them, since weights are inputs.
//
// An Engine serves any number of goroutines; their programs run at the same time, with the results that they have alone. A
// Trainer, a Sketcher, a Decoder and a GradientStack serve one goroutine each. Weights may be read by several, as long as none
// of them trains or frees them.
//
// GoMLX promises nothing here. This is read from its sources (gomlx v0.28.2, compute v0.1.2, third_party/go-xla):
//   - gomlx core/graph/graph.go: graphs share a counter alone, which has a lock. A program is built in a graph of its own and run by its
//     Executable, without GoMLX's Exec.
//   - gomlx core/tensors/ondevice.go: Buffer and DonateBuffer lock the tensor, and copy it to the device if it is not there. A buffer
//     stays valid only while nobody frees its tensor or hands it over.
//   - go-xla pjrt/buffers.go: a buffer's shape is noted when it is first asked for, without a lock; tensors.FromBuffer asks.
//     pjrt/loadedexecutables.go: Execute changes nothing in Go but its arguments, taken from a pool for each processor, and
//     waits. PJRT itself is made to be called from several threads.
//   - compute internal/gobackend, executable.go, buffers.go, workerspool: each execution has its own buffers, from pools that several
//     goroutines may use, and shares the workers. As operations run one after the other, workers are parts of one operation: they
//     never wait for a free worker, and no sum depends on who does what.
//   - Freeing a program that runs crashes: compute internal/gobackend/exec.go says so, and on XLA a test did.
type Engine struct {
	Config model.Config
	// BFloat16 has the products with the matrices of the blocks take bfloat16 operands, and keeps those matrices in it where they are
	// only read, and everything that is frozen. What is trained, the results of products, the residual stream, norms, attention
	// scores and logits are float32. Set it before the first program.
	BFloat16 bool
	// Recompute has the backward pass compute activations again instead of keeping them, see pullback, and every pass meet the
	// vocabulary piece by piece. Set it before the first program.
	Recompute bool
	// Beneath reads a weight that is beneath the adapters. It is asked for one at a time, when the first policy is uploaded, so
	// that a large model never stands in memory as float32.
	Beneath func(s model.Shape) ([]float32, error)

	atOnce   int // logits that are computed together with Recompute
	backend  compute.Backend
	programs *programs
	freezing sync.Mutex        // held while frozen is filled
	frozen   []*tensors.Tensor // in the order of Config.Frozen; never changes once there are Weights
}

// NewEngine returns an engine for models of the given shape.
func NewEngine(backend compute.Backend, config model.Config) *Engine {
	return &Engine{Config: config, atOnce: MostLogits, backend: backend, programs: newPrograms(backend, config.Layers)}
}

// can reports whether the backend has an operation. The pure-Go one lacks a few.
func (e *Engine) can(op compute.OpType) bool { return e.backend.Capabilities().Operations[op] }

// argument is what a program is run on.
type argument struct {
	tensor *tensors.Tensor
	donate bool // the tensor's buffer is handed over to the program, after which it is gone
}

// run executes the program called name, building and compiling it with build if it is new. The name must
// include whatever build captures. The shapes of the inputs, and which of them are handed over, are part of the program's key anyway.
func (e *Engine) run(name string, inputs []argument, build func(in []*Node) []*Node) ([]*tensors.Tensor, error) {
	fresh := false
	p := e.programs.take(newKey(name, inputs), func() (compute.Executable, error) {
		fresh = true
		executable, err := e.compile(name, inputs, build)
		device.Trim() // so that what the compiler leaves is gone before the program takes its own
		return executable, err
	})
	executable, err := p.executable()
	defer e.programs.release(p, err != nil)
	var out []*tensors.Tensor
	if err == nil {
		out, err = e.execute(executable, inputs)
	}
	if fresh { // some of what the compiler leaves is let go later only
		device.Trim()
	}
	if err != nil {
		return nil, fmt.Errorf("running %s on a model of %d layers, width %d: %w", name, e.Config.Layers, e.Config.Hidden, err)
	}
	return out, nil
}

// compile builds a program and compiles it for the shapes of inputs, which stay as they are. The graph is let go: of a model of
// thirty blocks it takes as much memory as the executable.
//
// GoMLX reports a mistake in a graph by panicking while the graph is built.
func (e *Engine) compile(name string, inputs []argument, build func(in []*Node) []*Node) (executable compute.Executable, err error) {
	defer caught("building the graph", &err)
	g := graph.NewGraph(e.backend, name)
	in := make([]*Node, len(inputs))
	for i, x := range inputs {
		in[i] = graph.Parameter(g, x.parameter(i), x.tensor.Shape())
	}
	if err := g.Compile(build(in)...); err != nil {
		return nil, err
	}
	return g.Executable(), nil
}

// caught turns a panic of GoMLX into the error of a function.
func caught(doing string, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%s: %v", doing, r)
	}
}

// parameter is the name of the input at place i of a program. XLA computes results in the place of an input only where the program
// says that it may: device.Donor says so by the name.
func (a argument) parameter(i int) string {
	if a.donate {
		return fmt.Sprintf("%s%d", device.Donor, i)
	}
	return fmt.Sprintf("input_%d", i)
}

// execute runs a compiled program.
func (e *Engine) execute(executable compute.Executable, inputs []argument) (out []*tensors.Tensor, err error) {
	defer caught("executing", &err)
	buffers, donated := make([]compute.Buffer, len(inputs)), make([]bool, len(inputs))
	for i, in := range inputs {
		hand, verb := in.tensor.Buffer, "reading"
		if in.donate {
			hand, verb = in.tensor.DonateBuffer, "handing over"
		}
		if buffers[i], err = hand(e.backend, 0); err != nil {
			return nil, fmt.Errorf("%s input %d: %w", verb, i, err)
		}
		donated[i] = in.donate
	}
	results, err := executable.Execute(buffers, donated, 0)
	if err != nil {
		return nil, err
	}
	out = make([]*tensors.Tensor, len(results))
	for i, r := range results {
		if out[i], err = tensors.FromBuffer(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// donateTensors appends ts to inputs and hands their buffers over.
func donateTensors(inputs []argument, ts []*tensors.Tensor) []argument {
	for _, t := range ts {
		inputs = append(inputs, argument{t, true})
	}
	return inputs
}

// appendTensors appends ts to inputs without handing them over.
func appendTensors(inputs []argument, ts []*tensors.Tensor) []argument {
	for _, t := range ts {
		inputs = append(inputs, argument{t, false})
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
