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

// scoring is what BenchmarkScoring times: pairs at random of the embedded model's size, in ten languages.
type scoring struct {
	b        *testing.B
	weights  *nn.Weights
	sketcher *nn.Sketcher
	trainer  *nn.Trainer
	rows     []nn.Row // chosen and rejected in turn
	language []int
}

const benchPairs, benchSeq, benchSpan = 128, 32, 12

func newScoring(b *testing.B) *scoring {
	s := &scoring{b: b, language: make([]int, benchPairs)}
	shape := model.Config{Vocab: 2048, Hidden: 128, Layers: 4, Heads: 4, KVHeads: 2, HeadDim: 32, FFN: 352, RopeBase: 10000, NormEps: 1e-5, Tied: true}
	backend, _, err := device.Open("auto")
	s.fail(err)
	e, host := nn.NewEngine(backend, shape), model.New(shape, 1)
	s.weights, err = e.Upload(host)
	s.fail(err)
	s.sketcher, err = e.NewSketcher(Projections(shape, Settings{Kind: Flora, Rank: 16}, 1, "1"))
	s.fail(err)
	s.trainer, err = e.NewTrainer(host, nn.AdamW{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Clip: 1})
	s.fail(err)
	r := rng.Stream(1, "benchmark")
	s.rows = make([]nn.Row, 2*benchPairs)
	for i := range s.rows {
		for j := range benchSeq + 1 {
			if id := 1 + r.IntN(shape.Vocab-1); j < benchSeq+1-benchSpan {
				s.rows[i].Prompt = append(s.rows[i].Prompt, id)
			} else {
				s.rows[i].Answer = append(s.rows[i].Answer, id)
			}
		}
		s.language[i/2] = i / 2 % 10
	}
	return s
}

func (s *scoring) fail(err error) {
	s.b.Helper()
	if err != nil {
		s.b.Fatal(err)
	}
}

// each calls f with the pairs in batches of a size.
func (s *scoring) each(size int, f func(b *nn.Batch, p nn.Preference)) {
	for from := 0; from < benchPairs; from += size {
		laid, err := nn.NewBatch(s.rows[2*from:2*(from+size)], 2*size, benchSeq, benchSpan)
		s.fail(err)
		p := nn.Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.1}, Reference: make([]float64, size), Weight: make([]float64, size)}
		for i := range p.Weight {
			p.Weight[i] = 1 / float64(size)
		}
		f(laid, p)
	}
}

// score sketches the pairs in batches of a size and sums the sketches up.
func (s *scoring) score(size int) {
	var list [][]float32
	s.each(size, func(laid *nn.Batch, p nn.Preference) {
		p.Weight = nil
		sketches, err := s.sketcher.Gradients(s.weights, laid, p)
		s.fail(err)
		list = append(list, sketches...)
	})
	codes := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
	_, err := Gather(list, s.language, codes, EMA(0.99), 1, "1")
	s.fail(err)
}

// epoch trains on every pair once.
func (s *scoring) epoch() {
	s.each(16, func(laid *nn.Batch, p nn.Preference) {
		_, err := s.trainer.Accumulate(laid, p)
		s.fail(err)
		_, err = s.trainer.Apply(1e-6)
		s.fail(err)
	})
}

// gradients takes the pairs' weight-sized gradients, one by one.
func (s *scoring) gradients() {
	s.each(1, func(laid *nn.Batch, p nn.Preference) {
		_, err := s.trainer.Accumulate(laid, p)
		s.fail(err)
		_, err = s.trainer.TakeGradient()
		s.fail(err)
	})
}

// BenchmarkScoring scores 128 pairs of the embedded model's size, sketches and sums, and sets the time against others taken
// in turn with it, so that the ratios mean something on a busy machine too:
//
//	one-by-one    how many times longer the same sketches take in batches of one pair
//	by-weights    how many times longer the pairs' weight-sized gradients take, one by one, before anything projects them:
//	              the loop of tools without gradients by sample
//	of-an-epoch   the share of one training epoch's time on these pairs that scoring takes
func BenchmarkScoring(b *testing.B) {
	s := newScoring(b)
	ways := []func(){func() { s.score(32) }, func() { s.score(1) }, s.epoch, s.gradients}
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
	b.ReportMetric(benchPairs*float64(b.N)/took[0].Seconds(), "pairs/s")
}
