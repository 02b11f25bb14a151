package nn

import (
	"math"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/loss"
	"congrad/harness/model"
	"congrad/harness/model/narrow"

	"github.com/gomlx/compute/dtypes"
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
					if math.Abs(logp[i][j]-shortLogp[i][j]) > 0.1 {
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
			if cosine := dot / math.Sqrt(one*other); cosine < 0.99 || math.Abs(one/other-1) > 0.25 {
				t.Errorf("%s: the gradients' cosine is %g, their squared norms %g and %g", name, cosine, one, other)
			}
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
