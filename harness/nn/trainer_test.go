package nn

import (
	"math"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
	"congrad/harness/rng"
)

var adam = AdamW{Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8, Decay: 0.1, Clip: 1}

// AdamW against its formulas in float64, over several steps with clipping at work, and one batch of four rows against
// four batches of one.
func TestOptimiser(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		const rate = 0.05
		e := NewEngine(b, tiny)
		weight := []float64{0.25, 0.25, 0.25, 0.25}
		train := func(batches [][]Row, steps int) (*model.Weights, []float64) {
			trainer := must(e.NewTrainer(loud(tiny, 6), adam))(t)
			defer trainer.Free()
			var norms []float64
			for range steps {
				for _, rows := range batches {
					must(trainer.Accumulate(must(NewBatch(rows, len(rows), 6, 4))(t), Likelihood{weight[:len(rows)]}))(t)
				}
				norms = append(norms, must(trainer.Apply(rate))(t))
			}
			return must(e.Download(trainer.Weights()))(t), norms
		}
		whole, norms := train([][]Row{tinyRows}, 3)
		cut, _ := train([][]Row{tinyRows[:1], tinyRows[1:2], tinyRows[2:3], tinyRows[3:]}, 3)
		want := referenceTraining(t, e, loud(tiny, 6), rate, 3)
		for i, s := range tiny.Shapes() {
			for j := range whole.Tensors[i] {
				near(t, s.Name+" trained in one batch", float64(whole.Tensors[i][j]), want[i][j], 1e-3)
				near(t, s.Name+" trained in four", float64(cut.Tensors[i][j]), float64(whole.Tensors[i][j]), 1e-3)
			}
			if t.Failed() {
				return
			}
		}
		if norms[0] <= adam.Clip {
			t.Errorf("the first gradient's norm %g is not clipped, so clipping is not tested", norms[0])
		}
	})
}

// referenceTraining is AdamW written as loops; gradients are taken from the device by steps of plain descent.
func referenceTraining(t *testing.T, e *Engine, w *model.Weights, rate float64, steps int) [][]float64 {
	t.Helper()
	var x, m, v [][]float64
	for _, data := range w.Tensors {
		wide := make([]float64, len(data))
		for i := range data {
			wide[i] = float64(data[i])
		}
		x, m, v = append(x, wide), append(m, make([]float64, len(data))), append(v, make([]float64, len(data)))
	}
	for step := 1; step <= steps; step++ {
		now := &model.Weights{Config: w.Config}
		for i := range x {
			narrow := make([]float32, len(x[i]))
			for j := range narrow {
				narrow[j] = float32(x[i][j])
			}
			now.Tensors = append(now.Tensors, narrow)
		}
		g := likelihoodGradient(t, e, now)
		norm := 0.0
		for i := range g {
			for _, gij := range g[i] {
				norm += gij * gij
			}
		}
		shrink := 1 / math.Max(1, math.Sqrt(norm)/adam.Clip)
		for i, s := range w.Config.Shapes() {
			for j := range x[i] {
				gij := g[i][j] * shrink
				m[i][j] = adam.Beta1*m[i][j] + (1-adam.Beta1)*gij
				v[i][j] = adam.Beta2*v[i][j] + (1-adam.Beta2)*gij*gij
				move := m[i][j] / (1 - math.Pow(adam.Beta1, float64(step))) / (math.Sqrt(v[i][j]/(1-math.Pow(adam.Beta2, float64(step)))) + adam.Epsilon)
				if len(s.Dims) > 1 {
					move += adam.Decay * x[i][j]
				}
				x[i][j] -= rate * move
			}
		}
	}
	return x
}

// likelihoodGradient is the gradient of the mean negative log-likelihood of tinyRows' answers.
func likelihoodGradient(t *testing.T, e *Engine, w *model.Weights) [][]float64 {
	t.Helper()
	trainer := must(e.NewTrainer(w, adam))(t)
	defer trainer.Free()
	must(trainer.Accumulate(must(NewBatch(tinyRows, 4, 6, 4))(t), Likelihood{[]float64{0.25, 0.25, 0.25, 0.25}}))(t)
	flat := must(download(trainer.grads))(t)
	g := make([][]float64, len(flat))
	for i := range flat {
		for _, x := range flat[i] {
			g[i] = append(g[i], float64(x))
		}
	}
	return g
}

func TestResumedTrainingIsTheSame(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := NewEngine(b, tiny)
		step := func(trainer *Trainer, seed uint64) {
			r := rng.Stream(seed, "resume")
			rows := []Row{tinyRows[r.IntN(4)], tinyRows[r.IntN(4)]}
			must(trainer.Accumulate(must(NewBatch(rows, 2, 6, 4))(t), Likelihood{[]float64{0.5, 0.5}}))(t)
			must(trainer.Apply(0.01))(t)
		}
		straight := must(e.NewTrainer(loud(tiny, 7), adam))(t)
		for seed := range uint64(4) {
			step(straight, seed)
		}
		first := must(e.NewTrainer(loud(tiny, 7), adam))(t)
		step(first, 0)
		step(first, 1)
		second := must(e.ResumeTrainer(must(first.State())(t), adam))(t)
		step(second, 2)
		step(second, 3)
		if a, b := must(straight.State())(t).Weights.Hash(), must(second.State())(t).Weights.Hash(); a != b {
			t.Error("training that was interrupted and resumed ends in other weights")
		}
	})
}
