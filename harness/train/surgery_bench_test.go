package train

import (
	"context"
	"testing"
	"time"

	"congrad/harness/device"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"
)

// BenchmarkSurgery is training on 160 pairs of ten languages in steps of 16, of the embedded model's shape and with the
// lengths of the embedded world: ten steps without surgery and ten with it.
func BenchmarkSurgery(b *testing.B) {
	backend, _, err := device.Open("auto")
	if err != nil {
		b.Fatal(err)
	}
	shape := model.Config{Vocab: 2048, Hidden: 128, Layers: 4, Heads: 4, KVHeads: 2, HeadDim: 32, FFN: 352, RopeBase: 10000, NormEps: 1e-5, Tied: true}
	e := nn.NewEngine(backend, shape)
	r := rng.Stream(1, "benchmark")
	tokens := func(n int) (list []int) {
		for range n {
			list = append(list, 1+r.IntN(shape.Vocab-1))
		}
		return list
	}
	pairs := make([]Pair, 160)
	for i := range pairs {
		ask := tokens(20)
		pairs[i] = Pair{Chosen: nn.Row{Prompt: ask, Answer: tokens(8)}, Rejected: nn.Row{Prompt: ask, Answer: tokens(8)}, Language: i % 10}
	}
	s := settings
	s.Epochs, s.BatchPairs, s.Tokens = 1, 16, 2048
	run := func(b *testing.B, surgery *Surgery) time.Duration {
		s.Surgery = surgery
		trainer, err := e.NewTrainer(model.New(shape, 1), s.Adam)
		if err != nil {
			b.Fatal(err)
		}
		defer trainer.Free()
		start := time.Now()
		if err := Pairs(context.Background(), trainer, 0, pairs, s, 1, "1", func(Step) error { return nil }); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	for _, name := range []string{"mean", "pcgrad", "gradvac"} {
		b.Run(name, func(b *testing.B) {
			a, err := method.FindAggregator(name)
			if err != nil {
				b.Fatal(err)
			}
			surgery := &Surgery{Aggregator: a, Languages: 10}
			run(b, nil) // compiles
			run(b, surgery)
			var with, without time.Duration
			for b.Loop() { // by turns, so that both have the machine's good and bad moments
				without += run(b, nil)
				with += run(b, surgery)
			}
			b.ReportMetric(with.Seconds()/without.Seconds(), "x-joint")
			b.ReportMetric(without.Seconds()/float64(10*b.N)*1e3, "ms/joint-step")
		})
	}
}
