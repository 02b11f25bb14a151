package nn

import (
	"fmt"
	"testing"

	"congrad/harness/model"
)

// BenchmarkGreedy is 16 greedy tokens behind prompts of 32, prefill included.
func BenchmarkGreedy(b *testing.B) {
	const seq, limit = 32, 16
	for _, rows := range []int{8, 32, 256} {
		for _, half := range []bool{false, true} {
			b.Run(fmt.Sprintf("rows=%d/bfloat16=%t", rows, half), func(b *testing.B) {
				e := NewEngine(backend(b), embedded)
				e.BFloat16 = half
				w, err := e.Upload(model.New(embedded, 1))
				if err != nil {
					b.Fatal(err)
				}
				defer w.Free()
				prompts := make([][]int, rows)
				for i := range prompts {
					prompts[i] = make([]int, seq)
				}
				answer := func() {
					d, predicted, err := e.Prefill(w, prompts, 1, rows, seq, limit)
					for range limit {
						if err != nil {
							b.Fatal(err)
						}
						predicted, err = d.Next(predicted.Likeliest)
					}
					d.Free()
				}
				answer() // compiles
				for b.Loop() {
					answer()
				}
				tokensPerSecond(b, rows*limit)
			})
		}
	}
}
