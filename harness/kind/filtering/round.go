package filtering

import (
	"encoding/json"
	"fmt"
	"strconv"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/kind"
	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/sketch"
	"congrad/harness/stage"

	"gonum.org/v1/gonum/mat"
)

// Round is a scoring round: the gradients of an iteration's pairs at its start, and how they are compared. Its fields are what the
// numbers depend on.
type Round struct {
	Policy           bench.Policy
	Pairs            stage.Ref
	Reference        stage.Ref
	Languages        []string
	Loss             loss.Loss
	Sketch           sketch.Settings
	LanguageGradient string
	EMADecay         float64
	Seed             uint64
	Iteration        int
	Batch            int     // tokens
	HeldBack         float64 `json:",omitempty"` // share of each language's pairs that alone make its gradient
	Adam             *Adam   `json:",omitempty"` // of the optimiser whose updates take the place of gradients, or nil
	Scope            string  `json:",omitempty"` // whose parts are told apart (model.Scopes); empty: none
}

// RoundOf is the scoring round of an arm, all but its pairs and their place.
func RoundOf(a config.Arm, reads method.Reading) Round {
	c := Comparing(a)
	r := Round{Loss: a.Loss, Sketch: SketchOf(c), LanguageGradient: c.LanguageGradient, EMADecay: c.EMADecay}
	if reads == method.ReadsConsensus && c.Scope != model.WholeModel {
		r.Scope = c.Scope
	}
	if reads.HeldBack() {
		r.LanguageGradient, r.EMADecay, r.HeldBack = "held back", 0, c.HeldBack
	}
	if reads == method.ReadsHeldBackAdam {
		r.Adam = &Adam{a.Train.BatchPairs, a.Train.Clip, a.Train.Epsilon}
	}
	return r
}

// Comparing is how an arm compares gradients: where Adam's updates take their place they are exact, whatever the arm says.
func Comparing(a config.Arm) config.ConGrad {
	if selector, _ := method.FindSelector(a.Select); selector.Reads == method.ReadsHeldBackAdam { // the experiment was checked
		a.ConGrad.Sketch = sketch.Exact
	}
	return a.ConGrad
}

// SketchOf leaves out rank and matrices where nothing is compressed, so that they make no difference there.
func SketchOf(c config.ConGrad) sketch.Settings {
	s := sketch.Settings{Kind: c.Sketch}
	if c.Sketch != sketch.Exact {
		s.Rank, s.Numbers = c.SketchRank, c.SketchNumbers
		if c.Projection != sketch.Gaussian {
			s.Projection = c.Projection
		}
	}
	if c.Layers != model.AllProjections {
		s.Layers = c.Layers
	}
	return s
}

// name tells the round's random streams from those of other rounds.
func (r Round) name() string { return strconv.Itoa(r.Iteration) }

// weights are the pairs' shares in their language's gradient.
func (r Round) weights() sketch.Weights {
	switch r.LanguageGradient {
	case "held back":
		return sketch.HeldBack(r.HeldBack)
	case "mean":
		return sketch.Mean
	}
	return sketch.EMA(r.EMADecay)
}

// material is what a round's gradients are taken of.
type material struct {
	units    [][]nn.Row // [pairs][2]
	language []int      // [pairs] as indices into the round's languages
	margins  []float64  // [pairs] of the reference, as the loss scores answers
}

// material is that of the round's pairs.
func (r Round) material(s stage.Shelf, pairs []kind.Pair) (m material, err error) {
	m.units = kind.Rows(pairs)
	if m.language, err = kind.Languages(pairs, r.Languages); err != nil {
		return m, err
	}
	m.margins, err = kind.Margins(s, r.Reference, r.Loss)
	return m, err
}

// scored is a scoring round in an artefact.
type scored struct {
	Inner   [][]float64 `json:"inner"`  // [pairs, languages]
	Square  []float64   `json:"square"` // [pairs]
	Share   []float64   `json:"share"`  // [pairs]
	Gram    [][]float64 `json:"gram"`   // [languages, languages]
	Numbers int         `json:"numbers"`
	Parts   []part      `json:"parts,omitempty"` // of the weights
}

// part is a scoring round's numbers in one part of the weights.
type part struct {
	Inner  [][]float64 `json:"inner"`  // [pairs, languages]
	Square []float64   `json:"square"` // [pairs]
	Gram   [][]float64 `json:"gram"`   // [languages, languages]
}

// scoredOf is a round as it is written.
func scoredOf(r *sketch.Round, numbers int) scored {
	s := scored{Inner: r.Pairs.Inner, Square: r.Pairs.Square, Share: r.Pairs.Share, Gram: rows(r.Gram), Numbers: numbers}
	for _, p := range r.Parts {
		s.Parts = append(s.Parts, part{p.Inner, p.Square, rows(p.Gram)})
	}
	return s
}

// readRound reads a gradients stage, whose pairs have the given languages.
func readRound(s stage.Shelf, of stage.Ref, language []int) (*sketch.Round, error) {
	data, err := s.Read(of, "round.json")
	if err != nil {
		return nil, err
	}
	var r scored
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("stage %s: %w", of.Short(), err)
	}
	round := &sketch.Round{Pairs: method.Pairs{Language: language, Inner: r.Inner, Square: r.Square, Share: r.Share}, Gram: symmetric(r.Gram)}
	for _, p := range r.Parts {
		round.Parts = append(round.Parts, sketch.Part{Inner: p.Inner, Square: p.Square, Gram: symmetric(p.Gram)})
	}
	return round, nil
}

// symmetric is the matrix of which a list of lists has the rows.
func symmetric(rows [][]float64) *mat.SymDense {
	m := mat.NewSymDense(len(rows), nil)
	for i, row := range rows {
		for j := i; j < len(row); j++ {
			m.SetSym(i, j, row[j])
		}
	}
	return m
}

// rows are a matrix as a list of lists.
func rows(m mat.Matrix) [][]float64 {
	r, _ := m.Dims()
	list := make([][]float64, r)
	for i := range list {
		list[i] = mat.Row(nil, i, m)
	}
	return list
}
