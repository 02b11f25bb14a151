package nn

import (
	"math"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/loss"
	"congrad/harness/model"
	"congrad/harness/model/narrow"
	"congrad/harness/rng"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/google/go-cmp/cmp"
)

// rounded is a model whose matrices are what bfloat16 can hold.
func rounded(w *model.Weights) *model.Weights {
	out := &model.Weights{Config: w.Config}
	for i, s := range w.Config.Shapes() {
		data := make([]float32, len(w.Tensors[i]))
		for j, x := range w.Tensors[i] {
			if data[j] = x; len(s.Dims) == 2 {
				data[j] = narrow.BFloat16(narrow.ToBFloat16(x))
			}
		}
		out.Tensors = append(out.Tensors, data)
	}
	return out
}

// In bfloat16 the operands of a product are off by up to 2^-9 of themselves, so log-probs are near those of float32 and not equal
// to them; and the bounds would not hold for a product that was left out or taken twice.
func TestBFloat16IsNear(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		batch := must(NewBatch(tinyRows, 4, 6, 4))(t)
		frozen := rounded(loud(tiny, 3))
		for name, c := range map[string]model.Config{"full": tiny, "adapters": adapted(model.AllProjections)} {
			engine := func(half bool) *Engine {
				e := NewEngine(b, c)
				e.BFloat16 = half
				e.Beneath = frozen.Read
				return e
			}
			host := frozen
			if c.LoRA.Rank > 0 {
				host = loud(c, 4)
			}
			run := func(e *Engine) ([][]float64, [][]float32) {
				trainer := must(e.NewTrainer(host, adam))(t)
				defer trainer.Free()
				logp := must(e.LogProbs(trainer.Weights(), batch))(t)
				must(trainer.Accumulate(batch, Likelihood{Weight: []float64{0.5, 1, 0.25, 2}}))(t)
				return logp, must(trainer.TakeGradient())(t)
			}
			logp, gradient := run(engine(false))
			shortLogp, shortGradient := run(engine(true))
			differ := false
			for i := range logp {
				for j := range logp[i] {
					differ = differ || logp[i][j] != shortLogp[i][j]
					if math.Abs(logp[i][j]-shortLogp[i][j]) > 0.02 { // seen: 0.0096
						t.Errorf("%s: a log-prob is %g in bfloat16 and %g in float32", name, shortLogp[i][j], logp[i][j])
					}
				}
			}
			if !differ {
				t.Errorf("%s: not one log-prob differs, so nothing was computed in bfloat16", name)
			}
			var dot, one, other float64
			for i := range gradient {
				for j, x := range gradient[i] {
					y := float64(shortGradient[i][j])
					dot, one, other = dot+float64(x)*y, one+float64(x)*float64(x), other+y*y
				}
			}
			if cosine := dot / math.Sqrt(one*other); cosine < 0.9995 || math.Abs(one/other-1) > 0.02 { // seen: 0.99988, 0.0092
				t.Errorf("%s: the gradients' cosine is %g, their squared norms %g and %g", name, cosine, one, other)
			}
		}
	})
}

// A product of bfloat16 matrices is a sum in float32 on both backends, which nothing rounds: errors are those of float32, and have no
// direction. A result in bfloat16 would be off by up to 2^-9 of itself, one with its bits cut by 2^-8 and by -0.0028 in the mean.
func TestBFloat16ProductsAreNotRounded(t *testing.T) {
	factor := func(seed uint64, n int, positive bool) []float32 {
		r, data := rng.Stream(seed, "factor"), make([]float32, n)
		for i := range data {
			x := r.NormFloat64()
			if positive {
				x = math.Abs(x)
			}
			data[i] = narrow.BFloat16(narrow.ToBFloat16(float32(x)))
		}
		return data
	}
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := NewEngine(b, tiny)
		for _, size := range [][3]int{{48, 32, 96}, {128, 256, 512}} { // the pure-Go backend has other loops for large products
			rows, columns, inner := size[0], size[1], size[2]
			for _, positive := range []bool{false, true} {
				a, w := factor(1, rows*inner, positive), factor(2, columns*inner, positive)
				inputs := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(a, rows, inner), tensors.FromFlatDataAndDimensions(w, columns, inner)}
				out := must(e.run("product", appendTensors(nil, inputs), func(in []*Node) []*Node {
					return []*Node{(&transformer{half: true}).product(in[0], in[1])}
				}))(t)
				got := must(read(out[0]))(t)
				mean, beyond := 0.0, 0
				for i := range rows {
					for j := range columns {
						sum, terms := 0.0, 0.0
						for k := range inner {
							x := float64(a[i*inner+k]) * float64(w[j*inner+k])
							sum, terms = sum+x, terms+math.Abs(x)
						}
						off := float64(got[i*columns+j]) - sum
						if math.Abs(off) > 1e-5*terms {
							beyond++
						}
						mean += off / sum / float64(rows*columns)
					}
				}
				if beyond > 0 || math.Abs(mean) > 3e-6 {
					t.Errorf("%v, positive %v: the mean relative error is %g, %d entries are off by more than float32 is", size, positive, mean, beyond)
				}
				t.Logf("%v, positive %v: the mean relative error is %.2g", size, positive, mean)
			}
		}
	})
}

// So are the gradients of such a product: sums in float32 of what bfloat16 holds, also where a checkpoint computes the operand again.
func TestBFloat16GradientsAreNotRounded(t *testing.T) {
	const rows, in, out = 5, 7, 6
	draw := func(purpose string, n int) []float32 {
		r, data := rng.Stream(1, purpose), make([]float32, n)
		for i := range data {
			data[i] = float32(r.NormFloat64())
		}
		return data
	}
	a, w, v := draw("a", rows*in), draw("w", out*in), draw("v", rows*out)
	// near compares entries with exact sums, of terms of the size of 1.
	near := func(t *testing.T, what string, got []float32, exact func(i int) float64) {
		t.Helper()
		for i, x := range got {
			if want := exact(i); math.Abs(float64(x)-want) > 1e-5 {
				t.Errorf("%s: entry %d is %g, the sum of the rounded operands' products is %g", what, i, x, want)
			}
		}
	}
	rounded := func(x float32) float64 { return float64(narrow.BFloat16(narrow.ToBFloat16(x))) }
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		for _, again := range []bool{false, true} {
			e := NewEngine(b, tiny)
			inputs := []*tensors.Tensor{
				tensors.FromFlatDataAndDimensions(a, rows, in), tensors.FromFlatDataAndDimensions(w, out, in), tensors.FromFlatDataAndDimensions(v, rows, out),
			}
			made := must(e.run("gradients of a product", appendTensors(nil, inputs), func(in []*Node) []*Node {
				m := &transformer{half: true, pieced: again}
				y := m.recomputed(in[0], func(a *Node) *Node { return m.product(graph.MulScalar(a, 1), in[1]) })
				return graph.Gradient(graph.ReduceAllSum(graph.Mul(y, in[2])), in[0], in[1])
			}))(t)
			near(t, "a", must(read(made[0]))(t), func(i int) (sum float64) {
				for k := range out {
					sum += rounded(v[i/in*out+k]) * rounded(w[k*in+i%in])
				}
				return sum
			})
			near(t, "w", must(read(made[1]))(t), func(i int) (sum float64) {
				for k := range rows {
					sum += rounded(v[k*out+i/in]) * rounded(a[k*in+i%in])
				}
				return sum
			})
		}
	})
}

// What is read is computed from the same bfloat16 matrices as what is trained, which rounds its masters in every product.
func TestReadingIsTrainingInBFloat16(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		batch := must(NewBatch(tinyRows, 4, 6, 4))(t)
		host := loud(tiny, 3)
		e := NewEngine(b, tiny)
		e.BFloat16 = true
		trainer := must(e.NewTrainer(host, adam))(t)
		defer trainer.Free()
		w := must(e.Upload(host))(t)
		defer w.Free()
		short := 0
		for i, s := range tiny.Shapes() {
			if half := w.tensors[i].DType() == dtypes.BFloat16; half != s.Projects() {
				t.Errorf("%s is %s", s.Name, w.tensors[i].DType())
			} else if half {
				short++
			}
		}
		if short == 0 {
			t.Error("no weight is bfloat16")
		}
		want := must(e.LogProbs(trainer.Weights(), batch))(t)
		if d := cmp.Diff(want, must(e.LogProbs(w, batch))(t)); d != "" {
			t.Errorf("log-probs of masters and of what is read: %s", d)
		}
		some := projections(tiny, true, true, 2, 1)
		gradient := must(e.NewSketcher(some[len(some)-2:]))(t) // fewer compile faster
		targets := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.1}, Reference: make([]float64, 2), Weight: []float64{0.5, 1}}
		wantSketch := must(gradient.Gradients(trainer.Weights(), batch, targets))(t)
		if d := cmp.Diff(wantSketch, must(gradient.Gradients(w, batch, targets))(t)); d != "" {
			t.Errorf("gradients of masters and of what is read: %s", d)
		}
	})
}
