package sketch

import (
	"fmt"
	"slices"
	"strings"

	"congrad/harness/model"
)

// The sets of weights whose gradients are compared. Norm gains, the embedding and the head belong to none.
const (
	// AllProjections are all matrices of the decoder's blocks.
	AllProjections = "projections"
	// Attention are those of the attention.
	Attention = "attention"
	// MLP are those of the MLP.
	MLP = "mlp"
	// Last are all of the last block: its gradients are the cheapest, the backward pass goes no further.
	Last = "last"
)

// Compared lists the weights of a set in the model's order; the empty name is AllProjections.
func Compared(config model.Config, layers string) []model.Shape {
	return slices.DeleteFunc(config.Shapes(), func(s model.Shape) bool {
		switch layers {
		case Attention:
			return !s.Projects() || !strings.Contains(s.Name, ".self_attn.")
		case MLP:
			return !s.Projects() || !strings.Contains(s.Name, ".mlp.")
		case Last:
			return !s.Projects() || !strings.HasPrefix(s.Name, fmt.Sprintf("model.layers.%d.", config.Layers-1))
		}
		return !s.Projects()
	})
}
