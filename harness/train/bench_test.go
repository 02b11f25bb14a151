package train

import (
	"math"
	"testing"

	"congrad/harness/device"
	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"
	"congrad/harness/sketch"
)

// embedded is the shape of the embedded model.
var embedded = model.Config{Vocab: 2048, Hidden: 128, Layers: 4, Heads: 4, KVHeads: 2, HeadDim: 32, FFN: 352, RopeBase: 10000, NormEps: 1e-5, Tied: true}

// BenchmarkStep is a step on 16 pairs of the length of the embedded world's, in ten languages: joint training's, and that of
// picking half of the batch while training, with its sketches, its averages and a consensus every fifth time.
func BenchmarkStep(b *testing.B) {
	backend, _, err := device.Open("auto")
	if err != nil {
		b.Fatal(err)
	}
	e, r := nn.NewEngine(backend, embedded), rng.Stream(1, "benchmark")
	words := func(n int) (list []int) {
		for range n {
			list = append(list, 1+r.IntN(embedded.Vocab-1))
		}
		return list
	}
	var pairs []Pair
	var batch []int
	for i := range 16 {
		ask := words(20)
		pairs = append(pairs, Pair{Chosen: nn.Row{Prompt: ask, Answer: words(10)}, Rejected: nn.Row{Prompt: ask, Answer: words(10)}, Language: i % 10})
		batch = append(batch, i)
	}
	s := Settings{BatchPairs: 16, Tokens: 2048, Loss: loss.Loss{Kind: "dpo", Beta: 0.1}, Adam: nn.AdamW{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Clip: 1}}
	for _, kind := range []string{"joint", sketch.Flora, sketch.Logra, sketch.Exact} {
		b.Run(kind, func(b *testing.B) {
			trainer, err := e.NewTrainer(model.New(embedded, 1), s.Adam)
			if err != nil {
				b.Fatal(err)
			}
			defer trainer.Free()
			filter := func(_ *nn.Weights, batch []int) ([]int, error) { return batch, nil }
			if kind != "joint" {
				o := NewOnline(e, sketch.NewOnline(sketch.OnlineSettings{
					Model: embedded, Sketch: sketch.Settings{Kind: kind, Rank: 16}, Languages: 10, Decay: 0.99, Aggregator: "pcgrad", Unit: true,
					Keep: method.Keep{Share: 0.5, Global: true, Threshold: math.NaN()}, RenewEvery: 5, Seed: 1, Round: "1",
				}), nil, pairs, s)
				defer o.Free()
				filter = o.Filter
			}
			course := s.course(pairs, 1, "1")
			step := func() {
				kept, err := filter(trainer.Weights(), batch)
				if err != nil {
					b.Fatal(err)
				}
				made := Step{Rate: 1e-6, Pairs: len(kept), total: float64(len(kept))}
				if err := s.accumulate(trainer, pick(pairs, kept), all(len(kept)), course.room(roomFor(len(kept), 16, 16)), 1/float64(len(kept)), &made); err != nil {
					b.Fatal(err)
				}
				if err := made.apply(trainer); err != nil {
					b.Fatal(err)
				}
			}
			for range 6 { // compiles, and finds a first consensus
				step()
			}
			for b.Loop() {
				step()
			}
		})
	}
}
