package nn

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// answerLogProbs returns log p of each answer token [rows, span], zero where the mask is.
//
// Only the activations that predict an answer token meet the vocabulary: prompts and padding, most of a batch, never do.
func (t *transformer) answerLogProbs(b batchNodes) *Node {
	h := graph.Gather(t.body(b.tokens, t.packed(b)), b.at) // [slots, hidden]
	var parts []*Node
	for _, p := range t.pieces(h, b.labels) {
		parts = append(parts, p.logProbs(t))
	}
	return b.placed(parts)
}

// placed puts values of slots, in parts that together have one for each slot, at their answer tokens [rows, span], zero where the mask is.
func (b batchNodes) placed(parts []*Node) *Node {
	values := graph.Gather(graph.Concatenate(parts, 0), b.place) // [rows*span]
	return graph.Mul(graph.Reshape(values, b.mask.Shape().Dimensions...), b.mask)
}

// labelLogProbs returns log softmax(logits)[label] [n] for logits [n, vocab] and labels [n] (int32).
//
// The label is picked by a comparison inside a sum, which the compiler fuses: no one-hot matrix exists.
func labelLogProbs(logits, labels *Node) *Node {
	dims := logits.Shape().Dimensions
	shifted := graph.Sub(logits, graph.StopGradient(graph.ReduceAndKeep(logits, graph.ReduceMax, -1))) // [n, vocab]
	logNorm := graph.Log(graph.ReduceSum(graph.Exp(shifted), -1))                                      // [n]
	ids := graph.Iota(logits.Graph(), shapes.Make(dtypes.Int32, dims...), 1)
	isLabel := graph.Equal(ids, graph.BroadcastToDims(graph.InsertAxes(labels, -1), dims...))
	label := graph.ReduceSum(graph.Where(isLabel, shifted, graph.ZerosLike(shifted)), -1) // [n]
	return graph.Sub(label, logNorm)
}

// LogProbs returns, for each row of the batch, the log-probability of each of its answer tokens (natural logarithm).
func (e *Engine) LogProbs(w *Weights, b *Batch) ([][]float64, error) {
	inputs, err := e.batch(b)
	if err != nil {
		return nil, fmt.Errorf("log-probs of %d rows: %w", b.Rows, err)
	}
	defer freeAll(inputs)
	given, n := e.inputs(w.tensors)
	out, err := e.run("log-probs", appendTensors(given, inputs), func(in []*Node) []*Node {
		return []*Node{e.transformer(in[:n]).answerLogProbs(takeBatch(in[n:]))}
	})
	if err != nil {
		return nil, fmt.Errorf("log-probs of %d rows of %d tokens: %w", b.Rows, b.Seq, err)
	}
	return b.answers("log-probs", out[0])
}

// answers copies values at answer tokens [rows, span] to the host, frees them and returns those of each row. They have to be finite; what
// names them in an error.
func (b *Batch) answers(what string, t *tensors.Tensor) ([][]float64, error) {
	flat, err := read(t)
	if err != nil {
		return nil, err
	}
	rows := make([][]float64, b.Rows)
	for i := range rows {
		for j := range b.Span {
			if b.mask[i*b.Span+j] == 0 {
				continue
			}
			x := flat[i*b.Span+j]
			if x-x != 0 {
				return nil, fmt.Errorf("%s of %d rows: row %d, answer token %d: %w", what, b.Rows, i, j, ErrNotFinite)
			}
			rows[i] = append(rows[i], float64(x))
		}
	}
	return rows, nil
}

// Predicting returns the logits [vocab] that predict each answer token of the batch, row by row: [answer tokens]. An answer of one token,
// whichever it is, asks what the model would say behind the prompt.
func (e *Engine) Predicting(w *Weights, b *Batch) ([][]float32, error) {
	inputs, err := e.batch(b)
	if err != nil {
		return nil, fmt.Errorf("logits of %d rows: %w", b.Rows, err)
	}
	defer freeAll(inputs)
	given, n := e.inputs(w.tensors)
	out, err := e.run("predicting logits", appendTensors(given, inputs), func(in []*Node) []*Node {
		t, b := e.transformer(in[:n]), takeBatch(in[n:])
		h := graph.Gather(t.body(b.tokens, t.packed(b)), b.at) // [slots, hidden]
		return []*Node{t.logits(t.norm("model.norm", h))}
	})
	if err != nil {
		return nil, fmt.Errorf("logits of %d rows of %d tokens: %w", b.Rows, b.Seq, err)
	}
	logits, err := e.logits(out[0], b.answered)
	if err != nil {
		return nil, fmt.Errorf("logits of %d rows: %w", b.Rows, err)
	}
	return logits, nil
}

// LastLogits returns the logits [vocab] behind each prompt: what the model would say next. Prompts are padded to seq and their number to
// count.
func (e *Engine) LastLogits(w *Weights, prompts [][]int, count, seq int) ([][]float32, error) {
	rows := make([]Row, len(prompts))
	for i, p := range prompts {
		rows[i] = Row{Prompt: p, Answer: []int{0}}
	}
	b, err := NewBatch(rows, count, seq, 1)
	if err != nil {
		return nil, fmt.Errorf("logits behind %d prompts: %w", len(prompts), err)
	}
	return e.Predicting(w, b)
}
