package method

import (
	"math"
	"testing"

	"congrad/harness/rng"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// The algorithm of the paper on the gradients themselves, for the orders that were drawn.
func TestPCGradIsTheAlgorithm(t *testing.T) {
	eachGram(t, func(t *testing.T, j *mat.Dense, g *mat.SymDense) {
		w := PCGrad{}.Weights(g, rng.Stream(5, "order"))
		k, d := j.Dims()
		want := make([]float64, d)
		for i := range k {
			v := append([]float64(nil), j.RawRowView(i)...)
			for _, o := range w.Order[i] {
				other := j.RawRowView(o)
				dot, square := 0.0, 0.0
				for l := range v {
					dot += v[l] * other[l]
					square += other[l] * other[l]
				}
				if dot < 0 {
					for l := range v {
						v[l] -= dot / square * other[l]
					}
				}
			}
			for l := range v {
				want[l] += v[l] / float64(k)
			}
		}
		scale := math.Sqrt(mat.Max(g))
		for l, x := range direction(j, w.Weights) {
			if math.Abs(x-want[l]) > 1e-6*scale {
				t.Errorf("entry %d of the consensus is %g, by the algorithm %g", l, x, want[l])
			}
		}
	})
}

// Two gradients in closed form: each loses its projection on the other exactly when they conflict.
func TestPCGradOfTwo(t *testing.T) {
	for name, c := range map[string]struct {
		gram [3]float64 // G11, G12, G22
		want [2]float64
	}{
		"agree":       {[3]float64{1, 0.5, 4}, [2]float64{0.5, 0.5}},
		"orthogonal":  {[3]float64{1, 0, 4}, [2]float64{0.5, 0.5}},
		"conflict":    {[3]float64{1, -0.5, 4}, [2]float64{0.5 * (1 + 0.5), 0.5 * (1 + 0.125)}},
		"one is zero": {[3]float64{1, 0, 0}, [2]float64{0.5, 0.5}},
	} {
		g := mat.NewSymDense(2, []float64{c.gram[0], c.gram[1], c.gram[1], c.gram[2]})
		w := PCGrad{}.Weights(g, rng.Stream(1, "order")).Weights
		for i := range w {
			if math.Abs(w[i]-c.want[i]) > 1e-12 {
				t.Errorf("%s: weights %v, want %v", name, w, c.want)
			}
		}
	}
}

// Each gradient meets all others once, and the order is the stream's.
func TestPCGradOrders(t *testing.T) {
	g := gramOf(mat.NewDense(6, 6, nil))
	a, b := PCGrad{}.Weights(g, rng.Stream(1, "order")).Order, PCGrad{}.Weights(g, rng.Stream(2, "order")).Order
	differ := false
	for i := range a {
		seen := map[int]bool{i: true}
		for n, o := range a[i] {
			if seen[o] {
				t.Errorf("gradient %d meets %d twice, or itself", i, o)
			}
			seen[o] = true
			differ = differ || o != b[i][n]
		}
		if len(seen) != 6 {
			t.Errorf("gradient %d meets %d others", i, len(seen)-1)
		}
	}
	if !differ {
		t.Error("two streams drew the same orders")
	}
}

// The average over draws comes near the average over all orders.
func TestPCGradAveragesOverOrders(t *testing.T) {
	g := gramOf(random(3, 2, "orders"))
	want := make([]float64, 3)
	for i, orders := range [][][]int{{{1, 2}, {2, 1}}, {{0, 2}, {2, 0}}, {{0, 1}, {1, 0}}} {
		for _, order := range orders {
			floats.AddScaled(want, 1./6, surgery(g, i, order))
		}
	}
	one, many := PCGrad{}.Weights(g, rng.Stream(1, "order")).Weights, PCGrad{Rounds: 20000}.Weights(g, rng.Stream(1, "order")).Weights
	if floats.EqualApprox(one, want, 1e-2) {
		t.Errorf("one draw gives %v, as all orders do; no case of what is tested", one)
	}
	if !floats.EqualApprox(many, want, 1e-2) {
		t.Errorf("20000 draws give %v, all orders %v", many, want)
	}
}

// Without a draw all meet the others from first to last.
func TestPCGradInFixedOrder(t *testing.T) {
	w := PCGrad{Fixed: true}.Weights(gramOf(random(3, 5, "fixed")), nil)
	if d := cmp.Diff([][]int{{1, 2}, {0, 2}, {0, 1}}, w.Order); d != "" {
		t.Error(d)
	}
}
