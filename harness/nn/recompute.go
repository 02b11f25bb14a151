package nn

import (
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
)

// pullback goes back through the model stage by stage: the head's pieces, the blocks from the last to the first, the
// embedding. The forward pass keeps what enters each block and nothing else; a stage is computed again when the pass comes to
// it. So activations take the memory of one block, the logits that of one piece, for one more forward pass of time.
//
// GoMLX has neither rematerialisation nor a barrier against the compiler, which would find the second computation of a block
// equal to the first and keep its results. What enters the second one therefore depends on the gradient that has come down so
// far (after), which can only be known then. Gradients that have come down are constants to what is differentiated further: a
// matrix product of a backward pass does not have the layout that matmulVJP knows.
//
// loss makes a scalar of the answers' log-probs [rows, span]. visit is called for each stage, with the taps of this stage
// alone in t.taps. Whatever the scalar that it is given depends on has the gradient that it has in the loss; visit returns
// the one of the stage's input, which is nil for the embedding.
func (t *transformer) pullback(b batchNodes, loss func(logp *Node) *Node, visit func(stage string, scalar, input *Node) *Node) {
	batch, seq := b.tokens.Shape().Dim(0), b.tokens.Shape().Dim(1)
	views := t.causal(b.tokens)
	block := func(i int, x *Node) *Node {
		return t.block(i, x, batch, views[i], func(kv cache) cache { return kv })
	}
	x := t.embed(b.tokens)
	entered := make([]*Node, len(views))
	for i := range views {
		entered[i] = constant(x)
		x = block(i, entered[i])
	}
	x = constant(x)

	pieces := t.pieces(graph.Gather(x, b.at), b.labels)
	var logp []*Node
	for _, p := range pieces {
		logp = append(logp, p.logProbs(t, p.h))
	}
	all := constant(graph.Concatenate(logp, 0)) // [rows*span]
	v := graph.StopGradient(Gradient(loss(graph.Mul(graph.Reshape(all, b.mask.Shape().Dimensions...), b.mask)), all)[0])

	var back []*Node
	for _, p := range pieces {
		t.taps = nil
		h := after(p.h, v)
		part := graph.SliceAxis(v, 0, graph.AxisRange(p.from, p.to))
		back = append(back, visit("head", graph.ReduceAllSum(graph.Mul(p.logProbs(t, h), part)), h))
	}
	v = graph.StopGradient(graph.Concatenate(back, 0))
	v = graph.StopGradient(Gradient(graph.ReduceAllSum(graph.Mul(graph.Gather(x, b.at), v)), x)[0]) // [batch*seq, hidden]
	for i, x := range slices.Backward(entered) {
		t.taps = nil
		x = after(x, v)
		v = graph.StopGradient(visit(blockName(i), graph.ReduceAllSum(graph.Mul(block(i, x), v)), x))
	}
	t.taps = nil
	visit("embedding", graph.ReduceAllSum(graph.Mul(t.embed(b.tokens), graph.Reshape(v, batch*seq, -1))), nil)
}

// after is x, to be computed with once v is known: x + 0·Σv. No compiler may leave the product out, for v might not be finite.
func after(x, v *Node) *Node {
	zero := graph.MulScalar(graph.ReduceAllSum(v), 0)
	return constant(graph.Add(x, graph.BroadcastToDims(zero, x.Shape().Dimensions...)))
}

// constant is x without its past, which one may differentiate by: a node that stops gradients has none itself.
func constant(x *Node) *Node { return graph.Identity(graph.StopGradient(x)) }

// piece is a stretch of the activations that meet the vocabulary together.
type piece struct {
	from, to int
	h        *Node // [to-from, hidden], not normalised yet
	labels   *Node // [to-from]
}

// MostLogits is how many logits a piece has at most: 128 MB of float32.
const MostLogits = 1 << 25

// pieces cuts activations h [n, hidden] and their labels [n] into pieces.
func (t *transformer) pieces(h, labels *Node) []piece {
	n := labels.Shape().Dim(0)
	size := max(1, t.atOnce/t.config.Vocab)
	var list []piece
	for from := 0; from < n; from += size {
		to := min(from+size, n)
		list = append(list, piece{from, to, graph.SliceAxis(h, 0, graph.AxisRange(from, to)), graph.SliceAxis(labels, 0, graph.AxisRange(from, to))})
	}
	return list
}

// logProbs are log p of the piece's labels [to-from], of its activations h [to-from, hidden].
func (p piece) logProbs(t *transformer, h *Node) *Node {
	return labelLogProbs(t.logits(t.norm("model.norm", h)), p.labels)
}

// recomputedGradients is gradients with recomputation.
func (t *transformer) recomputedGradients(b batchNodes, loss func(logp *Node) *Node) []*Node {
	sums := map[string]*Node{}
	t.pullback(b, loss, func(stage string, scalar, input *Node) *Node {
		var own []string
		var targets []*Node
		for _, s := range t.config.Shapes() {
			if t.belongs(s.Name, stage) {
				own, targets = append(own, s.Name), append(targets, t.weights[s.Name])
			}
		}
		if input != nil {
			targets = append(targets, input)
		}
		if len(targets) == 0 {
			return nil
		}
		grads := Gradient(scalar, targets...)
		for i, name := range own {
			if sums[name] != nil { // a head's pieces, and a matrix that is head and embedding
				grads[i] = graph.Add(sums[name], grads[i])
			}
			sums[name] = grads[i]
		}
		return grads[len(grads)-1]
	})
	var list []*Node
	for _, s := range t.config.Shapes() {
		list = append(list, sums[s.Name])
	}
	return list
}

// belongs reports whether a stage uses a weight.
func (t *transformer) belongs(name, stage string) bool {
	switch name {
	case "model.norm.weight", "lm_head.weight":
		return stage == "head"
	case "model.embed_tokens.weight":
		return stage == "embedding" || t.config.Tied && stage == "head"
	}
	return strings.HasPrefix(name, stage+".")
}
