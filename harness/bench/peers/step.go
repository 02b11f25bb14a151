package main

import (
	"congrad/harness/nn"
	"congrad/harness/rng"
)

// random are rows of tokens, each with a prompt of its own: the same work on both sides, nothing of which can be shared.
func (w work) random(vocab int) []nn.Row {
	r := rng.Stream(1, "benchmark")
	list := make([]nn.Row, w.Rows)
	for i := range list {
		for j := range w.Seq + 1 {
			if id := 1 + r.IntN(vocab-1); j < w.Seq+1-w.Answer {
				list[i].Prompt = append(list[i].Prompt, id)
			} else {
				list[i].Answer = append(list[i].Answer, id)
			}
		}
	}
	return list
}

// step is an optimiser step of DPO on one block of random rows.
func step(w work) (func() error, error) {
	e, host, err := w.engine()
	if err != nil {
		return nil, err
	}
	batch, err := nn.NewBatch(w.random(e.Config.Vocab), w.Rows, w.Seq, w.Answer)
	if err != nil {
		return nil, err
	}
	trainer, err := e.NewTrainer(host, adam)
	if err != nil {
		return nil, err
	}
	once := func() error {
		if _, err := trainer.Accumulate(batch, w.dpo(w.Rows/2)); err != nil {
			return err
		}
		_, err := trainer.Apply(1e-5)
		return err
	}
	return once, once() // compiles
}
