package measure

import (
	"math"

	"congrad/harness/record"
	"congrad/results/records"
)

// Round is what a scoring round left of the gradients of K languages' pairs.
type Round struct {
	Languages []string
	Pairs     []int       // [K]
	Gram      [][]float64 // [K, K] inner products of the languages' mean gradients
	Squares   []float64   // [K] mean of |g|² over each language's pairs
	// Against counts, of each language's pairs, those whose gradient points against the consensus, own share left out.
	Against []int // [K]
}

// Observation is how the languages of a round agree, in numbers that do not grow or shrink with the number of pairs (but for
// Cosine), so that different data can be set side by side. Of two pairs, agreement is the inner product of their gradients
// over the product of their root mean square lengths: one where all gradients are the same, zero where they are noise.
type Observation struct {
	Languages []LanguageObservation `json:"languages"`
	Cosine    float64               `json:"cosine"`  // mean over pairs of languages of the cosine of their mean gradients; noise draws it towards zero
	Against   float64               `json:"against"` // share of all pairs that point against the consensus
	Within    float64               `json:"within"`  // mean agreement of two pairs of one language, over languages with two pairs
	Across    float64               `json:"across"`  // mean agreement of two pairs of different languages
	// Shared is Across/Within: what part of what a language's pairs agree on, pairs of other languages agree on too. Nil
	// where the pairs of a language do not agree.
	Shared *float64 `json:"shared"`
}

// LanguageObservation is one language's part.
type LanguageObservation struct {
	Code    string  `json:"code"`
	Pairs   int     `json:"pairs"`
	Cosine  float64 `json:"cosine"`  // mean cosine of its mean gradient with those of the others
	Against float64 `json:"against"` // share of its pairs that point against the consensus
	// Signal is the length of the mean gradient over the root mean square length of its pairs' gradients, less what noise
	// alone gives a mean of so many: the root of the agreement within the language. Nil with fewer than two pairs.
	Signal *float64 `json:"signal"`
}

// Observe computes the observation of a round. Languages without pairs are left out.
//
// With n pairs of mean gradient m and mean square length q, the sum of <g_i, g_j> over all i, j is n²|m|², of which the
// n terms with i = j are n q; so the mean over different pairs is (n|m|² - q)/(n - 1), without a bias from noise. Pairs
// of different languages share no noise, and <m_k, m_l> is their mean as it is.
func Observe(r Round) Observation {
	var o Observation
	var there []int
	for k, n := range r.Pairs {
		if n > 0 {
			there = append(there, k)
		}
	}
	pairs, against, between, within := 0, 0, 0, 0
	for _, k := range there {
		l := LanguageObservation{Code: r.Languages[k], Pairs: r.Pairs[k], Against: float64(r.Against[k]) / float64(r.Pairs[k])}
		for _, j := range there {
			if j == k {
				continue
			}
			c := over(r.Gram[k][j], math.Sqrt(r.Gram[k][k])*math.Sqrt(r.Gram[j][j]))
			l.Cosine += c / float64(len(there)-1)
			o.Cosine += c
			o.Across += over(r.Gram[k][j], math.Sqrt(r.Squares[k])*math.Sqrt(r.Squares[j]))
			between++
		}
		if n := float64(r.Pairs[k]); n > 1 {
			agreement := over((n*r.Gram[k][k]-r.Squares[k])/(n-1), r.Squares[k])
			o.Within += agreement
			within++
			signal := math.Sqrt(max(0, agreement))
			l.Signal = &signal
		}
		pairs += r.Pairs[k]
		against += r.Against[k]
		o.Languages = append(o.Languages, l)
	}
	o.Cosine, o.Across, o.Within = over(o.Cosine, float64(between)), over(o.Across, float64(between)), over(o.Within, float64(within))
	o.Against = over(float64(against), float64(pairs))
	if o.Within > 0 && between > 0 {
		shared := o.Across / o.Within
		o.Shared = &shared
	}
	return o
}

// Diagnosis is an observation of pairs that no run recorded, with more about their gradients.
type Diagnosis struct {
	Observation
	Cosines [][]float64 `json:"cosines"` // [K, K] of the languages' mean gradients
	// Others is, of each language, the share of pairs that point against the mean direction of the other languages.
	Others []float64 `json:"against_others"`
}

// over is a/b, and zero over zero.
func over(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// Observed are the observations of an arm's iteration, one a seed, in the order of the seeds. The arm is one whose score is
// the alignment with the consensus; rounds recorded without the gradients' lengths are left out.
func Observed(s *records.Study, arm string, iteration int) []Observation {
	var list []Observation
	for i := range s.Set.Consensus {
		c := &s.Set.Consensus[i]
		if c.Arm != arm || c.Iteration != iteration || len(c.Squares) != len(c.Languages) || len(c.Languages) == 0 {
			continue
		}
		list = append(list, Observe(round(s, c)))
	}
	return list
}

// round gathers what was recorded of a consensus.
func round(s *records.Study, c *record.Consensus) Round {
	r := Round{
		Languages: c.Languages, Gram: c.MeanGram, Squares: c.Squares,
		Pairs: make([]int, len(c.Languages)), Against: make([]int, len(c.Languages)),
	}
	at := map[string]int{}
	for k, code := range c.Languages {
		at[code] = k
	}
	for i := range s.Set.Pairs {
		p := &s.Set.Pairs[i]
		k, ok := at[p.Lang]
		if !ok || p.Seed != c.Seed || p.Arm != c.Arm || p.Iteration != c.Iteration || p.Rank == 0 {
			continue
		}
		r.Pairs[k]++
		if p.Score < 0 {
			r.Against[k]++
		}
	}
	return r
}
