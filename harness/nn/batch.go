package nn

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
)

// Row is one answer to a prompt: the answer's tokens are predicted. Both are token ids; the answer includes its end token where it
// has one.
type Row struct{ Prompt, Answer []int }

// Len is the number of tokens that the model reads for the row: the last answer token is only predicted.
func (r Row) Len() int { return len(r.Prompt) + max(0, len(r.Answer)-1) }

// Size is the padded layout of a batch.
type Size struct {
	Seqs, Seq  int // sequences, and tokens in each
	Rows, Span int // answers, and tokens of the longest
	Slots      int // answer tokens in all
}

// Tokens is the number of tokens that the device reads, with padding.
func (s Size) Tokens() int { return s.Seqs * s.Seq }

// Batch is a block of answers in the layout of the programs. The answers to one prompt lie behind it in one sequence, and share it:
// each token sees its own prompt and its own answer, at the positions that it would have alone. Several prompts lie in a sequence.
type Batch struct {
	Size
	apart    bool // each unit has sequences of its own
	answered int  // answer tokens

	tokens   []int32   // [seqs, seq]
	position []int32   // [seqs, seq] counted from the start of the token's prompt
	branch   []int32   // [seqs, seq] the prompt or the answer that a token belongs to, 0 of padding
	trunk    []int32   // [seqs, seq] the prompt that a token sees beside its own branch
	at       []int32   // [slots] the position, counted over the whole batch, that predicts the slot's label
	labels   []int32   // [slots]
	place    []int32   // [rows, span] the slot of an answer token
	mask     []float32 // [rows, span] one where there is an answer token
}

// NewBatch lays each row out in a sequence of its own. Missing rows at the end are padding that counts for nothing.
func NewBatch(rows []Row, count, seq, span int) (*Batch, error) {
	units := make([][]Row, len(rows))
	for i, r := range rows {
		units[i] = []Row{r}
	}
	return Apart(units, Size{Seqs: count, Seq: seq, Rows: count, Span: span, Slots: count * span})
}

// Pack lays units of rows out, as many to a sequence as fit, and their answers in order.
func Pack(units [][]Row, size Size) (*Batch, error) {
	seqs, ok := Fit(units, size.Seq, size.Seqs)
	if !ok {
		return nil, fmt.Errorf("laying out a batch: %d units do not fit into %d sequences of %d tokens", len(units), size.Seqs, size.Seq)
	}
	return layOut(units, seqs, size)
}

// Apart lays each unit of rows out in a sequence of its own.
func Apart(units [][]Row, size Size) (*Batch, error) {
	if len(units) > size.Seqs {
		return nil, fmt.Errorf("laying out a batch: %d units do not fit into %d sequences", len(units), size.Seqs)
	}
	seqs := make([]int, len(units))
	for i, unit := range units {
		if n := Length(unit); n > size.Seq {
			return nil, fmt.Errorf("laying out a batch: unit %d has %d tokens, a sequence holds %d", i, n, size.Seq)
		}
		seqs[i] = i
	}
	b, err := layOut(units, seqs, size)
	if err == nil {
		b.apart = true
	}
	return b, err
}

// Length is the number of tokens that the model reads for a unit of rows, whose answers share a prompt where it is the same.
func Length(unit []Row) (n int) {
	for _, group := range prompts(unit) {
		n += len(unit[group[0]].Prompt)
		for _, i := range group {
			n += max(0, len(unit[i].Answer)-1)
		}
	}
	return n
}

// prompts groups the rows of a unit by their prompt, in the order of its first row.
func prompts(unit []Row) (groups [][]int) {
next:
	for i, r := range unit {
		for g, group := range groups {
			if slices.Equal(unit[group[0]].Prompt, r.Prompt) {
				groups[g] = append(group, i)
				continue next
			}
		}
		groups = append(groups, []int{i})
	}
	return groups
}

// Fit places units in sequences of seq tokens, the longest first, each where it leaves least room: seqs are the sequence of each unit. It
// fails if more than `most` are needed.
func Fit(units [][]Row, seq, most int) (seqs []int, ok bool) {
	lengths, order := make([]int, len(units)), make([]int, len(units))
	for i, unit := range units {
		lengths[i], order[i] = Length(unit), i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(lengths[b], lengths[a]) })
	roomy := make([][]int, seq+1) // sequences by the room that is left
	begun := 0
	seqs = make([]int, len(units))
	for _, i := range order {
		room := lengths[i]
		for room <= seq && len(roomy[room]) == 0 {
			room++
		}
		if room <= seq {
			last := len(roomy[room]) - 1
			seqs[i], roomy[room] = roomy[room][last], roomy[room][:last]
		} else {
			if room = seq; begun == most || lengths[i] > seq {
				return nil, false
			}
			seqs[i] = begun
			begun++
		}
		roomy[room-lengths[i]] = append(roomy[room-lengths[i]], seqs[i])
	}
	return seqs, true
}

// layOut writes units into their sequences, one behind the other.
func layOut(units [][]Row, seqs []int, size Size) (*Batch, error) {
	n := size.Tokens()
	b := &Batch{
		Size:   size,
		tokens: make([]int32, n), position: make([]int32, n), branch: make([]int32, n), trunk: make([]int32, n),
		at: make([]int32, size.Slots), labels: make([]int32, size.Slots),
		place: make([]int32, size.Rows*size.Span), mask: make([]float32, size.Rows*size.Span),
	}
	end := make([]int, size.Seqs) // of each sequence so far
	for s := range end {
		end[s] = s * size.Seq
	}
	branch, row, slot := int32(0), 0, 0
	for i, unit := range units {
		if row+len(unit) > size.Rows {
			return nil, fmt.Errorf("laying out a batch: %d units have more than %d rows", len(units), size.Rows)
		}
		write := func(ids []int, position int, trunk int32) (from int) {
			from = end[seqs[i]]
			for j, id := range ids {
				at := from + j
				b.tokens[at], b.position[at], b.branch[at], b.trunk[at] = int32(id), int32(position+j), branch, trunk
			}
			end[seqs[i]] += len(ids)
			return from
		}
		for _, group := range prompts(unit) {
			prompt := unit[group[0]].Prompt
			if len(prompt) == 0 {
				return nil, fmt.Errorf("laying out a batch: row %d has no prompt, so nothing predicts its first token", row+group[0])
			}
			branch++
			trunk := branch
			last := write(prompt, 0, trunk) + len(prompt) - 1
			for _, k := range group {
				answer := unit[k].Answer
				if len(answer) > size.Span || slot+len(answer) > size.Slots {
					return nil, fmt.Errorf("laying out a batch: row %d has an answer of %d tokens; the batch holds %d in an answer and %d in all", row+k, len(answer), size.Span, size.Slots)
				}
				branch++
				from := write(answer[:max(0, len(answer)-1)], len(prompt), trunk)
				for j, id := range answer {
					at := last // the activation before a token predicts it
					if j > 0 {
						at = from + j - 1
					}
					b.at[slot], b.labels[slot] = int32(at), int32(id)
					b.place[(row+k)*size.Span+j], b.mask[(row+k)*size.Span+j] = int32(slot), 1
					slot++
				}
			}
		}
		row += len(unit)
	}
	b.answered = slot
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

// Filled is the share of the tokens that the device reads that are not padding.
func (b *Batch) Filled() float64 {
	real := 0
	for _, branch := range b.branch {
		if branch != 0 {
			real++
		}
	}
	return float64(real) / float64(len(b.branch))
}

// inputs are the batch's tensors in the order of batchNodes.
func (b *Batch) inputs() []*tensors.Tensor {
	list := make([]*tensors.Tensor, 0, batchInputs)
	for _, x := range [][]int32{b.tokens, b.position, b.branch, b.trunk} {
		list = append(list, tensors.FromFlatDataAndDimensions(x, b.Seqs, b.Seq))
	}
	return append(list,
		tensors.FromFlatDataAndDimensions(b.at, b.Slots, 1),
		tensors.FromFlatDataAndDimensions(b.labels, b.Slots),
		tensors.FromFlatDataAndDimensions(b.place, b.Rows*b.Span, 1),
		tensors.FromFlatDataAndDimensions(b.mask, b.Rows, b.Span))
}

// batchNodes are a batch's tensors inside a graph.
type batchNodes struct {
	tokens, position, branch, trunk *Node // [seqs, seq]

	at     *Node // [slots, 1]
	labels *Node // [slots]
	place  *Node // [rows*span, 1]
	mask   *Node // [rows, span]
}

const batchInputs = 8

func takeBatch(in []*Node) batchNodes {
	return batchNodes{in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7]}
}
