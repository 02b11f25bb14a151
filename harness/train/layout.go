package train

import (
	"slices"

	"congrad/harness/nn"
)

// course is how the batches of a training run are padded. A block holds the largest of the run's full steps, so that all of them share
// one program; what does not fit into a part of it goes on in a further block.
type course struct {
	full  int     // pairs of a full step
	size  nn.Size // of one
	least nn.Size // holds any pair of the run
	most  int     // tokens of a block
}

// course looks at all steps of a run over pairs.
func (s Settings) course(pairs []Pair, seed uint64, round string) course {
	units := Units(pairs)
	var steps [][][]nn.Row
	for epoch, total := 0, s.Steps(len(pairs)); len(steps) < total; epoch++ {
		batches := batchesOf(pairs, s, epoch, seed, round)
		for _, batch := range batches[:min(len(batches), total-len(steps))] {
			steps = append(steps, pick(units, batch))
		}
	}
	seq, _ := sequences(units, s.Tokens)
	return course{full: min(s.BatchPairs, len(pairs)), size: holding(seq, steps), least: least(units), most: s.Tokens}
}

// room is the layout of blocks of so many pairs, or of as many as the device takes at once.
func (c course) room(pairs int) Layout {
	size := c.size
	size.Seqs = Round(max(1, min((size.Seqs*pairs+c.full-1)/c.full, c.most/size.Seq)))
	part := func(whole, least int) int { return max(least, (whole*size.Seqs+c.size.Seqs-1)/c.size.Seqs) }
	size.Rows, size.Slots = part(size.Rows, c.least.Rows), part(size.Slots, c.least.Slots)
	return Layout{Size: size}.rounded()
}

// ByItself is one layout for blocks of any of the units, which are pairs, each in a sequence of its own, so that they share a program: up
// to so many at once. A block of pairs whose answers are longer than most holds fewer.
func ByItself(units [][]nn.Row, atOnce, tokens int) Layout {
	if len(units) == 0 {
		return Layout{Apart: true}
	}
	size := least(units)
	size.Seqs = max(1, min(atOnce, tokens/size.Seq))
	slots := 0
	for _, unit := range units {
		slots += grown(nn.Size{}, [][]nn.Row{unit}).Slots
	}
	size.Slots = max(size.Slots, 5*size.Seqs*slots/(4*len(units)))
	return Layout{Size: size, Apart: true}.rounded()
}

// Steady is one layout for the steps of a run, of which some are looked at beforehand.
func Steady(steps [][][]nn.Row, tokens int) Layout {
	all := slices.Concat(steps...)
	if len(all) == 0 {
		return Layout{}
	}
	seq, _ := sequences(all, tokens)
	size := holding(seq, steps)
	size.Seqs = min(size.Seqs, tokens/seq)
	return Layout{Size: size}.rounded()
}

// Fill divides a step's units into blocks of the layout; those that it does not hold get blocks of their own.
func (l Layout) Fill(units [][]nn.Row, tokens int) []Block {
	var held, others []int
	for i, unit := range units {
		if l.holds([][]nn.Row{unit}) {
			held = append(held, i)
		} else {
			others = append(others, i)
		}
	}
	blocks := l.Cut(units, held)
	for _, b := range Packed(pick(units, others), tokens) {
		b.Units = pick(others, b.Units)
		blocks = append(blocks, b)
	}
	return blocks
}

// holding is a layout of sequences of seq tokens that holds each of the steps.
func holding(seq int, steps [][][]nn.Row) nn.Size {
	size := nn.Size{Seq: seq}
	for _, units := range steps {
		seqs, _ := nn.Fit(units, seq, len(units))
		size = grown(size, units)
		size.Seqs = max(size.Seqs, slices.Max(seqs)+1)
	}
	return size
}

// least is a layout that holds any one of the units.
func least(units [][]nn.Row) nn.Size {
	size := nn.Size{Seqs: 1}
	for _, unit := range units {
		size = grown(size, [][]nn.Row{unit})
		size.Seq = max(size.Seq, nn.Bucket(nn.Length(unit)))
	}
	return size
}

// Cut divides some units, in their order, into blocks of one layout, each as full as it gets.
func (l Layout) Cut(units [][]nn.Row, some []int) (blocks []Block) {
	for len(some) > 0 {
		n := 1
		for n < len(some) && l.holds(pick(units, some[:n+1])) {
			n++
		}
		blocks = append(blocks, Block{some[:n], l})
		some = some[n:]
	}
	return blocks
}

// holds says whether units fit into a layout.
func (l Layout) holds(units [][]nn.Row) bool {
	if l.Apart && len(units) > l.Size.Seqs {
		return false
	}
	if _, ok := nn.Fit(units, l.Size.Seq, l.Size.Seqs); !ok {
		return false
	}
	return grown(l.Size, units) == l.Size
}
