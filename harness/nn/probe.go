package nn

import (
	"fmt"
	"math"
	"time"

	"congrad/harness/loss"
	"congrad/harness/model"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Speed is what a backend was measured to do.
type Speed struct {
	Single float64 // float32 matrix products, GFLOP/s
	Half   float64 // bfloat16 matrix products, GFLOP/s; 0 where the backend has none
	Train  float64 // DPO on the embedded model, tokens per second
}

// Probe checks that a backend multiplies matrices rightly and measures it.
func Probe(b compute.Backend) (Speed, error) {
	var s Speed
	var err error
	if s.Single, err = probeProduct(b, dtypes.Float32); err != nil {
		return s, err
	}
	s.Half, _ = probeProduct(b, dtypes.BFloat16) // the pure-Go backend multiplies it slowly or not at all
	s.Train, err = probeTraining(b)
	return s, err
}

// probeProduct multiplies a matrix of ones by one of halves, n x n, in the given type.
func probeProduct(b compute.Backend, dtype dtypes.DType) (gflops float64, err error) {
	const n = 1024
	ones, halves := make([]float32, n*n), make([]float32, n*n)
	for i := range ones {
		ones[i], halves[i] = 1, 0.5
	}
	program, err := graph.NewExec(b, func(x, y *Node) *Node {
		z := MatMulT(graph.ConvertDType(x, dtype), graph.ConvertDType(y, dtype))
		return graph.ConvertDType(z, dtypes.Float32)
	})
	if err != nil {
		return 0, fmt.Errorf("probing: %w", err)
	}
	defer program.Finalize()
	x, y := tensors.FromFlatDataAndDimensions(ones, n, n), tensors.FromFlatDataAndDimensions(halves, n, n)
	best := math.Inf(1)
	for range 4 { // the first one compiles
		start := time.Now()
		z, err := program.Call1(x, y)
		if err != nil {
			return 0, fmt.Errorf("probing: %w", err)
		}
		flat, err := read(z)
		if err != nil {
			return 0, err
		}
		if flat[0] != n/2 || flat[n*n-1] != n/2 {
			return 0, fmt.Errorf("probing: a product came out as %g instead of %d", flat[0], n/2)
		}
		best = min(best, time.Since(start).Seconds())
	}
	return 2 * n * n * n / best / 1e9, nil
}

// probeTraining times optimiser steps on 16 rows of 64 tokens.
func probeTraining(b compute.Backend) (tokensPerSecond float64, err error) {
	config := model.Config{Vocab: 2048, Hidden: 128, Layers: 4, Heads: 4, KVHeads: 2, HeadDim: 32, FFN: 352, RopeBase: 1e4, NormEps: 1e-5, Tied: true}
	const rows, seq, span = 16, 64, 16
	t, err := NewEngine(b, config).NewTrainer(model.New(config, 1), AdamW{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Clip: 1})
	if err != nil {
		return 0, fmt.Errorf("probing: %w", err)
	}
	defer t.Free()
	list := make([]Row, rows)
	for i := range list {
		list[i] = Row{Prompt: make([]int, seq-span), Answer: make([]int, span)}
	}
	batch, err := NewBatch(list, rows, seq, span)
	if err != nil {
		return 0, fmt.Errorf("probing: %w", err)
	}
	p := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.1}, Reference: make([]float64, rows/2), Weight: make([]float64, rows/2)}
	best := math.Inf(1)
	for range 4 { // the first one compiles
		start := time.Now()
		if _, err := t.Accumulate(batch, p); err != nil {
			return 0, fmt.Errorf("probing: %w", err)
		}
		if _, err := t.Apply(0); err != nil {
			return 0, fmt.Errorf("probing: %w", err)
		}
		best = min(best, time.Since(start).Seconds())
	}
	return rows * seq / best, nil
}
