package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// Divergence returns the Kullback-Leibler divergences [rows][answer tokens] in nats between the distributions over the vocabulary with
// which two policies predict each answer token of the batch, whichever token it is: forward is KL(p || q), reverse KL(q || p). They are
// exact sums over the vocabulary, at temperature 1; rounding logits to float32 leaves about 1e-5. Equal policies have exactly zero.
func (e *Engine) Divergence(p, q *Weights, b *Batch) (forward, reverse [][]float64, err error) {
	inputs, err := e.batch(b)
	if err != nil {
		return nil, nil, fmt.Errorf("divergence on %d rows: %w", b.Rows, err)
	}
	defer freeAll(inputs)
	given, n := e.inputs(p.tensors)
	frozen := n - len(p.tensors)
	out, err := e.run("divergence", appendTensors(appendTensors(given, q.tensors), inputs), func(in []*Node) []*Node {
		other := append(append([]*Node(nil), in[:frozen]...), in[n:n+len(q.tensors)]...)
		return divergence(e.transformer(in[:n]), e.transformer(other), takeBatch(in[n+len(q.tensors):]))
	})
	if err != nil {
		return nil, nil, fmt.Errorf("divergence on %d rows of %d tokens: %w", b.Rows, b.Seq, err)
	}
	if forward, err = b.answers("divergences", out[0]); err != nil {
		out[1].FinalizeAll()
		return nil, nil, err
	}
	reverse, err = b.answers("divergences", out[1])
	return forward, reverse, err
}

// divergence returns KL(p || q) and KL(q || p) [rows, span] at each answer token, zero where the mask is.
func divergence(p, q *transformer, b batchNodes) []*Node {
	at := func(t *transformer) []piece {
		return t.pieces(graph.Gather(t.body(b.tokens, t.packed(b)), b.at), b.labels)
	} // [slots, hidden]
	ofP, ofQ := at(p), at(q)
	var forward, reverse []*Node
	for i := range ofP {
		logP, logQ := graph.LogSoftmax(ofP[i].predicts(p)), graph.LogSoftmax(ofQ[i].predicts(q)) // [n, vocab]
		forward, reverse = append(forward, relative(logP, logQ)), append(reverse, relative(logQ, logP))
	}
	return []*Node{b.placed(forward), b.placed(reverse)}
}

// predicts are the logits [to-from, vocab] of a piece.
func (p piece) predicts(t *transformer) *Node { return t.logits(t.norm("model.norm", p.h)) }

// relative returns sum p (log p - log q) over the vocabulary [n] for log-probs [n, vocab]. A sum of terms below zero by rounding is zero.
func relative(logP, logQ *Node) *Node {
	sum := graph.ReduceSum(graph.Mul(graph.Exp(logP), graph.Sub(logP, logQ)), -1)
	return graph.Max(sum, graph.ZerosLike(sum))
}
