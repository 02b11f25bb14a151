package filtering

import (
	"congrad/harness/config"
	"congrad/harness/kind"
	"congrad/harness/method"
	"congrad/harness/rng"
	"congrad/harness/sketch"
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
	if aggregator, err = method.GoOn(aggregator, state, round.Gram.SymmetricDim()); err != nil {
		return known, err
	}
	known.Consensus, err = method.Consensus(aggregator, round.Gram, s.Normalise == "unit", rng.Stream(r.Seed, "aggregator", r.name()))
	return known, err
}

// score is every pair's alignment with the consensus of a first round: there is nothing to remember.
func (s Scoring) score(round *sketch.Round, r Round) ([]float64, error) {
	known, err := s.evidence(round, r, nil)
	if err != nil {
		return nil, err
	}
	return method.ConGrad(known), nil
}
