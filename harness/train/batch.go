package train

import (
	"cmp"
	"slices"

	"congrad/harness/nn"
)

// Layout is how a block is padded.
type Layout struct {
	Size  nn.Size
	Apart bool // each unit lies in a sequence of its own, as gradients of single pairs need it
}

// Block is a set of units (answers, or pairs of them) that the device works on at once.
type Block struct {
	Units []int // indices
	Layout
}

// Batch lays the block's units out.
func (b Block) Batch(units [][]nn.Row) (*nn.Batch, error) {
	if b.Apart {
		return nn.Apart(pick(units, b.Units), b.Size)
	}
	return nn.Pack(pick(units, b.Units), b.Size)
}

// Packed groups units into blocks of so many padded tokens, as many units to a sequence as fit, so that little is padded. All blocks have
// one layout, and so one program.
func Packed(units [][]nn.Row, tokens int) []Block {
	if len(units) == 0 {
		return nil
	}
	seq, seqs := sequences(units, tokens)
	each := max(1, tokens/seq) // sequences of a block
	var blocks []Block
	for i, s := range seqs {
		for s/each >= len(blocks) {
			blocks = append(blocks, Block{})
		}
		blocks[s/each].Units = append(blocks[s/each].Units, i)
	}
	if len(blocks) == 1 {
		each = min(each, Round(slices.Max(seqs)+1))
	}
	sized(blocks, units, Layout{Size: nn.Size{Seqs: each, Seq: seq}})
	return blocks
}

// Apart groups units by length into blocks of so many padded tokens, each unit in a sequence of its own. The longest come first; a block
// is as long as its first unit. The last block is padded like the one before, unless it is the only one: padding costs less than one more
// program to compile.
func Apart(units [][]nn.Row, tokens int) []Block {
	order := all(len(units))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(nn.Length(units[b]), nn.Length(units[a])) })
	var blocks []Block
	from := 0 // the first block of those that are equally long
	for len(order) > 0 {
		size := nn.Size{Seq: nn.Bucket(nn.Length(units[order[0]]))}
		size.Seqs = max(1, tokens/size.Seq)
		part := order[:min(size.Seqs, len(order))]
		order = order[len(part):]
		if len(part) == len(units) {
			size.Seqs = min(size.Seqs, Round(len(part)))
		}
		if len(blocks) > from && blocks[from].Size.Seq != size.Seq {
			from = len(blocks)
		}
		blocks = append(blocks, Block{Units: part})
		sized(blocks[from:], units, Layout{Size: size, Apart: true})
	}
	return blocks
}

// sized gives blocks one layout that holds the answers of each.
func sized(blocks []Block, units [][]nn.Row, l Layout) {
	for _, b := range blocks {
		l.Size = grown(l.Size, pick(units, b.Units))
	}
	l = l.rounded()
	for i := range blocks {
		blocks[i].Layout = l
	}
}

// rounded rounds the layout's numbers up, so that there are few.
func (l Layout) rounded() Layout {
	if l.Size.Rows, l.Size.Slots = Round(l.Size.Rows), Round(l.Size.Slots); l.Apart {
		l.Size.Rows = 2 * l.Size.Seqs // of pairs
	}
	return l
}

// grown is a layout with room for the answers of units.
func grown(size nn.Size, units [][]nn.Row) nn.Size {
	rows, slots := 0, 0
	for _, unit := range units {
		rows += len(unit)
		for _, r := range unit {
			slots += len(r.Answer)
			size.Span = max(size.Span, nn.Bucket(len(r.Answer)))
		}
	}
	size.Rows, size.Slots = max(size.Rows, rows), max(size.Slots, slots)
	return size
}

// sequences places units in sequences of the length, at most so many tokens, that pads least: seqs are the sequence of each unit. Longer
// sequences hold units with less room left over, and their attention takes longer.
func sequences(units [][]nn.Row, tokens int) (seq int, seqs []int) {
	const attention = 512 // tokens of a sequence at which attention takes as long as the rest of a small model
	longest := 0
	for _, unit := range units {
		longest = max(longest, nn.Length(unit))
	}
	least := 0.0
	for candidate := nn.Bucket(longest); ; candidate = nn.Bucket(candidate + 1) {
		if seq > 0 && (candidate > tokens || candidate > 2*nn.Bucket(longest)) {
			return seq, seqs
		}
		placed, _ := nn.Fit(units, candidate, len(units))
		n := float64((slices.Max(placed) + 1) * candidate)
		if cost := n * (1 + float64(candidate)/attention); seq == 0 || cost < least {
			seq, seqs, least = candidate, placed, cost
		}
	}
}

// Round rounds a number up to one of few: up to 16, then 18, 20, ... 32, 36, 40, ..., in steps of an eighth at most.
func Round(n int) int {
	step := 1
	for n > 16*step {
		step *= 2
	}
	return (n + step - 1) / step * step
}

func pick[T any](list []T, at []int) []T {
	picked := make([]T, len(at))
	for k, i := range at {
		picked[k] = list[i]
	}
	return picked
}

// all are the indices of n things.
func all(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
