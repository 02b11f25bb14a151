package filtering

import (
	"fmt"
	"math/rand/v2"

	"congrad/harness/config"
	"congrad/harness/kind"
	"congrad/harness/method"
	"congrad/harness/rng"
	"congrad/harness/sketch"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Scoring is how a consensus is found and pairs are compared with it; empty fields are of no account.
type Scoring struct {
	Normalise, Aggregator, Similarity string
	LeaveOneOut                       bool
	Trust                             []string `json:",omitempty"`
	TrustPairs                        int      `json:",omitempty"`
}

// ScoringOf is the filter's.
func ScoringOf(c config.ConGrad) Scoring {
	return Scoring{Normalise: c.Normalise, Aggregator: c.Aggregator, Similarity: c.Similarity, LeaveOneOut: c.LeaveOneOut}
}

// TrustingOf is that of selectors that ask where the judge is trusted, and compare by cosine. A list makes checked pairs of no account.
func TrustingOf(c config.ConGrad) Scoring {
	s := Scoring{LeaveOneOut: c.LeaveOneOut, Trust: c.Trust}
	if len(c.Trust) == 0 {
		s.TrustPairs = c.TrustPairs
	}
	return s
}

// read is as much of it as a selector reads.
func (s Scoring) read(reads method.Reading) Scoring {
	switch reads {
	case method.ReadsConsensus:
		return s
	case method.ReadsGradients:
		return Scoring{Similarity: s.Similarity, LeaveOneOut: s.LeaveOneOut}
	case method.ReadsHeldBack, method.ReadsHeldBackAdam: // of which the pairs to pick from are no part
		return Scoring{Similarity: s.Similarity}
	}
	return Scoring{}
}

// trust is how far the judge is trusted in each of the languages.
func (s Scoring) trust(round *sketch.Round, pairs []kind.Pair, languages []string) []float64 {
	switch {
	case len(s.Trust) > 0:
		return method.Told(s.Trust, languages)
	case s.TrustPairs > 0:
		return method.Checked(round.Pairs.Language, knownGaps(pairs), len(languages), s.TrustPairs)
	}
	return method.Coherence(round.Pairs, round.Gram)
}

// evidence is what a scoring round tells of the pairs, with the consensus where there is an aggregator, which goes on from state.
func (s Scoring) evidence(round *sketch.Round, r Round, state []float64) (method.Evidence, error) {
	known := method.Evidence{
		Pairs: round.Pairs, Gram: round.Gram,
		Scoring: method.Scoring{Dot: s.Similarity == "dot", LeaveOneOut: s.LeaveOneOut},
	}
	if s.Aggregator == "" {
		return known, nil
	}
	aggregator, err := method.FindAggregator(s.Aggregator)
	if err != nil {
		return known, err
	}
	stream := rng.Stream(r.Seed, "aggregator", r.name())
	if round.Parts == nil {
		known.Consensus, err = s.consensus(aggregator, round.Gram, state, stream)
		return known, err
	}
	known.Parts, known.Consensus, err = s.parts(aggregator, round, state, stream)
	return known, err
}

// consensus goes on from state.
func (s Scoring) consensus(a method.Aggregator, gram *mat.SymDense, state []float64, stream *rand.Rand) (method.Weighting, error) {
	a, err := method.GoOn(a, state, gram.SymmetricDim())
	if err != nil {
		return method.Weighting{}, err
	}
	return method.Consensus(a, gram, s.Normalise == "unit", stream)
}

// parts finds a consensus in each part of the weights. mean has the languages' mean weights over the parts, and the parts' states one
// after the other.
func (s Scoring) parts(a method.Aggregator, round *sketch.Round, state []float64, stream *rand.Rand) (parts []method.Part, mean method.Weighting, err error) {
	languages := round.Gram.SymmetricDim()
	mean.Weights = make([]float64, languages)
	for k, p := range round.Parts {
		var own []float64 // of the state
		if n := languages * languages; state != nil {
			if len(state) != n*len(round.Parts) {
				return nil, mean, fmt.Errorf("finding a consensus in %d parts of the weights: the state of the round before has %d numbers, want %d", len(round.Parts), len(state), n*len(round.Parts))
			}
			own = state[k*n : (k+1)*n]
		}
		w, err := s.consensus(a, p.Gram, own, stream)
		if err != nil {
			return nil, mean, err
		}
		parts = append(parts, method.Part{Inner: p.Inner, Square: p.Square, Gram: p.Gram, Weights: w.Weights})
		mean.State = append(mean.State, w.State...)
		floats.AddScaled(mean.Weights, 1/float64(len(round.Parts)), w.Weights)
	}
	return parts, mean, nil
}

// score is every pair's alignment with the consensus of a first round: there is nothing to remember.
func (s Scoring) score(round *sketch.Round, r Round) ([]float64, error) {
	known, err := s.evidence(round, r, nil)
	if err != nil {
		return nil, err
	}
	return method.ConGrad(known), nil
}
