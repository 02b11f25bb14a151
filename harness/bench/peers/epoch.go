package main

import (
	"context"

	"congrad/harness/loss"
	"congrad/harness/nn"
	"congrad/harness/train"
)

// tokens is how many the device works on at once, the experiments' default.
const tokens = 2048

// epoch trains on the pairs once, from the start, with steps of 16 pairs. With -reference it computes the reference's log-probs first.
func epoch(w work) (func() error, error) {
	pairs, err := w.readPairs()
	if err != nil {
		return nil, err
	}
	e, host, err := w.engine()
	if err != nil {
		return nil, err
	}
	s := train.Settings{
		Schedule: train.Schedule{Peak: 1e-5, Shape: "linear"}, Epochs: 1, BatchPairs: 16, Tokens: tokens, Loss: loss.Loss{Kind: "dpo", Beta: 0.1}, Adam: adam,
	}
	once := func() error {
		trainer, err := e.NewTrainer(host, adam)
		if err != nil {
			return err
		}
		defer trainer.Free()
		if w.Reference {
			if err := refer(e, trainer.Weights(), pairs, s.Loss); err != nil {
				return err
			}
		}
		return train.Pairs(context.Background(), trainer, 0, pairs, s, 1, "1", func(train.Step) error { return nil })
	}
	if w.Fresh {
		return once, nil
	}
	return once, once() // compiles
}

// refer enters the margins of the weights as they are.
func refer(e *nn.Engine, policy *nn.Weights, pairs []train.Pair, l loss.Loss) error {
	units := train.Units(pairs)
	for _, block := range train.Packed(units, tokens) {
		batch, err := block.Batch(units)
		if err != nil {
			return err
		}
		logp, err := e.LogProbs(policy, batch)
		if err != nil {
			return err
		}
		for k, i := range block.Units {
			pairs[i].Reference = l.Reference(loss.SumPair(logp[2*k], logp[2*k+1]))
		}
	}
	return nil
}
