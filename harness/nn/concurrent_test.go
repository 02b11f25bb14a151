package nn

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/loss"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// job is work on an engine, and all numbers that came out of it.
type job func(e *Engine, w *Weights) (numbers []any, err error)

// trains takes optimiser steps of two batches each.
func trains(seed uint64, targets Targets) job {
	return func(e *Engine, _ *Weights) (numbers []any, err error) {
		trainer, err := e.NewTrainer(loud(tiny, seed), adam)
		if err != nil {
			return nil, err
		}
		defer trainer.Free()
		for range 4 {
			for range 2 {
				b, err := NewBatch(tinyRows, 4, 6, 4)
				if err != nil {
					return nil, err
				}
				units, err := trainer.Accumulate(b, targets)
				if err != nil {
					return nil, err
				}
				numbers = append(numbers, units)
			}
			norm, err := trainer.Apply(0.01)
			if err != nil {
				return nil, err
			}
			numbers = append(numbers, norm)
		}
		s, err := trainer.State()
		return append(numbers, s.Weights.Tensors, s.M, s.V), err
	}
}

// decodes continues prompts and drops a row on the way.
func decodes(e *Engine, w *Weights) (numbers []any, err error) {
	d, predicted, err := e.Prefill(w, [][]int{{1, 2, 3}, {4}}, 2, 3, 5, 6)
	if err != nil {
		return nil, err
	}
	defer d.Free()
	logits, err := predicted.Logits()
	if err != nil {
		return nil, err
	}
	numbers = append(numbers, logits)
	next := []int{5, 6, 0, 1}
	for step := range 6 {
		if step == 3 {
			if err := d.Keep([]int{1, 2, 3}, 4); err != nil {
				return nil, err
			}
			next = next[:3]
		}
		if predicted, err = d.Next(next); err != nil {
			return nil, err
		}
		if logits, err = predicted.Logits(); err != nil {
			return nil, err
		}
		numbers = append(numbers, logits)
	}
	return numbers, nil
}

// sketches scores pairs and reads log-probs of the weights that decodes reads too.
func sketches(e *Engine, w *Weights) (numbers []any, err error) {
	s, err := e.NewSketcher(projections(tiny, true, true, 2, 1))
	if err != nil {
		return nil, err
	}
	defer s.Free()
	p := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.5}, Reference: []float64{0.2, -0.3}}
	for range 3 {
		b, err := NewBatch(tinyRows, 4, 6, 4)
		if err != nil {
			return nil, err
		}
		sketch, err := s.Gradients(w, b, p)
		if err != nil {
			return nil, err
		}
		logp, err := e.LogProbs(w, b)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, sketch, logp)
	}
	host, err := e.Download(w)
	if err != nil {
		return nil, err
	}
	return append(numbers, host.Tensors), nil
}

// Work on one engine by several goroutines has the bits of the same work one after the other. The race detector takes the pool of
// go-xla, which pins processors, for a race; with -tags race_mu it has locks that the detector knows.
func TestSideBySideIsOneAfterTheOther(t *testing.T) {
	dpo := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.5}, Reference: []float64{0.2, -0.3}, Weight: []float64{0.5, 0.5}}
	jobs := []job{trains(1, dpo), trains(2, Likelihood{[]float64{0.25, 0.25, 0.25, 0.25}}), decodes, sketches}
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := NewEngine(b, tiny)
		w := must(e.Upload(loud(tiny, 3)))(t)
		defer w.Free()
		work := func(start func(func())) []string {
			numbers := make([]string, len(jobs))
			var all sync.WaitGroup
			for i, job := range jobs {
				all.Add(1)
				start(func() {
					defer all.Done()
					got, err := job(e, w)
					if err != nil {
						t.Error(err)
					}
					numbers[i] = fmt.Sprintf("%x", got) // exact, and tells -0 from 0
				})
			}
			all.Wait()
			return numbers
		}
		sideBySide := func(job func()) { go job() }
		first := work(sideBySide) // compiles
		again := work(sideBySide)
		for i, want := range work(func(job func()) { job() }) {
			if first[i] != want || again[i] != want {
				t.Errorf("job %d of %d side by side: the numbers are not those that it has alone", i+1, len(jobs))
			}
		}
	})
}

// With room for one program, several that run at the same time let each other go as soon as they have run, and not before.
func TestProgramsThatRunAreKept(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := NewEngine(b, tiny)
		e.programs.most = 1
		const workers, size = 4, 64
		var all sync.WaitGroup
		for i := range workers {
			all.Go(func() {
				x := tensors.FromFlatDataAndDimensions(slices.Repeat([]float32{1}, size*size), size, size)
				defer x.FinalizeAll()
				for range 6 {
					out, err := e.run(fmt.Sprintf("product %d", i), appendTensors(nil, []*tensors.Tensor{x}), func(in []*Node) []*Node {
						return []*Node{graph.AddScalar(MatMulT(in[0], in[0]), i)}
					})
					if err != nil {
						t.Error(err)
						return
					}
					if got, err := read(out[0]); err != nil || got[size] != float32(size+i) {
						t.Errorf("program %d: an entry is %g, want %d; %v", i, got[size], size+i, err)
					}
				}
			})
		}
		all.Wait()
		if n := len(e.programs.byKey); n > workers {
			t.Errorf("%d programs are kept, of which %d may have been in use", n, workers)
		}
	})
}

// Whoever asks first for a program compiles it; those who ask meanwhile wait for it, and other shapes are other programs. One
// that cannot be compiled is an error to all who wait, and is tried again later.
func TestProgramsAreCompiledOnce(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := NewEngine(b, tiny)
		var built, failed atomic.Int32
		var fails atomic.Bool
		fails.Store(true)
		both := func() {
			var all sync.WaitGroup
			for i := range 12 {
				all.Go(func() {
					n := 1 + i%2
					x := tensors.FromFlatDataAndDimensions(make([]float32, n), n)
					defer x.FinalizeAll()
					out, err := e.run("add one", appendTensors(nil, []*tensors.Tensor{x}), func(in []*Node) []*Node {
						built.Add(1)
						if fails.Load() {
							panic(fmt.Errorf("not yet"))
						}
						return []*Node{graph.OnePlus(in[0])}
					})
					if err != nil {
						failed.Add(1)
						return
					}
					if got, err := read(out[0]); err != nil || len(got) != n || got[0] != 1 {
						t.Errorf("0 + 1 is %v, %v", got, err)
					}
				})
			}
			all.Wait()
		}
		both()
		if built.Load() > 12 || failed.Load() != 12 || len(e.programs.byKey) != 0 {
			t.Errorf("%d of 12 runs failed, %d programs are kept", failed.Load(), len(e.programs.byKey))
		}
		built.Store(0)
		failed.Store(0)
		fails.Store(false)
		both()
		both()
		if built.Load() != 2 || failed.Load() != 0 {
			t.Errorf("2 shapes were compiled %d times, %d runs failed", built.Load(), failed.Load())
		}
		for key, p := range e.programs.byKey {
			if p.users != 0 {
				t.Errorf("%q has %d users after all are done", key.name, p.users)
			}
		}
	})
}

// A program that is compiled does not wait for the compilation of another shape of the same name (docs/correctness.md).
func TestCompiledProgramsDoNotWait(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := NewEngine(b, tiny)
		building, goOn := make(chan bool), make(chan bool)
		run := func(n int) error {
			x := tensors.FromFlatDataAndDimensions(make([]float32, n), n)
			defer x.FinalizeAll()
			out, err := e.run("add one", appendTensors(nil, []*tensors.Tensor{x}), func(in []*Node) []*Node {
				if n == 2 {
					building <- true
					<-goOn
				}
				return []*Node{graph.OnePlus(in[0])}
			})
			freeAll(out)
			return err
		}
		if err := run(1); err != nil {
			t.Fatal(err)
		}
		second := make(chan error)
		go func() { second <- run(2) }()
		<-building
		waited := time.AfterFunc(time.Minute, func() { close(goOn) })
		if err := run(1); err != nil {
			t.Error(err)
		}
		if waited.Stop() {
			close(goOn)
		} else {
			t.Error("a compiled program waited for another's compilation")
		}
		if err := <-second; err != nil {
			t.Error(err)
		}
	})
}
