package training

import (
	"congrad/harness/config"
	"congrad/harness/kind"
	"congrad/harness/stage"
	"congrad/harness/train"
)

// Steps says how many optimiser steps another arm takes in the same iteration. They follow from how many pairs it keeps, so they are
// known before it is trained.
type Steps struct {
	Pairs              stage.Ref
	Selection          stage.Ref `json:",omitempty"` // empty where it keeps all
	Epochs, BatchPairs int
}

// StepsOf are those of an arm that has these pairs and this selection, which is empty where it keeps all or picks them while it trains.
func StepsOf(a config.Arm, pairs, selection stage.Ref) *Steps {
	return &Steps{pairs, selection, a.Train.Epochs, a.Train.BatchPairs}
}

// inputs are what the number follows from.
func (x Steps) inputs() []stage.Ref {
	if x.Selection == "" {
		return []stage.Ref{x.Pairs}
	}
	return []stage.Ref{x.Pairs, x.Selection}
}

// count is the number of steps.
func (x Steps) count(s stage.Shelf) (int, error) {
	pairs, err := kind.Pairs(s, x.Pairs)
	if err != nil {
		return 0, err
	}
	chosen, err := kind.Choices(s, x.Selection, len(pairs))
	if err != nil {
		return 0, err
	}
	kept := 0
	for _, c := range chosen {
		if c.Trained() {
			kept++
		}
	}
	return train.Settings{Epochs: x.Epochs, BatchPairs: x.BatchPairs}.Steps(kept), nil
}
