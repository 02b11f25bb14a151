package method

import (
	"math"
	"math/rand/v2"
)

// Oracle scores a pair by the reference answers: the chosen answer's score minus the rejected one's. A right pair scores above 0, a wrong
// one below. A pair that the reference answers do not order is not up for selection.
//
// It is no method: it knows what the judge does not. What it gains over training on all pairs is the room that a filter has.
func Oracle(e Evidence) []float64 {
	scores := make([]float64, len(e.Known))
	for i, gap := range e.Known {
		scores[i] = gap
		if gap == 0 {
			scores[i] = math.NaN()
		}
	}
	return scores
}

// RandomRight keeps what Random would keep if there were only the right pairs, those with a known gap above 0: the oracle at another
// arm's number of pairs. Others are not ranked. A pair has the draw that it has in Random.
func RandomRight(language, counts []int, known []float64, stream *rand.Rand) (scores []float64, choices []Choice) {
	scores, _ = Random(language, counts, stream)
	for i, gap := range known {
		if gap <= 0 {
			scores[i] = math.NaN()
		}
	}
	return scores, keepCounts(language, counts, scores)
}
