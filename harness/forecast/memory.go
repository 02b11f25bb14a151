// Package forecast says what an experiment will need before anything of it runs: memory and time of each kind of stage. It
// knows shapes and numbers of things and does arithmetic; nothing is compiled, no weights are read.
//
// What XLA makes of a program cannot be derived from shapes alone. The constants that stand for it were fitted, and each says
// on what; docs/plan.md compares the forecasts with measurements.
package forecast

import (
	"math"

	"congrad/harness/model"
)

// Model is what runs, and how.
type Model struct {
	Config    model.Config
	BFloat16  bool // precision = "bfloat16"
	Recompute bool // batch.recompute
	Programs  int  // that are kept at most; 0 keeps all
	AtOnce    int  // logits that there are at most with Recompute
}

// Block is what the device works on at once.
type Block struct {
	Rows, Seq int // padded
	Span      int // answer slots of a row
}

func (b Block) tokens() float64  { return float64(b.Rows * b.Seq) }
func (b Block) answers() float64 { return float64(b.Rows * b.Span) }

const (
	float32Bytes  = 4
	bfloat16Bytes = 2
)

// size is the number of entries of weights.
func size(shapes []model.Shape) float64 {
	n := 0
	for _, s := range shapes {
		n += s.Size()
	}
	return float64(n)
}

// Trained is what is trained, once [bytes]: float32 always.
func (m Model) Trained() float64 { return float32Bytes * size(m.Config.Shapes()) }

// Frozen are the weights under the adapters on the device [bytes]: matrices in bfloat16 where that is asked for.
func (m Model) Frozen() (bytes float64) {
	for _, s := range m.Config.Frozen() {
		if m.BFloat16 && len(s.Dims) == 2 {
			bytes += bfloat16Bytes * float64(s.Size())
		} else {
			bytes += float32Bytes * float64(s.Size())
		}
	}
	return bytes
}

// Host is the base model as it stands in the program's own memory [bytes]: float32, whatever the device computes in. Beneath
// adapters it passes through weight by weight.
func (m Model) Host() float64 {
	if m.Config.LoRA.Rank == 0 {
		return float32Bytes * size(m.Config.Shapes())
	}
	largest := 0.0
	for _, s := range m.Config.Frozen() {
		largest = math.Max(largest, float64(s.Size()))
	}
	return float32Bytes * largest
}

// How many arrays a block keeps from its forward pass until the backward pass comes to it. Counted in the graph they would be
// more; XLA computes in its loops again what is cheap. Fitted to the memory that XLA plans for the gradients of models of 4 and 6
// blocks, width 256 to 512, of 1024 tokens: each number is the difference that one dimension makes.
const (
	keptHidden = 3.1 // of [tokens, hidden]: the residual stream, norms
	keptHeads  = 5.0 // of [tokens, (heads + 2·kv_heads)·head_dim]: queries, keys, values, as projected, rotated, transposed
	keptScores = 0.5 // of [heads, tokens, seq]: attention's weights
	keptFFN    = 4.3 // of [tokens, intermediate]: gate, its sigmoid, up, their product
)

// keptUngated takes the place of keptFFN in an MLP without gate, counted: the projection, its exponential, what the activation makes of it.
const keptUngated = 3.0

// keptSketch is the share of that which sketching needs, where no gradient of a weight waits for its turn.
const keptSketch = 0.8

// block is what a block of the model keeps for its backward pass [bytes].
func (m Model) block(b Block) float64 {
	c := m.Config
	heads := float64((c.Heads + 2*c.KVHeads) * c.HeadDim)
	ffn := keptFFN
	if c.Act == model.XIELU {
		ffn = keptUngated
	}
	perToken := keptHidden*float64(c.Hidden) + keptHeads*heads + keptScores*float64(c.Heads*b.Seq) + ffn*float64(c.FFN)
	return float32Bytes * b.tokens() * perToken
}

// Activations are what the backward pass needs of the forward pass [bytes]: all blocks' arrays, or those of one block and what
// enters each block.
func (m Model) Activations(b Block) float64 {
	layers := float64(m.Config.Layers)
	if m.Recompute {
		return m.block(b) + layers*float32Bytes*b.tokens()*float64(m.Config.Hidden)
	}
	return layers * m.block(b)
}

// Forward is the largest that the forward pass alone has in memory at once [bytes]: the scores of one block, or the arrays of its
// MLP.
func (m Model) Forward(b Block) float64 {
	c := m.Config
	return float32Bytes * b.tokens() * math.Max(2*float64(c.Heads*b.Seq), float64(2*c.Hidden+2*c.FFN))
}

// keptLogits is how many arrays of [answers, vocab] stand in memory in a backward pass: the logits and their gradient share one.
const keptLogits = 1.0

// Logits are those of the answers' tokens [bytes].
func (m Model) Logits(b Block) float64 {
	n := b.answers() * float64(m.Config.Vocab)
	if m.Recompute {
		n = math.Min(n, math.Max(float64(m.AtOnce), float64(m.Config.Vocab)))
	}
	return keptLogits * float32Bytes * n
}

// Head is the second copy of the matrix that turns activations into logits, float32 [bytes]: XLA turns it round for the way back
// where it is frozen. Where it is trained its gradient, an output, has that place.
func (m Model) Head() float64 {
	if m.Config.LoRA.Rank == 0 {
		return 0
	}
	return float32Bytes * float64(m.Config.Vocab*m.Config.Hidden)
}

// Cache are keys and values of all layers, float32 [rows, kv_heads, slots, head_dim] each [bytes]. A token is
// written in its place.
func (m Model) Cache(rows, slots int) float64 {
	c := m.Config
	return 2 * float32Bytes * float64(c.Layers*rows*c.KVHeads*slots*c.HeadDim)
}

// Optimiser are the weights under training and AdamW's two moments [bytes].
func (m Model) Optimiser() float64 { return 3 * m.Trained() }

// Step is what an optimiser step adds to them [bytes]: the gradient. New weights and moments take the place of the old ones.
func (m Model) Step() float64 { return m.Trained() }
