package model

import (
	"fmt"
	"slices"
	"strings"
)

// The sets of a model's projections: whose gradients are compared, or which have adapters.
const (
	// AllProjections are all matrices of the decoder's blocks.
	AllProjections = "projections"
	// Attention are those of the attention.
	Attention = "attention"
	// MLP are those of the MLP.
	MLP = "mlp"
	// Last are all of the last block: their gradients are the cheapest, the backward pass goes no further.
	Last = "last"
)

// Sets lists the sets' names.
var Sets = []string{AllProjections, Attention, MLP, Last}

// Projections lists the matrices of a set that are trained, in the model's order; the empty name is AllProjections. With
// adapters these are the adapters'. Norm gains, biases, the embedding and the head belong to none.
func (c Config) Projections(layers string) []Shape { return c.among(c.Shapes(), layers) }

func (c Config) among(shapes []Shape, layers string) []Shape {
	return slices.DeleteFunc(shapes, func(s Shape) bool {
		switch layers {
		case Attention:
			return !s.Projects() || !strings.Contains(s.Name, ".self_attn.")
		case MLP:
			return !s.Projects() || !strings.Contains(s.Name, ".mlp.")
		case Last:
			return !s.Projects() || !strings.HasPrefix(s.Name, fmt.Sprintf("model.layers.%d.", c.Layers-1))
		}
		return !s.Projects()
	})
}
