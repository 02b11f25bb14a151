package nn

import (
	"math"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
)

// Gradients come off the stack as they went on: their inner products and weighted sum are those of the copies on the host, part by part
// of the weights, with fewer gradients than the stack holds and with as many.
func TestGradientStack(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := NewEngine(b, tiny)
		trainer := must(e.NewTrainer(loud(tiny, 6), adam))(t)
		defer trainer.Free()
		accumulate := func(row int) {
			must(trainer.Accumulate(must(NewBatch(tinyRows[row:row+1], 1, 6, 4))(t), Likelihood{[]float64{1}}))(t)
		}
		stack := trainer.NewGradientStack(3)
		parts := model.Parts(tiny.Shapes(), model.EachBlock)
		defer stack.Free()
		for _, rows := range [][]int{{0, 2}, {3}, {1, 2, 3}} {
			var host [][][]float32
			for _, row := range rows {
				accumulate(row)
				host = append(host, must(trainer.TakeGradient())(t))
				accumulate(row)
				if err := stack.Push(); err != nil {
					t.Fatal(err)
				}
			}
			grams := must(stack.Grams(parts))(t)
			var weights [][]float64
			for part := range grams {
				weights = append(weights, []float64{0.5, -2 - float64(part), 3}[:len(rows)])
			}
			for k := range rows {
				for l := range rows {
					want := make([]float64, len(grams))
					for i := range host[k] {
						for j, x := range host[k][i] {
							want[parts[i]] += float64(x) * float64(host[l][i][j])
						}
					}
					for part, gram := range grams {
						near(t, "inner product", gram.At(k, l), want[part], 1e-5)
					}
				}
			}
			if err := stack.Combine(parts, weights); err != nil {
				t.Fatal(err)
			}
			sum := must(trainer.TakeGradient())(t)
			for i := range sum {
				for j, x := range sum[i] {
					want := 0.0
					for k, w := range weights[parts[i]] {
						want += w * float64(host[k][i][j])
					}
					near(t, tiny.Shapes()[i].Name, float64(x), want, 1e-5)
				}
			}
		}
		if stack.Push() == nil || stack.Combine(parts, nil) == nil {
			t.Error("nothing is pushed, or combined")
		}
		if _, err := stack.Grams(parts); err == nil {
			t.Error("nothing has inner products")
		}
		for range 3 {
			accumulate(0)
			if err := stack.Push(); err != nil {
				t.Fatal(err)
			}
		}
		accumulate(0)
		if stack.Push() == nil || stack.Combine(parts, [][]float64{{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}) == nil || stack.Combine(parts, [][]float64{{1}}) == nil {
			t.Error("a gradient is left over, and nobody minds")
		}
		if math.IsNaN(must(stack.Grams(parts))(t)[0].At(2, 2)) {
			t.Error("a full stack has no inner products")
		}
	})
}
