package sketch

import (
	"testing"
	"time"

	"congrad/harness/device"
	"congrad/harness/loss"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"
)

// BenchmarkScoring scores 128 pairs of the embedded model's size, sketches and sums, and sets the time against others taken
// in turn with it, so that the ratios mean something on a busy machine too:
//
//	one-by-one    how many times longer the same sketches take in batches of one pair
//	by-weights    how many times longer the pairs' weight-sized gradients take, one by one, before anything projects them:
//	              the loop of tools without gradients by sample
//	of-an-epoch   the share of one training epoch's time on these pairs that scoring takes
func BenchmarkScoring(b *testing.B) {
	const pairs, seq, span, batch = 128, 32, 12, 32
	shape := model.Config{Vocab: 2048, Hidden: 128, Layers: 4, Heads: 4, KVHeads: 2, HeadDim: 32, FFN: 352, RopeBase: 10000, NormEps: 1e-5, Tied: true}
	backend, _, err := device.Open("auto")
	fail := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	fail(err)
	e, host := nn.NewEngine(backend, shape), model.New(shape, 1)
	w, err := e.Upload(host)
	fail(err)
	sketcher, err := e.NewSketcher(Projections(shape, Settings{Kind: Flora, Rank: 16}, 1, "1"))
	fail(err)
	trainer, err := e.NewTrainer(host, nn.AdamW{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Clip: 1})
	fail(err)
	r := rng.Stream(1, "benchmark")
	rows, language := make([]nn.Row, 2*pairs), make([]int, pairs)
	for i := range rows {
		for j := range seq + 1 {
			if id := 1 + r.IntN(shape.Vocab-1); j < seq+1-span {
				rows[i].Prompt = append(rows[i].Prompt, id)
			} else {
				rows[i].Answer = append(rows[i].Answer, id)
			}
		}
		language[i/2] = i / 2 % 10
	}
	codes := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
	each := func(size int, f func(b *nn.Batch, p nn.Preference)) {
		for from := 0; from < pairs; from += size {
			laid, err := nn.NewBatch(rows[2*from:2*(from+size)], 2*size, seq, span)
			fail(err)
			p := nn.Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.1}, Reference: make([]float64, size), Weight: make([]float64, size)}
			for i := range p.Weight {
				p.Weight[i] = 1 / float64(size)
			}
			f(laid, p)
		}
	}
	score := func(size int) {
		var list [][]float32
		each(size, func(laid *nn.Batch, p nn.Preference) {
			p.Weight = nil
			sketches, err := sketcher.Gradients(w, laid, p)
			fail(err)
			list = append(list, sketches...)
		})
		_, err := Gather(list, language, codes, EMA(0.99), 1, "1")
		fail(err)
	}
	epoch := func() {
		each(16, func(laid *nn.Batch, p nn.Preference) {
			_, err := trainer.Accumulate(laid, p)
			fail(err)
			_, err = trainer.Apply(1e-6)
			fail(err)
		})
	}
	weights := func() {
		each(1, func(laid *nn.Batch, p nn.Preference) {
			_, err := trainer.Accumulate(laid, p)
			fail(err)
			_, err = trainer.TakeGradient()
			fail(err)
		})
	}
	ways := []func(){func() { score(batch) }, func() { score(1) }, epoch, weights}
	for _, f := range ways {
		f() // compiles
	}
	took := make([]time.Duration, len(ways))
	for b.Loop() {
		for i, f := range ways {
			start := time.Now()
			f()
			took[i] += time.Since(start)
		}
	}
	b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "one-by-one")
	b.ReportMetric(took[3].Seconds()/took[0].Seconds(), "by-weights")
	b.ReportMetric(took[0].Seconds()/took[2].Seconds(), "of-an-epoch")
	b.ReportMetric(pairs*float64(b.N)/took[0].Seconds(), "pairs/s")
}
