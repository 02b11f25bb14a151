package nn

import "github.com/gomlx/gomlx/core/graph"

// piece is a stretch of the activations that meet the vocabulary together.
type piece struct {
	from, to int
	h        *Node // [to-from, hidden], not normalised yet
	labels   *Node // [to-from]
}

// MostLogits is how many logits a piece has at most: 128 MB of float32.
const MostLogits = 1 << 25

// pieces cuts activations h [n, hidden] and their labels [n] into pieces: into one, unless Recompute is set.
func (t *transformer) pieces(h, labels *Node) []piece {
	n := labels.Shape().Dim(0)
	if !t.pieced {
		return []piece{{0, n, h, labels}}
	}
	size := max(1, t.atOnce/t.config.Vocab)
	var list []piece
	for from := 0; from < n; from += size {
		to := min(from+size, n)
		list = append(list, piece{from, to, graph.SliceAxis(h, 0, graph.AxisRange(from, to)), graph.SliceAxis(labels, 0, graph.AxisRange(from, to))})
	}
	return list
}

// logProbs are log p of the piece's labels [to-from].
func (p piece) logProbs(t *transformer) *Node {
	return t.recomputed(p.h, func(h *Node) *Node { return labelLogProbs(t.logits(t.norm("model.norm", h)), p.labels) })
}

// recomputed is f(x). With Recompute the backward pass computes f's inner values again from x instead of keeping them, once the gradient
// of the result is known: activations take the memory of one block, logits that of one piece, for one more forward pass of time.
// Griewank & Walther 2000; Chen et al. 2016.
func (t *transformer) recomputed(x *Node, f func(x *Node) *Node) *Node {
	if !t.pieced {
		return f(x)
	}
	return f(x.Checkpoint()).StopCheckpoint()
}
