package method

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Whatever combination g_w one takes, no direction of the ball serves the worst-off gradient better than
// <g_w, g_0> + c|g_0||g_w|. A direction that comes up to one such bound is the best.
func TestCAGradServesTheWorstOffBest(t *testing.T) {
	for _, c := range []float64{0.1, 0.5, 1, 3} {
		eachGram(t, func(t *testing.T, j *mat.Dense, g *mat.SymDense) {
			w := CAGrad{C: c}.Weights(g, nil).Weights
			mean := Mean{}.Weights(g, nil).Weights
			d, average := direction(j, w), direction(j, mean)
			floats.Scale(1+c, d)
			k, longest := len(w), math.Sqrt(mat.Max(g))
			radius := c * floats.Norm(average, 2)
			if radius <= 1e-7*longest {
				return // a ball of no size, the mean in it
			}
			if away := floats.Distance(d, average, 2); away > radius*(1+1e-6) {
				t.Errorf("d is %g away from the average, further than %g", away, radius)
			}
			worst, combination := math.Inf(1), make([]float64, k)
			for i, x := range w {
				if g.At(i, i) > 0 {
					worst = min(worst, floats.Dot(j.RawRowView(i), d))
					combination[i] = max(0, x*(1+c)-mean[i])
				}
			}
			if floats.Sum(combination) == 0 {
				t.Fatal("d is the average")
			}
			combination = normalised(combination)
			v := direction(j, combination)
			bound := floats.Dot(v, average) + radius*floats.Norm(v, 2)
			// t is bounded from below, by 1e-5 of the longest gradient
			if bound-worst > (1e-6+2e-5*(1+c))*longest*radius/c {
				t.Errorf("c = %g: the worst-off gets %g, it could be up to %g", c, worst, bound)
			}
		})
	}
}

func TestCAGradWithoutRoomIsTheMean(t *testing.T) {
	eachGram(t, func(t *testing.T, _ *mat.Dense, g *mat.SymDense) {
		if w := (CAGrad{}).Weights(g, nil).Weights; !floats.Equal(w, Mean{}.Weights(g, nil).Weights) {
			t.Errorf("weights %v", w)
		}
	})
}

// From c = 1 on the ball reaches zero, which opposes no gradient; the best of the ball is no worse.
func TestCAGradWithRoomOpposesNone(t *testing.T) {
	for _, c := range []float64{1, 2} {
		eachGram(t, func(t *testing.T, j *mat.Dense, _ *mat.SymDense) {
			v, _ := consensus(CAGrad{C: c}, j)
			longest := 0.0
			for i := range j.RawMatrix().Rows {
				longest = max(longest, mat.Norm(j.RowView(i), 2))
			}
			for i := range j.RawMatrix().Rows {
				if along := floats.Dot(j.RawRowView(i), v); along < -1e-5*longest*longest {
					t.Errorf("c = %g: <g_%d, V> = %g", c, i, along)
				}
			}
		})
	}
}

// Two gradients of one length: the worst-off is served best along their mean, which is then as long as the ball allows.
func TestCAGradOfTwoEqualLengths(t *testing.T) {
	g := mat.NewSymDense(2, []float64{1, -0.5, -0.5, 1})
	if w := (CAGrad{C: 0.5}).Weights(g, nil).Weights; !floats.EqualApprox(w, []float64{0.5, 0.5}, 1e-9) {
		t.Errorf("weights %v", w)
	}
}
