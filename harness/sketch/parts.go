package sketch

import (
	"errors"

	"congrad/harness/method"
	"congrad/harness/model"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Parted makes a Round of sketches as a Gatherer does, and one of each part of the weights.
type Parted struct {
	of    []int // the part of each number
	parts []*Gatherer
	done  []float64 // [1] how many numbers it has; with the sums that it goes on from, so a float
}

// NewParted starts a round without any number; of is the part that each number of a sketch belongs to (NumbersOf).
func NewParted(of []int, language []int, codes []string, weights Weights, seed uint64, round string) *Parted {
	p := &Parted{of: of, done: []float64{0}}
	for _, part := range of {
		for len(p.parts) <= part {
			p.parts = append(p.parts, NewGatherer(language, codes, weights, seed, round))
		}
	}
	return p
}

// Add takes in the next stretch of all pairs' sketches [n, stretch].
func (p *Parted) Add(sketches [][]float32) error {
	if err := check(sketches); err != nil || len(sketches) == 0 {
		return err
	}
	at, length := int(p.done[0]), len(sketches[0])
	if at+length > len(p.of) {
		return errors.New("gathering sketches by part: they are longer than their parts")
	}
	for from := 0; from < length; {
		part, to := p.of[at+from], from+1
		for to < length && p.of[at+to] == part {
			to++
		}
		cut := make([][]float32, len(sketches))
		for i, s := range sketches {
			cut[i] = s[from:to]
		}
		if err := p.parts[part].Add(cut); err != nil {
			return err
		}
		from = to
	}
	p.done[0] += float64(length)
	return nil
}

// Sums are the numbers that it goes on from.
func (p *Parted) Sums() [][]float64 {
	list := [][]float64{p.done}
	for _, g := range p.parts {
		list = append(list, g.Sums()...)
	}
	return list
}

// Round is what was gathered, all parts together and each by itself.
func (p *Parted) Round() *Round {
	whole := &Round{Pairs: method.Pairs{Language: p.parts[0].pairs.Language, Share: p.parts[0].pairs.Share}}
	for k, g := range p.parts {
		x := g.Round()
		whole.Parts = append(whole.Parts, Part{x.Pairs.Inner, x.Pairs.Square, x.Gram})
		if k == 0 {
			whole.Gram = mat.NewSymDense(x.Gram.SymmetricDim(), nil)
			whole.Pairs.Square = make([]float64, len(x.Pairs.Square))
			for range x.Pairs.Inner {
				whole.Pairs.Inner = append(whole.Pairs.Inner, make([]float64, x.Gram.SymmetricDim()))
			}
		}
		whole.Gram.AddSym(whole.Gram, x.Gram)
		floats.Add(whole.Pairs.Square, x.Pairs.Square)
		for i, row := range x.Pairs.Inner {
			floats.Add(whole.Pairs.Inner[i], row)
		}
	}
	return whole
}

// NumbersOf is the part of the scope (model.Scopes) that each number of a sketch without a hash belongs to.
func NumbersOf(config model.Config, s Settings, scope string) []int {
	shapes := config.Projections(s.Layers)
	var of []int
	for i, part := range model.Parts(shapes, scope) {
		for range s.length(shapes[i]) {
			of = append(of, part)
		}
	}
	return of
}
