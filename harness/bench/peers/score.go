package main

import (
	"congrad/harness/sketch"
	"congrad/harness/train"
)

// score sketches the gradient of each pair (FLORA, rank 16) and reduces the sketches to inner products with the languages' gradients.
func score(w work) (func() error, error) {
	pairs, err := w.readPairs()
	if err != nil {
		return nil, err
	}
	e, host, err := w.engine()
	if err != nil {
		return nil, err
	}
	policy, err := e.Upload(host)
	if err != nil {
		return nil, err
	}
	sketcher, err := e.NewSketcher(sketch.Projections(e.Config, sketch.Settings{Kind: sketch.Flora, Rank: 16}, 1, "1"))
	if err != nil {
		return nil, err
	}
	language, codes := make([]int, len(pairs)), []string{}
	for i, p := range pairs {
		for language[i] = p.Language; len(codes) <= p.Language; {
			codes = append(codes, string(rune('a'+len(codes))))
		}
	}
	units := train.Units(pairs)
	once := func() error {
		sketches := make([][]float32, len(pairs))
		for _, block := range train.Apart(units, tokens) {
			batch, err := block.Batch(units)
			if err != nil {
				return err
			}
			p := w.dpo(len(block.Units))
			p.Weight = nil
			made, err := sketcher.Gradients(policy, batch, p)
			if err != nil {
				return err
			}
			for k, i := range block.Units {
				sketches[i] = made[k]
			}
		}
		_, err := sketch.Gather(sketches, language, codes, sketch.EMA(0.99), 1, "1")
		return err
	}
	return once, once() // compiles
}
