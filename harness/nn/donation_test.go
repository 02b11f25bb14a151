package nn

import (
	"reflect"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"

	"github.com/gomlx/gomlx/core/tensors"
)

// What is handed over is computed in place: the new weights, moments and caches lie where the old ones lay. Without the mark of a
// donor XLA allocates all of them and copies the caches, with the same numbers.
func TestDonatedBuffersAreReused(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		if b.Name() != "xla" {
			return // the pure-Go backend has pools of its own
		}
		e := NewEngine(b, tiny)
		t.Run("optimiser step", func(t *testing.T) {
			trainer := must(e.NewTrainer(loud(tiny, 6), adam))(t)
			defer trainer.Free()
			batch := must(NewBatch(tinyRows, len(tinyRows), 6, 4))(t)
			state := func() [][]*tensors.Tensor {
				return [][]*tensors.Tensor{trainer.weights, trainer.m, trainer.v, trainer.grads}
			}
			for step := range 3 { // the gradients of the first step lie in new buffers
				must(trainer.Accumulate(batch, Likelihood{[]float64{1, 1, 1, 1}}))(t)
				before := places(t, b, state()...)
				must(trainer.Apply(0.1))(t)
				if reused, all := overlap(before, places(t, b, state()...)); reused != all {
					t.Errorf("step %d: %d of %d weights and moments lie in buffers that were handed over", step, reused, all)
				}
			}
			must(trainer.Accumulate(batch, Likelihood{[]float64{1, 1, 1, 1}}))(t)
			before := places(t, b, trainer.grads)
			must(trainer.Accumulate(batch, Likelihood{[]float64{1, 1, 1, 1}}))(t)
			if reused, all := overlap(before, places(t, b, trainer.grads)); reused != all {
				t.Errorf("%d of %d sums of gradients lie in buffers that were handed over", reused, all)
			}
		})
		t.Run("decoding", func(t *testing.T) {
			w := must(e.Upload(loud(tiny, 6)))(t)
			defer w.Free()
			d, _, err := e.Prefill(w, [][]int{{1, 2, 3}, {4, 5}}, 2, 2, 4, 4)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Free()
			before := places(t, b, d.caches)
			for range 3 {
				must(d.Next([]int{1, 2, 3, 4}))(t)
			}
			if reused, all := overlap(before, places(t, b, d.caches)); reused != all {
				t.Errorf("%d of %d caches lie in buffers that were handed over", reused, all)
			}
		})
	})
}

// places are the addresses of the buffers on the device.
func places(t *testing.T, b device.Backend, groups ...[]*tensors.Tensor) map[uintptr]bool {
	t.Helper()
	at := map[uintptr]bool{}
	for _, group := range groups {
		for _, x := range group {
			flat := must(must(x.Buffer(b, 0))(t).Data())(t)
			at[reflect.ValueOf(flat).Pointer()] = true
		}
	}
	return at
}

// overlap is how many of the new places are old ones.
func overlap(before, after map[uintptr]bool) (reused, all int) {
	for p := range after {
		if before[p] {
			reused++
		}
	}
	return reused, len(after)
}
