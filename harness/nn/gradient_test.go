package nn

import (
	"math"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/loss"
	"congrad/harness/model"
	"congrad/harness/rng"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// input is one float64 argument of a function under test.
type input struct {
	dims []int
	data []float64
}

// normal draws an input from N(0, scale²).
func normal(name string, scale float64, dims ...int) input {
	in := input{dims: dims, data: make([]float64, shapes.Make(dtypes.Float64, dims...).Size())}
	r := rng.Stream(1, "gradient test", name)
	for i := range in.data {
		in.data[i] = scale * r.NormFloat64()
	}
	return in
}

// checkGradient compares Gradient of Σ weights·f with central differences, entry by entry, in float64. The fixed random
// weights make every entry of f count differently, so that a gradient that is right only in the sum is found.
func checkGradient(t *testing.T, b device.Backend, f func(in []*Node) *Node, inputs ...input) {
	t.Helper()
	scalar := func(in []*Node) *Node {
		y := f(in)
		weights := normal("weights", 1, y.Shape().Dimensions...)
		if y.Rank() == 0 {
			return y
		}
		w := graph.Reshape(graph.Const(y.Graph(), weights.data), y.Shape().Dimensions...)
		return graph.ReduceAllSum(graph.Mul(y, w))
	}
	value := graph.MustNewExec(b, func(in []*Node) *Node { return scalar(in) })
	gradient := graph.MustNewExec(b, func(in []*Node) []*Node { return graph.Gradient(scalar(in), in...) })
	args := func() []any {
		var list []any
		for _, in := range inputs {
			list = append(list, tensors.FromFlatDataAndDimensions(append([]float64(nil), in.data...), in.dims...))
		}
		return list
	}
	got := gradient.MustCall(args()...)
	const h = 1e-5 // central differences in float64: truncation h², rounding 1e-16/h
	for i, in := range inputs {
		grad := tensors.MustCopyFlatData[float64](got[i])
		for j := range in.data {
			at := in.data[j]
			in.data[j] = at + h
			up := tensors.ToScalar[float64](value.MustCall(args()...)[0])
			in.data[j] = at - h
			down := tensors.ToScalar[float64](value.MustCall(args()...)[0])
			in.data[j] = at
			want := (up - down) / (2 * h)
			if math.Abs(grad[j]-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("input %d, entry %d: gradient %.9g, finite difference %.9g", i, j, grad[j], want)
				return
			}
		}
	}
}

func TestLayerGradients(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		positions := func(in []*Node) *Node {
			return graph.Add(graph.Iota(in[0].Graph(), shapes.Make(dtypes.Int32, 2, 3), 1), graph.Scalar(in[0].Graph(), dtypes.Int32, 4))
		}
		for name, c := range map[string]struct {
			f      func(in []*Node) *Node
			inputs []input
		}{
			"product":            {func(in []*Node) *Node { return MatMulT(in[0], in[1]) }, []input{normal("a", 1, 3, 4), normal("b", 1, 5, 4)}},
			"square product":     {func(in []*Node) *Node { return MatMulT(in[0], in[1]) }, []input{normal("a", 1, 3, 3), normal("b", 1, 3, 3)}},
			"batched product":    {func(in []*Node) *Node { return MatMulT(in[0], in[1]) }, []input{normal("a", 1, 2, 2, 3, 4), normal("b", 1, 2, 2, 3, 4)}},
			"untransposed":       {func(in []*Node) *Node { return MatMul(in[0], in[1]) }, []input{normal("a", 1, 2, 3, 4), normal("b", 1, 2, 4, 3)}},
			"product of a value": {func(in []*Node) *Node { y := MatMulT(in[0], in[1]); return MatMulT(y, graph.Square(y)) }, []input{normal("a", 1, 3, 4), normal("b", 1, 5, 4)}},
			"norm":               {func(in []*Node) *Node { return RMSNorm(in[0], in[1], 1e-5) }, []input{normal("x", 1, 3, 4), normal("gain", 1, 4)}},
			"rotation": {func(in []*Node) *Node {
				return NewRotary(positions(in), plainFrequencies(in[0].Graph(), 4, 100, dtypes.Float64)).Apply(in[0])
			}, []input{normal("x", 1, 2, 3, 2, 4)}},
			"softmax":       {func(in []*Node) *Node { return Softmax(in[0]) }, []input{normal("x", 2, 3, 5)}},
			"large softmax": {func(in []*Node) *Node { return Softmax(in[0]) }, []input{normal("x", 300, 2, 3)}},
			"swiglu":        {func(in []*Node) *Node { return SwiGLU(in[0], in[1]) }, []input{normal("gate", 1, 3, 4), normal("up", 1, 3, 4)}},
			"softplus":      {func(in []*Node) *Node { return loss.Softplus(number{in[0]}).node }, []input{normal("x", 20, 7)}},
			"label log-prob": {func(in []*Node) *Node {
				return labelLogProbs(in[0], graph.Const(in[0].Graph(), []int32{2, 0, 4}))
			}, []input{normal("x", 3, 3, 5)}},
			"pair sum": {func(in []*Node) *Node { return pairSum(in[0], 1, -1) }, []input{normal("x", 1, 6)}},
		} {
			t.Run(name, func(t *testing.T) { checkGradient(t, b, c.f, c.inputs...) })
		}
	})
}

// tiny is a model small enough for finite differences in every weight, with grouped queries.
var tiny = model.Config{Vocab: 7, Hidden: 4, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 4, FFN: 6, RopeBase: 100, NormEps: 1e-5, Tied: true}

// rows of different lengths, prompts and answers.
var tinyRows = []Row{
	{Prompt: []int{1, 2, 3}, Answer: []int{4, 5}},
	{Prompt: []int{1, 2, 3}, Answer: []int{6}},
	{Prompt: []int{2}, Answer: []int{3, 3, 1, 5}},
	{Prompt: []int{2}, Answer: []int{6, 0}},
}

func TestModelAndLossGradients(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		type subject struct {
			config  model.Config
			targets Targets
		}
		subjects := map[string]subject{
			"likelihood":  {tiny, Likelihood{Weight: []float64{0.5, 1, 0.25, 2}}},
			"untied head": {untied(tiny), Likelihood{Weight: []float64{1, 1, 1, 1}}},
		}
		for name, l := range losses {
			// far enough apart for one pair of the hinge loss to teach and the other not to
			subjects[name] = subject{small, Preference{Loss: l, Reference: []float64{0.3, -4}, Weight: []float64{1, 0.5}}}
		}
		for name, c := range subjects {
			t.Run(name, func(t *testing.T) {
				checkModelGradient(t, b, c.config, c.targets)
			})
		}
	})
}

// checkModelGradient compares the gradient of every weight of a random model with central differences, in float64.
func checkModelGradient(t *testing.T, b device.Backend, config model.Config, targets Targets) {
	t.Helper()
	batch, err := NewBatch(tinyRows, 4, 6, 4)
	if err != nil {
		t.Fatal(err)
	}
	extra, err := targets.inputs(batch.Rows)
	if err != nil {
		t.Fatal(err)
	}
	var inputs []input
	for _, s := range config.Shapes() {
		inputs = append(inputs, normal(s.Name, 0.5, s.Dims...))
	}
	side := append(batch.inputs(), extra...)
	checkGradient(t, b, func(in []*Node) *Node {
		g := in[0].Graph()
		var nodes []*Node
		for _, s := range side {
			n := graph.Const(g, s)
			if s.DType() == dtypes.Float32 {
				n = graph.ConvertDType(n, dtypes.Float64)
			}
			nodes = append(nodes, n)
		}
		at := takeBatch(nodes)
		logp := NewEngine(b, config).transformer(in).answerLogProbs(at)
		units, weight := targets.objective().loss(logp, at.mask, nodes[batchInputs:])
		return graph.ReduceAllSum(graph.Mul(units, weight))
	}, inputs...)
}

func untied(c model.Config) model.Config { c.Tied = false; return c }
