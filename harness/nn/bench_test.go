package nn

import (
	"fmt"
	"testing"

	"congrad/harness/device"
	"congrad/harness/loss"
	"congrad/harness/model"
	"congrad/harness/rng"
)

// embedded is the shape of the embedded model.
var embedded = model.Config{Vocab: 2048, Hidden: 128, Layers: 4, Heads: 4, KVHeads: 2, HeadDim: 32, FFN: 352, RopeBase: 10000, NormEps: 1e-5, Tied: true}

func backend(b *testing.B) device.Backend {
	b.Helper()
	x, _, err := device.Open("auto")
	if err != nil {
		b.Fatal(err)
	}
	return x
}

// randomRows are rows of seq tokens, the last span of them the answer.
func randomRows(rows, seq, span int) []Row {
	r := rng.Stream(1, "benchmark")
	list := make([]Row, rows)
	for i := range list {
		for j := range seq + 1 {
			if id := 1 + r.IntN(embedded.Vocab-1); j < seq+1-span {
				list[i].Prompt = append(list[i].Prompt, id)
			} else {
				list[i].Answer = append(list[i].Answer, id)
			}
		}
	}
	return list
}

func tokensPerSecond(b *testing.B, tokens int) {
	b.ReportMetric(float64(tokens*b.N)/b.Elapsed().Seconds(), "tok/s")
}

// BenchmarkDPOStep is one optimiser step on 16 rows of 64 tokens, the shape of the figures in the notes.
func BenchmarkDPOStep(b *testing.B) {
	for _, c := range []struct{ rows, seq, span int }{{16, 64, 63}, {16, 64, 16}, {32, 32, 12}} {
		b.Run(fmt.Sprintf("rows=%d/seq=%d/answer=%d", c.rows, c.seq, c.span), func(b *testing.B) {
			trainer, err := NewEngine(backend(b), embedded).NewTrainer(model.New(embedded, 1), AdamW{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Clip: 1})
			if err != nil {
				b.Fatal(err)
			}
			batch, err := NewBatch(randomRows(c.rows, c.seq, c.span), c.rows, c.seq, c.span)
			if err != nil {
				b.Fatal(err)
			}
			p := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.1}, Reference: make([]float64, c.rows/2), Weight: make([]float64, c.rows/2)}
			for i := range p.Weight {
				p.Weight[i] = 2 / float64(c.rows)
			}
			step := func() {
				if _, err := trainer.Accumulate(batch, p); err != nil {
					b.Fatal(err)
				}
				if _, err := trainer.Apply(1e-5); err != nil {
					b.Fatal(err)
				}
			}
			step() // compiles
			for b.Loop() {
				step()
			}
			tokensPerSecond(b, c.rows*c.seq)
		})
	}
}
