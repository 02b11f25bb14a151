package method

import (
	"math"
	"strconv"
	"testing"

	"congrad/harness/rng"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// U α = 1/α, entry by entry, wherever a bargain exists.
func TestNashMTLIsStationary(t *testing.T) {
	for k := 1; k <= 20; k++ {
		for _, d := range []int{3, 30} {
			j := random(k, d, "bargain "+strconv.Itoa(k))
			for i := range k {
				j.Set(i, 0, 1+math.Abs(j.At(i, 0))) // so that not all is in balance
			}
			unit, _ := Unit(gramOf(j))
			alpha := bargain(unit)
			for i, a := range alpha {
				if off := a*inner(unit, i, alpha) - 1; a <= 0 || math.Abs(off) > 1e-8 {
					t.Errorf("%d of %d entries: α_%d = %g, α_%d (Uα)_%d is %g off 1", k, d, i, a, i, i, off)
				}
			}
		}
	}
}

// No direction of the same length has a greater product of gains.
func TestNashMTLIsTheBestBargain(t *testing.T) {
	j := random(4, 5, "best bargain")
	v, _ := consensus(NashMTL{}, j)
	gain := func(v []float64) float64 {
		sum := 0.0
		for i := range 4 {
			sum += math.Log(floats.Dot(j.RawRowView(i), v) / floats.Norm(v, 2)) // not a number where one loses
		}
		return sum
	}
	r, best, compared := rng.Stream(1, "bargains"), gain(v), 0
	for range 20000 {
		u := append([]float64(nil), v...)
		for i := range u {
			u[i] += floats.Norm(v, 2) * r.NormFloat64() * r.Float64()
		}
		if other := gain(u); !math.IsNaN(other) {
			compared++
			if other > best+1e-9 {
				t.Fatalf("%v gains %g, the bargain %v only %g", u, other, v, best)
			}
		}
	}
	if compared < 100 {
		t.Errorf("only %d directions gain all", compared)
	}
}

// The weights are those of a convex combination; in balance they are the one that cancels.
func TestNashMTLIsConvex(t *testing.T) {
	eachGram(t, func(t *testing.T, _ *mat.Dense, g *mat.SymDense) {
		w := NashMTL{}.Weights(g, nil).Weights
		if floats.Min(w) < 0 || math.Abs(floats.Sum(w)-1) > 1e-12 {
			t.Errorf("weights %v", w)
		}
	})
	for _, name := range []string{"opposite", "in balance"} {
		if v, size := consensus(NashMTL{}, positions()[name]); floats.Norm(v, 2) > tolerance*size {
			t.Errorf("%s: consensus %v", name, v)
		}
	}
}

// Two gradients in closed form: both weigh by the other's length, whatever their angle.
func TestNashMTLOfTwo(t *testing.T) {
	for _, between := range []float64{-2, 0, 2} {
		w := NashMTL{}.Weights(mat.NewSymDense(2, []float64{1, between, between, 9}), nil).Weights
		if math.Abs(w[0]-0.75) > 1e-9 || math.Abs(w[1]-0.25) > 1e-9 {
			t.Errorf("weights %v, want 0.75 and 0.25", w)
		}
	}
}
