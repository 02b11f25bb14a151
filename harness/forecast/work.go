package forecast

import (
	"cmp"
	"math"

	"congrad/harness/model"
)

// Speed is what a device does in a second.
type Speed struct {
	Single float64 // float32 matrix products [FLOP/s]
	Half   float64 // bfloat16 matrix products [FLOP/s]
	Memory float64 // bytes read

	Efficiency float64 // share of a large product's speed that a whole pass reaches; 0 for that of a CPU
}

const (
	// efficiency is the share of a large product's speed that a whole pass reaches: 156 tokens/s of DPO on the shape of SmolLM2-135M
	// (0.76 GFLOP a token) where products of 2048 x 2048 make 203 GFLOP/s.
	efficiency = 0.58
	// DefaultBandwidth is what decoding reads in a second [bytes] if nobody says otherwise: 39 tokens/s, one row at a time, of a model
	// of 538 MB on two cores.
	DefaultBandwidth = 21e9
	// launch is what a program takes that has next to nothing to do [s]: 25,700 tokens/s, 256 rows at a time, of the embedded model.
	launch = 2e-3
)

// flops are operations by the type that the device does them in.
type flops struct{ block, rest float64 }

func (f flops) plus(g flops) flops    { return flops{f.block + g.block, f.rest + g.rest} }
func (f flops) times(x float64) flops { return flops{f.block * x, f.rest * x} }
func (f flops) total() float64        { return f.block + f.rest }
func (f flops) on(m Model, s Speed) float64 { // [s]
	block := s.Single
	if m.BFloat16 && s.Half > 0 {
		block = s.Half
	}
	return (f.block/block + f.rest/s.Single) / cmp.Or(s.Efficiency, efficiency)
}

// projections are the entries of the matrices of blocks among weights.
func projections(shapes []model.Shape) (n float64) {
	for _, s := range shapes {
		if s.Projects() {
			n += float64(s.Size())
		}
	}
	return n
}

// matrices are the entries of all matrices that a token passes in the blocks, adapters included.
func (m Model) matrices() float64 {
	return projections(m.Config.Shapes()) + projections(m.Config.Frozen())
}

// Forward operations of a token that looks at so many others: 2 for every entry of a matrix, and as many for the products of
// queries with keys and of weights with values, which are computed for all slots.
func (m Model) forward(slots float64) flops {
	c := m.Config
	return flops{2 * m.matrices(), 4 * float64(c.Layers*c.Heads*c.HeadDim) * slots}
}

// vocabulary is one token's way from an activation to logits.
func (m Model) vocabulary() flops {
	return flops{rest: 2 * float64(m.Config.Vocab*m.Config.Hidden)}
}

// read is a forward pass over tokens, of which some meet the vocabulary.
func (m Model) read(tokens, slots, answers float64) flops {
	return m.forward(slots).times(tokens).plus(m.vocabulary().times(answers))
}

// differentiate is a forward pass and the way back to the activations: as much again, twice for attention, whose factors both have
// a gradient. With recomputation there is a second forward pass.
func (m Model) differentiate(tokens, slots, answers float64) flops {
	read := m.read(tokens, slots, answers)
	all := read.plus(read).plus(flops{rest: tokens * m.forward(slots).rest})
	if m.Recompute {
		all = all.plus(read)
	}
	return all
}

// weightGradients are those of what is trained: 2 for every entry of a trained matrix and every token.
func (m Model) weightGradients(tokens, answers float64) flops {
	f := flops{block: 2 * projections(m.Config.Shapes()) * tokens}
	if m.Config.LoRA.Rank == 0 {
		f.rest = 2 * float64(m.Config.Vocab*m.Config.Hidden) * answers
	}
	return f
}

// decode is one token more for each of so many rows [s]: the weights and the caches have to be read, however few the rows are; a
// token is written in its place.
func (m Model) decode(rows, slots float64, s Speed) float64 {
	work := m.read(rows, slots, rows).on(m, s)
	bytes := m.Frozen() + m.Trained() + m.Cache(int(rows), int(slots))
	return launch + math.Max(work, bytes/s.Memory)
}

// optimise is an optimiser step [s]: weights, moments and gradient are read, weights and moments written.
func (m Model) optimise(s Speed) float64 { return launch + 7*m.Trained()/s.Memory }
