package nn

import (
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"congrad/harness/device"
	"congrad/harness/loss"
	"congrad/harness/model"
	"congrad/harness/rng"

	"golang.org/x/sys/unix"
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

// BenchmarkSideBySide compares two pieces of work on one engine one after the other with the same at the same time. together/apart
// is the smallest ratio of wall times among rounds that time both ways in turn: 0.5 on two idle cores would be perfect. Trap: on
// a busy machine it is too good, since more threads get more of the cores. cpu-ratio is that of processor time over all rounds:
// above 1 they stand in each other's way.
func BenchmarkSideBySide(b *testing.B) {
	e := NewEngine(backend(b), embedded)
	host := model.New(embedded, 1)
	check := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	w, err := e.Upload(host)
	check(err)
	const rows, seq, span = 32, 64, 32
	batch, err := NewBatch(randomRows(rows, seq, span), rows, seq, span)
	check(err)
	p := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.1}, Reference: make([]float64, rows/2), Weight: make([]float64, rows/2)}
	train := func() func() {
		trainer, err := e.NewTrainer(host, AdamW{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Clip: 1})
		check(err)
		return func() {
			for range 2 {
				_, err := trainer.Accumulate(batch, p)
				check(err)
				_, err = trainer.Apply(1e-5)
				check(err)
			}
		}
	}
	decode := func() func() {
		prompts := make([][]int, 64)
		for i := range prompts {
			prompts[i] = make([]int, 32)
		}
		return func() {
			d, _, err := e.Prefill(w, prompts, 2, len(prompts), 32, 32)
			check(err)
			for range 16 {
				_, err := d.Next(make([]int, d.Rows()))
				check(err)
			}
			d.Free()
		}
	}
	sketch := func() func() {
		s, err := e.NewSketcher(projections(embedded, true, true, 8, 1))
		check(err)
		return func() {
			for range 2 {
				_, err := s.Gradients(w, batch, p)
				check(err)
			}
		}
	}
	for _, c := range []struct {
		name string
		work []func()
	}{
		{"two trainers", []func(){train(), train()}},
		{"trainer and decoder", []func(){train(), decode()}},
		{"trainer and sketcher", []func(){train(), sketch()}},
		{"two decoders", []func(){decode(), decode()}},
		{"two sketchers", []func(){sketch(), sketch()}},
	} {
		b.Run(c.name, func(b *testing.B) {
			sideBySide(b, c.work)
		})
	}
}

// sideBySide times pieces of work apart and together, in turn.
func sideBySide(b *testing.B, work []func()) {
	for _, f := range work { // compiles
		f()
	}
	best, cpu := math.Inf(1), [2]time.Duration{}
	for b.Loop() {
		apart, together := timed(&cpu[0], func() {
			for _, f := range work {
				f()
			}
		}), timed(&cpu[1], func() {
			var both sync.WaitGroup
			for _, f := range work {
				both.Go(f)
			}
			both.Wait()
		})
		best = min(best, together.Seconds()/apart.Seconds())
	}
	b.ReportMetric(best, "together/apart")
	b.ReportMetric(cpu[1].Seconds()/cpu[0].Seconds(), "cpu-ratio")
}

// timed returns how long f takes and adds the processor time that it takes to cpu.
func timed(cpu *time.Duration, f func()) time.Duration {
	used := func() time.Duration {
		var u unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
			panic(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	start, before := time.Now(), used()
	f()
	*cpu += used() - before
	return time.Since(start)
}
