package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
)

// Row is one sequence: a prompt and the answer whose tokens are predicted. Both are token ids; the answer includes its
// end token where it has one.
type Row struct{ Prompt, Answer []int }

// Len is the number of tokens that the model reads for the row: the last answer token is only predicted.
func (r Row) Len() int { return len(r.Prompt) + len(r.Answer) - 1 }

// Batch is a block of right-padded rows in the layout of the programs.
type Batch struct {
	Rows, Seq, Span int // Span is the number of answer slots per row

	tokens []int32   // [rows, seq]
	at     []int32   // [rows, span] the position, counted over the whole batch, that predicts the slot's label
	labels []int32   // [rows, span]
	mask   []float32 // [rows, span] one where the slot holds an answer token
}

// NewBatch lays rows out with the given padded sizes. Missing rows at the end are padding that counts for nothing.
func NewBatch(rows []Row, count, seq, span int) (*Batch, error) {
	b := &Batch{
		Rows: count, Seq: seq, Span: span,
		tokens: make([]int32, count*seq), at: make([]int32, count*span),
		labels: make([]int32, count*span), mask: make([]float32, count*span),
	}
	if len(rows) > count {
		return nil, fmt.Errorf("laying out a batch: %d rows do not fit into %d", len(rows), count)
	}
	for i, r := range rows {
		switch {
		case len(r.Prompt) == 0:
			return nil, fmt.Errorf("laying out a batch: row %d has no prompt, so nothing predicts its first token", i)
		case r.Len() > seq || len(r.Answer) > span:
			return nil, fmt.Errorf("laying out a batch: row %d has %d tokens and an answer of %d; the batch holds %d and %d", i, r.Len(), len(r.Answer), seq, span)
		}
		for j, id := range r.Prompt {
			b.tokens[i*seq+j] = int32(id)
		}
		for j, id := range r.Answer {
			position := i*seq + len(r.Prompt) + j - 1 // the activation before a token predicts it
			if j+1 < len(r.Answer) {
				b.tokens[position+1] = int32(id)
			}
			b.at[i*span+j], b.labels[i*span+j], b.mask[i*span+j] = int32(position), int32(id), 1
		}
	}
	return b, nil
}

// Bucket rounds a length up to one of few sizes (16, 32, 48, 64, 96, 128, 192, ...): every size is a program to compile.
func Bucket(n int) int {
	if n <= 64 {
		return max(16, (n+15)/16*16)
	}
	for size := 64; ; size *= 2 {
		if n <= size+size/2 {
			return size + size/2
		}
		if n <= 2*size {
			return 2 * size
		}
	}
}

// inputs are the batch's tensors in the order of batchNodes.
func (b *Batch) inputs() []*tensors.Tensor {
	return []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(b.tokens, b.Rows, b.Seq),
		tensors.FromFlatDataAndDimensions(b.at, b.Rows*b.Span, 1),
		tensors.FromFlatDataAndDimensions(b.labels, b.Rows*b.Span),
		tensors.FromFlatDataAndDimensions(b.mask, b.Rows, b.Span),
	}
}

// batchNodes are a batch's tensors inside a graph.
type batchNodes struct {
	tokens *Node // [rows, seq]
	at     *Node // [rows*span, 1]
	labels *Node // [rows*span]
	mask   *Node // [rows, span]
}

const batchInputs = 4

func takeBatch(in []*Node) batchNodes { return batchNodes{in[0], in[1], in[2], in[3]} }
