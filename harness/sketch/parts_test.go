package sketch

import (
	"math"
	"slices"
	"testing"

	"congrad/harness/model"
	"congrad/harness/rng"
)

// What is gathered part by part is what is gathered of the parts' numbers alone, however the sketches are cut, and sums to the whole.
func TestParted(t *testing.T) {
	r := rng.Stream(3, "parted")
	language, codes := []int{0, 1, 0, 1, 2}, []string{"a", "b", "c"}
	of := []int{0, 0, 1, 1, 1, 0, 2}
	sketches := make([][]float32, len(language))
	for i := range sketches {
		for range of {
			sketches[i] = append(sketches[i], float32(r.NormFloat64()))
		}
	}
	columns := func(keep func(c int) bool) [][]float32 {
		list := make([][]float32, len(sketches))
		for i, s := range sketches {
			for c, x := range s {
				if keep(c) {
					list[i] = append(list[i], x)
				}
			}
		}
		return list
	}
	whole, err := Gather(sketches, language, codes, EMA(0.9), 4, "1")
	if err != nil {
		t.Fatal(err)
	}
	for _, cuts := range [][]int{{7}, {1, 2, 6, 7}, {3, 7}} {
		p, from := NewParted(of, language, codes, EMA(0.9), 4, "1"), 0
		for _, to := range cuts {
			if to == 6 { // another one goes on from the sums
				q := NewParted(of, language, codes, EMA(0.9), 4, "1")
				for i, row := range q.Sums() {
					copy(row, p.Sums()[i])
				}
				p = q
			}
			if err := p.Add(columns(func(c int) bool { return from <= c && c < to })); err != nil {
				t.Fatal(err)
			}
			from = to
		}
		got := p.Round()
		for k, part := range got.Parts {
			want, err := Gather(columns(func(c int) bool { return of[c] == k }), language, codes, EMA(0.9), 4, "1")
			if err != nil {
				t.Fatal(err)
			}
			for i := range sketches {
				if !slices.Equal(part.Inner[i], want.Pairs.Inner[i]) || part.Square[i] != want.Pairs.Square[i] {
					t.Errorf("cuts %v: part %d, pair %d: %v and %g, want %v and %g", cuts, k, i, part.Inner[i], part.Square[i], want.Pairs.Inner[i], want.Pairs.Square[i])
				}
			}
			if !slices.Equal(part.Gram.RawSymmetric().Data, want.Gram.RawSymmetric().Data) {
				t.Errorf("cuts %v: part %d has another Gram matrix", cuts, k)
			}
		}
		for i := range sketches {
			if math.Abs(got.Pairs.Square[i]-whole.Pairs.Square[i]) > 1e-12 || math.Abs(got.Pairs.Inner[i][2]-whole.Pairs.Inner[i][2]) > 1e-12 {
				t.Errorf("cuts %v: pair %d: the parts do not sum to the whole", cuts, i)
			}
		}
		if math.Abs(got.Gram.At(0, 1)-whole.Gram.At(0, 1)) > 1e-12 {
			t.Errorf("cuts %v: the parts' Gram matrices do not sum to the whole's", cuts)
		}
		if err := p.Add(sketches); err == nil {
			t.Error("numbers beyond the parts are taken in")
		}
	}
}

func TestNumbersOf(t *testing.T) {
	config := model.Config{Vocab: 4, Hidden: 8, Layers: 2, Heads: 1, KVHeads: 1, HeadDim: 4, FFN: 6}
	for _, s := range []Settings{{Kind: Flora, Rank: 3}, {Kind: Logra, Rank: 2, Layers: model.MLP}} {
		blocks := NumbersOf(config, s, model.EachBlock)
		if len(blocks) != Numbers(config, s) {
			t.Fatalf("%s: parts of %d numbers, want %d", s, len(blocks), Numbers(config, s))
		}
		if !slices.IsSorted(blocks) || slices.Max(blocks) != 1 || 2*slices.Index(blocks, 1) != len(blocks) {
			t.Errorf("%s: two blocks of one shape have the numbers %v", s, blocks)
		}
	}
}
