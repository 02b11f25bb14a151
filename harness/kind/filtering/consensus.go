package filtering

import (
	"context"
	"math"

	"congrad/harness/bench"
	"congrad/harness/kind"
	"congrad/harness/method"
	"congrad/harness/record"
	"congrad/harness/sketch"
	"congrad/harness/stage"
)

// consensus is the record of a scoring round, all but its place in the study.
func (s Select) consensus(ctx context.Context, d *stage.Desk, b *bench.Bench, known method.Evidence, pairs []kind.Pair, list []kind.Choice) (record.Consensus, error) {
	r := *s.Round
	numbers := sketch.Numbers(b.Config, r.Sketch)
	c := record.Consensus{
		Languages: s.Languages, Gram: rows(known.Gram), Weights: known.Consensus.Weights, Order: known.Consensus.Order, State: known.Consensus.State,
		Thresholds: Thresholds(list, known.Language, len(s.Languages)), Numbers: numbers, Bytes: sketch.Bytes(numbers, len(s.Languages)),
	}
	m, err := r.material(d.Shelf, pairs)
	if err != nil {
		return c, err
	}
	all := kind.All(len(pairs))
	if r.Sketch.Kind == sketch.Exact {
		if c.MeanGram, err = r.exactMeanGram(ctx, d, b, m, all, "all"); err != nil {
			return c, err
		}
		c.KeptGram, err = r.exactMeanGram(ctx, d, b, m, list, "kept")
		return c, err
	}
	before, after := meanGram(all, m.language, r.Languages), meanGram(list, m.language, r.Languages)
	err = r.sketch(ctx, d, b, s.Gradients, m, grams{before, after})
	c.MeanGram, c.KeptGram = rows(before.Gram), rows(after.Gram)
	return c, err
}

// grams are sums of the same sketches.
type grams []*sketch.GramSum

// Add takes in the next stretch of all pairs' sketches [n, stretch].
func (g grams) Add(sketches [][]float32) error {
	for _, sum := range g {
		sum.Add(sketches)
	}
	return nil
}

// Sums are the numbers of all, one after the other.
func (g grams) Sums() (list [][]float64) {
	for _, sum := range g {
		list = append(list, sum.Sums()...)
	}
	return list
}

// RecordConsensus records a consensus at its place.
func RecordConsensus(c record.Consensus, at kind.Place, set *record.Set) {
	c.Seed, c.Arm, c.Iteration = at.Seed, at.Arm.Name, at.Iteration
	set.Consensus = append(set.Consensus, c)
}

// Thresholds are the lowest scores of ranked pairs that are kept, per language; zero where there are none.
func Thresholds(list []kind.Choice, language []int, languages int) []float64 {
	low := make([]float64, languages)
	for i := range low {
		low[i] = math.Inf(1)
	}
	for i, c := range list {
		if c.Kept && c.Rank > 0 {
			low[language[i]] = min(low[language[i]], c.Score)
		}
	}
	for i := range low {
		if math.IsInf(low[i], 1) {
			low[i] = 0
		}
	}
	return low
}

// meanGram is to be the Gram matrix of the languages' mean gradients over the kept pairs, from sketches.
func meanGram(list []kind.Choice, language []int, codes []string) *sketch.GramSum {
	return sketch.NewGramSum(keptLanguages(list, language), codes, sketch.Mean, 0, "")
}

// keptLanguages are the kept pairs' languages; dropped ones have -1, which is none.
func keptLanguages(list []kind.Choice, language []int) []int {
	kept := make([]int, len(list))
	for i, c := range list {
		kept[i] = -1
		if c.Kept {
			kept[i] = language[i]
		}
	}
	return kept
}
