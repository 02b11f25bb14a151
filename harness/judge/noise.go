package judge

import "math/rand/v2"

// Noise makes a judge worse: it replaces a share of its scores by uniform ones of its range [Low, High].
type Noise struct{ Share, Low, High float64 }

// NoiseOf is noise for the judge of a kind.
func NoiseOf(kind string, share float64) Noise {
	if kind == "self" {
		return Noise{share, 1, float64(len(digits))}
	}
	return Noise{share, 0, 1}
}

// Apply draws from the score's own stream whether it is replaced, and by what; also a score that was not given is. A larger
// share replaces the same scores by the same ones, and others besides.
func (n Noise) Apply(s Score, r *rand.Rand) Score {
	at, drawn := r.Float64(), r.Float64()
	if at < n.Share {
		return Score{n.Low + (n.High-n.Low)*drawn, true}
	}
	return s
}
