package method

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// V is the shortest point exactly if no gradient falls short of it: <g_k, V> ≥ |V|² for all k, for then every convex
// combination has at least that inner product with V.
func TestMGDAIsTheShortestPoint(t *testing.T) {
	eachGram(t, func(t *testing.T, j *mat.Dense, g *mat.SymDense) {
		w := MGDA{}.Weights(g, nil).Weights
		if floats.Min(w) < 0 || math.Abs(floats.Sum(w)-1) > 1e-12 {
			t.Fatalf("weights %v are none of a convex combination", w)
		}
		v, size := direction(j, w), reach(j, w)
		for i := range w {
			length := mat.Norm(j.RowView(i), 2)
			if length == 0 {
				continue // left out
			}
			if along := floats.Dot(j.RawRowView(i), v); along < floats.Dot(v, v)-tolerance*length*size {
				t.Errorf("<g_%d, V> = %g, |V|² = %g", i, along, floats.Dot(v, v))
			}
		}
	})
}

// Frank-Wolfe (Sener & Koltun 2018, algorithm 2) comes near the shortest point from above.
func TestMGDAIsNoLongerThanByFrankWolfe(t *testing.T) {
	eachGram(t, func(t *testing.T, j *mat.Dense, g *mat.SymDense) {
		present, index := nonZero(g)
		if len(index) == 0 {
			return
		}
		k := len(index)
		alpha := Mean{}.Weights(present, nil).Weights
		square := func(w []float64) (sum float64) {
			for i, x := range w {
				sum += x * inner(present, i, w)
			}
			return sum
		}
		for range 2000 {
			slopes := make([]float64, k)
			for i := range slopes {
				slopes[i] = inner(present, i, alpha)
			}
			to := floats.MinIdx(slopes)
			a, b, c := slopes[to], square(alpha), present.At(to, to)
			step := 0.0
			if c <= a {
				step = 1
			} else if b > a {
				step = (b - a) / (b + c - 2*a)
			}
			floats.Scale(1-step, alpha)
			alpha[to] += step
		}
		w := MGDA{}.Weights(g, nil).Weights
		v := direction(j, w)
		ours, theirs := floats.Norm(v, 2), math.Sqrt(max(0, square(alpha)))
		longest := math.Sqrt(mat.Max(present))
		if ours > theirs+tolerance*longest {
			t.Errorf("|V| = %g, by Frank-Wolfe %g", ours, theirs)
		}
		if theirs > ours+0.02*longest {
			t.Errorf("|V| = %g, but Frank-Wolfe gets no nearer than %g", ours, theirs)
		}
	})
}

// Two gradients in closed form: the foot of the perpendicular on their connection, or the shorter one.
func TestMGDAOfTwo(t *testing.T) {
	for name, c := range map[string]struct {
		gram [3]float64 // G11, G12, G22
		want float64    // the first weight
	}{
		"equal lengths":      {[3]float64{1, 0.5, 1}, 0.5},
		"orthogonal":         {[3]float64{1, 0, 4}, 0.8},
		"conflict":           {[3]float64{1, -1, 4}, 5.0 / 7},
		"the shorter is all": {[3]float64{1, 1.5, 4}, 1},
		"one is zero":        {[3]float64{1, 0, 0}, 1},
	} {
		g := mat.NewSymDense(2, []float64{c.gram[0], c.gram[1], c.gram[1], c.gram[2]})
		if w := (MGDA{}).Weights(g, nil).Weights; math.Abs(w[0]-c.want) > 1e-9 || math.Abs(w[1]-(1-c.want)) > 1e-9 {
			t.Errorf("%s: weights %v, want %g and %g", name, w, c.want, 1-c.want)
		}
	}
}
