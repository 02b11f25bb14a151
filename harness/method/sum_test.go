package method

import (
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

func TestSumIsTheMeanTimesK(t *testing.T) {
	eachGram(t, func(t *testing.T, _ *mat.Dense, g *mat.SymDense) {
		mean, sum := Mean{}.Weights(g, nil).Weights, Sum{}.Weights(g, nil).Weights
		floats.Scale(float64(len(mean)), mean)
		if !floats.EqualApprox(sum, mean, 1e-12) {
			t.Errorf("the sum is %v, K times the mean %v", sum, mean)
		}
	})
}
