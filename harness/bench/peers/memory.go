package main

import (
	"fmt"

	"congrad/harness/loss"
	"congrad/harness/nn"
	"congrad/harness/sketch"
)

// memory prints the peaks of resident memory [KiB] that harness/forecast is held against: after log-probs and sketches of rank 16 (both
// sides of adapters, one of weights), and after three optimiser steps of DPO as well. Trap: with kept programs nothing is compiled, which
// takes memory too; an empty CONGRAD_CACHE next to CONGRAD_PLUGIN has none.
func memory(w work) error {
	e, host, err := w.engine()
	if err != nil {
		return err
	}
	batch, err := nn.NewBatch(w.random(e.Config.Vocab), w.Rows, w.Seq, w.Answer)
	if err != nil {
		return err
	}
	policy, err := e.Upload(host)
	if err != nil {
		return err
	}
	if _, err := e.LogProbs(policy, batch); err != nil {
		return err
	}
	settings := sketch.Settings{Kind: sketch.Flora, Rank: 16}
	if w.Lora > 0 {
		settings.Kind = sketch.Logra
	}
	sketcher, err := e.NewSketcher(sketch.Projections(e.Config, settings, 1, "1"))
	if err != nil {
		return err
	}
	sketches, err := sketcher.Gradients(policy, batch, w.dpo(w.Rows/2))
	if err != nil {
		return err
	}
	sketcher.Free()
	fmt.Printf("%d pairs' sketches of %d numbers: %d KiB\n", len(sketches), len(sketches[0]), usage().Maxrss)
	trainer, err := e.NewTrainer(host, adam)
	if err != nil {
		return err
	}
	for range 3 {
		if _, err := trainer.Accumulate(batch, w.dpo(w.Rows/2)); err != nil {
			return err
		}
		if _, err := trainer.Apply(1e-5); err != nil {
			return err
		}
	}
	fmt.Printf("optimiser steps: %d KiB\n", usage().Maxrss)
	return nil
}

// dpo is the loss of so many pairs, against a reference that prefers nothing.
func (w work) dpo(pairs int) nn.Preference {
	p := nn.Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.1}, Reference: make([]float64, pairs), Weight: make([]float64, pairs)}
	for i := range p.Weight {
		p.Weight[i] = 1 / float64(pairs)
	}
	return p
}
