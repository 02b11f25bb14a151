package train

import (
	"cmp"
	"slices"

	"congrad/harness/nn"
)

// Block is a set of units (rows, or pairs of rows) that the device works on at once, with its padded sizes.
type Block struct {
	Units           []int // indices
	Rows, Seq, Span int
}

// Blocks groups units of rowsEach rows by length, so that little is padded and few shapes are compiled. The longest come
// first; a block is as long as its first unit and takes as many as fit into the given number of padded tokens. The last
// block is padded to as many, unless it is the only one: padding costs less than one more program to compile.
func Blocks(units [][]nn.Row, rowsEach, tokens int) []Block {
	order := make([]int, len(units))
	seqs, spans := make([]int, len(units)), make([]int, len(units))
	for i, rows := range units {
		longest, span := extent(rows)
		order[i], seqs[i], spans[i] = i, nn.Bucket(longest), nn.Bucket(span)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(seqs[b], seqs[a]) })
	var blocks []Block
	for len(order) > 0 {
		b := Block{Seq: seqs[order[0]]}
		fit := max(1, tokens/b.Seq/rowsEach)
		b.Units = order[:min(fit, len(order))]
		order = order[len(b.Units):]
		b.Rows = fit * rowsEach
		if len(b.Units) == len(units) {
			b.Rows = min(fit, nn.Bucket(len(b.Units))) * rowsEach
		}
		for _, i := range b.Units {
			b.Span = max(b.Span, spans[i])
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// Batch lays the block's rows out.
func (b Block) Batch(units [][]nn.Row) (*nn.Batch, error) {
	var rows []nn.Row
	for _, i := range b.Units {
		rows = append(rows, units[i]...)
	}
	return nn.NewBatch(rows, b.Rows, b.Seq, b.Span)
}

// extent is the largest number of tokens read, and of answer tokens, among rows.
func extent(rows []nn.Row) (longest, span int) {
	for _, r := range rows {
		longest, span = max(longest, r.Len()), max(span, len(r.Answer))
	}
	return longest, span
}
