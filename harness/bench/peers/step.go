package main

import (
	"slices"

	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"
)

// random are rows of tokens, each with a prompt of its own or, with -shared, two to a prompt.
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
		if w.Shared && i%2 == 1 {
			list[i].Prompt = list[i-1].Prompt
		}
	}
	return list
}

// block lays the random rows out: pairs with a shared prompt as in training, rows with prompts of their own one to a sequence.
func (w work) block(vocab int) (*nn.Batch, error) {
	rows := w.random(vocab)
	if !w.Shared {
		return nn.NewBatch(rows, w.Rows, w.Seq, w.Answer)
	}
	units := slices.Collect(slices.Chunk(rows, 2))
	return nn.Apart(units, nn.Size{Seqs: len(units), Seq: nn.Length(units[0]), Rows: w.Rows, Span: w.Answer, Slots: w.Rows * w.Answer})
}

// step is an optimiser step of DPO on one block of random rows.
func step(w work) (func() error, error) {
	e, host, err := w.engine()
	if err != nil {
		return nil, err
	}
	once, _, err := w.stepOf(e, host)
	return once, err
}

// stepOf is step with a model, and the number of tokens that it reads, with padding.
func (w work) stepOf(e *nn.Engine, host *model.Weights) (once func() error, tokens int, err error) {
	batch, err := w.block(e.Config.Vocab)
	if err != nil {
		return nil, 0, err
	}
	trainer, err := e.NewTrainer(host, adam)
	if err != nil {
		return nil, 0, err
	}
	once = func() error {
		if _, err := trainer.Accumulate(batch, w.dpo(w.Rows/2)); err != nil {
			return err
		}
		_, err := trainer.Apply(1e-5)
		return err
	}
	return once, batch.Tokens(), once() // compiles
}
