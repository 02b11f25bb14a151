package model

import (
	"slices"
	"strconv"
	"strings"
)

// The scopes in which gradients are aggregated: conflicts are found and settled in the whole model at once, in each decoder block by
// itself, or in each weight by itself.
const (
	WholeModel = "model"
	EachBlock  = "block"
	EachWeight = "weight"
)

// Scopes lists the scopes' names.
var Scopes = []string{WholeModel, EachBlock, EachWeight}

// Parts says which part of a scope each of the weights belongs to: parts count from 0 in the order in which the weights meet them, so
// the last weight's part is not always the last. Weights outside the decoder blocks are one part under EachBlock.
func Parts(shapes []Shape, scope string) []int {
	var names []string
	parts := make([]int, len(shapes))
	for i, s := range shapes {
		name := ""
		switch scope {
		case EachBlock:
			name = s.block()
		case EachWeight:
			name = s.Name
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		parts[i] = slices.Index(names, name)
	}
	return parts
}

// block is the number of the weight's decoder block; empty outside.
func (s Shape) block() string {
	rest, inside := strings.CutPrefix(s.Name, "model.layers.")
	number, _, _ := strings.Cut(rest, ".")
	if _, err := strconv.Atoi(number); !inside || err != nil {
		return ""
	}
	return number
}
