package measure

import (
	"math"
	"slices"

	"congrad/results/records"
)

// Conflict is the cosines between the gradients of the languages in one iteration of an arm: cosines, mean over seeds
// and scoring rounds. After is above Before by construction and even where gradients are noise, since pairs are kept for
// their cosine with one direction: it describes what training sees and is no evidence that a selector works.
type Conflict struct {
	Arm       string
	Iteration int
	Rounds    int
	Languages []string
	Before    [][]float64 // of mean gradients over all pairs
	Moving    bool        // of moving averages, where pairs are picked while training and there are no such means
	After     [][]float64 // of mean gradients over the kept pairs; nil where it was not recorded
}

// Conflicts lists arms and iterations with a consensus, in the study's order. Rounds whose languages differ from those
// of the first are left out, since their matrices cannot be averaged.
func Conflicts(s *records.Study) []Conflict {
	var list []Conflict
	for _, a := range s.Arms {
		for i := 1; i <= s.LastIteration; i++ {
			if c := ConflictOf(s, a.Name, i); c.Rounds > 0 {
				list = append(list, c)
			}
		}
	}
	return list
}

func ConflictOf(s *records.Study, arm string, iteration int) Conflict {
	sum := Conflict{Arm: arm, Iteration: iteration}
	kept := 0
	for i := range s.Set.Consensus {
		c := &s.Set.Consensus[i]
		if c.Arm != arm || c.Iteration != iteration || len(c.Languages) == 0 {
			continue
		}
		order := byStudy(s, c.Languages)
		codes := make([]string, len(order))
		for j, at := range order {
			codes[j] = c.Languages[at]
		}
		if sum.Rounds == 0 {
			sum.Languages, sum.Before = codes, zeros(len(codes))
			sum.After = zeros(len(codes))
		} else if !slices.Equal(codes, sum.Languages) {
			continue
		}
		sum.Rounds++
		if len(c.MeanGram) == 0 {
			sum.Moving = true
			addCosines(sum.Before, c.Gram, order)
		} else {
			addCosines(sum.Before, c.MeanGram, order)
		}
		if len(c.KeptGram) > 0 {
			kept++
			addCosines(sum.After, c.KeptGram, order)
		}
	}
	scale(sum.Before, sum.Rounds)
	scale(sum.After, kept)
	if kept == 0 {
		sum.After = nil
	}
	return sum
}

// byStudy are the positions of codes in the study's order.
func byStudy(s *records.Study, codes []string) []int {
	at := map[string]int{}
	for i, c := range codes {
		at[c] = i
	}
	var order []int
	for _, l := range s.Languages {
		if i, ok := at[l.Code]; ok {
			order = append(order, i)
		}
	}
	return order
}

// addCosines counts the cosine with a gradient of length zero as zero.
func addCosines(sum, gram [][]float64, order []int) {
	for i, a := range order {
		for j, b := range order {
			norm := math.Sqrt(gram[a][a]) * math.Sqrt(gram[b][b]) // one root of the product could overflow
			if norm > 0 {
				sum[i][j] += max(-1, min(1, gram[a][b]/norm))
			}
		}
	}
}

func zeros(n int) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
	}
	return m
}

func scale(m [][]float64, n int) {
	for i := range m {
		for j := range m[i] {
			if n > 0 {
				m[i][j] /= float64(n)
			}
		}
	}
}

// Of is the mean of the cosines of a language, by its place in Languages, with the others over all pairs, and the share of them below zero.
func (c Conflict) Of(language int) (mean, negative float64) {
	for i, cosine := range c.Before[language] {
		if i == language {
			continue
		}
		mean += cosine
		negative += float64(count(cosine < 0))
	}
	others := float64(max(1, len(c.Languages)-1))
	return mean / others, negative / others
}

// Spread sums up the cosines between different languages.
type Spread struct {
	Pairs, Negative  int
	Mean, Lowest     float64
	LowestA, LowestB string // the pair with the lowest cosine; empty without pairs
}

// Spread reads the upper triangle of a cosine matrix. With fewer than two languages there is nothing to read.
func (c Conflict) Spread(m [][]float64) Spread {
	var s Spread
	for i := range m {
		for j := i + 1; j < len(m); j++ {
			v := m[i][j]
			s.Pairs++
			s.Mean += v
			if v < 0 {
				s.Negative++
			}
			if s.Pairs == 1 || v < s.Lowest {
				s.Lowest, s.LowestA, s.LowestB = v, c.Languages[i], c.Languages[j]
			}
		}
	}
	if s.Pairs > 0 {
		s.Mean /= float64(s.Pairs)
	}
	return s
}
