package method

import (
	"math"
	"strconv"
	"testing"

	"congrad/harness/rng"

	"gonum.org/v1/gonum/mat"
)

// gradients are generated cases for every aggregator: K gradients of d entries, of full and of deficient rank, with and
// without a zero row, over thirty orders of magnitude.
func eachGram(t *testing.T, test func(t *testing.T, j *mat.Dense, g *mat.SymDense)) {
	for _, k := range []int{1, 2, 3, 5, 10, 20} {
		for _, d := range []int{1, 3, 30} {
			for _, scale := range []float64{0, 1e-10, 1, 1e15} {
				for _, zeroRow := range []bool{false, true} {
					name := strconv.Itoa(k) + "x" + strconv.Itoa(d) + " scale " + strconv.FormatFloat(scale, 'g', -1, 64)
					if zeroRow {
						name += " with a zero row"
					}
					t.Run(name, func(t *testing.T) {
						r := rng.Stream(1, "gradients", name)
						j := mat.NewDense(k, d, nil)
						for i := range k {
							for l := range d {
								if !(zeroRow && i == k-1) {
									j.Set(i, l, scale*r.NormFloat64())
								}
							}
						}
						test(t, j, gramOf(j))
					})
				}
			}
		}
	}
}

func gramOf(j *mat.Dense) *mat.SymDense {
	k, _ := j.Dims()
	g := mat.NewSymDense(k, nil)
	for a := range k {
		for b := a; b < k; b++ {
			g.SetSym(a, b, mat.Dot(j.RowView(a), j.RowView(b)))
		}
	}
	return g
}

// direction is Σ w_k g_k.
func direction(j *mat.Dense, w []float64) []float64 {
	k, d := j.Dims()
	v := make([]float64, d)
	for i := range k {
		for l := range d {
			v[l] += w[i] * j.At(i, l)
		}
	}
	return v
}

// TestEveryAggregator holds what is true of all of them. A new one passes it by standing in the table.
func TestEveryAggregator(t *testing.T) {
	for _, a := range Aggregators {
		t.Run(a.Name, func(t *testing.T) {
			eachGram(t, func(t *testing.T, j *mat.Dense, g *mat.SymDense) {
				stream := func() uint64 { return 7 }
				w := a.Weights(g, rng.Stream(stream(), "order")).Weights
				k, _ := j.Dims()
				if len(w) != k {
					t.Fatalf("%d weights for %d gradients", len(w), k)
				}
				for _, x := range w {
					if math.IsNaN(x) || math.IsInf(x, 0) {
						t.Fatalf("weights %v are not finite", w)
					}
				}
				if again := a.Weights(g, rng.Stream(stream(), "order")).Weights; !equal(w, again) {
					t.Errorf("the same stream gives %v and %v", w, again)
				}
				if k == 1 && math.Abs(w[0]-1) > 1e-12 {
					t.Errorf("one gradient is its own consensus, but its weight is %g", w[0])
				}
				// gradients that all agree: the consensus opposes none of them
				v := direction(j, w)
				agreeing := true
				for i := range k {
					for l := range k {
						agreeing = agreeing && g.At(i, l) >= 0
					}
				}
				for i := range k {
					dot := mat.Dot(j.RowView(i), mat.NewVecDense(len(v), v))
					if agreeing && dot < -1e-9*g.At(i, i) {
						t.Errorf("all gradients agree, yet the consensus opposes number %d", i)
					}
				}
			})
		})
	}
}

func equal(a, b []float64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// Scaling all gradients scales the consensus: the weights stay.
func TestAggregatorsAreLinearUnderScaling(t *testing.T) {
	for _, a := range Aggregators {
		eachGram(t, func(t *testing.T, _ *mat.Dense, g *mat.SymDense) {
			if g.At(0, 0) == 0 {
				return
			}
			var scaled mat.SymDense
			scaled.ScaleSym(1e-6, g)
			w := a.Weights(g, rng.Stream(3, "order")).Weights
			for i, x := range a.Weights(&scaled, rng.Stream(3, "order")).Weights {
				if math.Abs(x-w[i]) > 1e-9*(1+math.Abs(w[i])) {
					t.Errorf("%s: weight %d goes from %g to %g when all gradients shrink alike", a.Name, i, w[i], x)
				}
			}
		})
	}
}
