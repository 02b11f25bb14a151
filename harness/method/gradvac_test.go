package method

import (
	"math"
	"testing"

	"congrad/harness/rng"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// The algorithm on the gradients themselves, over three rounds of other gradients, for the orders that were drawn.
func TestGradVacIsTheAlgorithm(t *testing.T) {
	const k, d, beta = 5, 7, 0.3
	method, targets := Aggregator(GradVac{Decay: beta}), mat.NewDense(k, k, nil)
	for _, name := range []string{"first", "second", "third"} {
		j := random(k, d, "vaccine "+name)
		w := method.Weights(gramOf(j), rng.Stream(1, name))
		want := make([]float64, d)
		for i := range k {
			v := append([]float64(nil), j.RawRowView(i)...)
			for _, o := range w.Order[i] {
				other, target := j.RawRowView(o), targets.At(i, o)
				phi := floats.Dot(v, other) / floats.Norm(v, 2) / floats.Norm(other, 2)
				if phi < target {
					up := target*math.Sqrt(1-phi*phi) - phi*math.Sqrt(1-target*target)
					floats.AddScaled(v, floats.Norm(v, 2)*up/floats.Norm(other, 2)/math.Sqrt(1-target*target), other)
					if now := floats.Dot(v, other) / floats.Norm(v, 2) / floats.Norm(other, 2); math.Abs(now-target) > 1e-12 {
						t.Fatalf("the formula makes the cosine %g, not %g", now, target)
					}
				}
				targets.Set(i, o, (1-beta)*target+beta*phi)
			}
			floats.AddScaled(want, 1.0/k, v)
		}
		if got := direction(j, w.Weights); !floats.EqualApprox(got, want, 1e-12) {
			t.Errorf("%s round: consensus %v, by the algorithm %v", name, got, want)
		}
		if !floats.EqualApprox(w.State, targets.RawMatrix().Data, 1e-12) {
			t.Errorf("%s round: targets %v, by the algorithm %v", name, w.State, targets.RawMatrix().Data)
		}
		next, err := method.(Stateful).From(w.State, k)
		if err != nil {
			t.Fatal(err)
		}
		method = next
	}
}

// Targets of zero are PCGrad's, draws included.
func TestGradVacStartsAsPCGrad(t *testing.T) {
	eachGram(t, func(t *testing.T, j *mat.Dense, g *mat.SymDense) {
		vac, surgery := GradVac{Decay: 0.5}.Weights(g, rng.Stream(1, "order")).Weights, PCGrad{}.Weights(g, rng.Stream(1, "order")).Weights
		if apart(direction(j, vac), direction(j, surgery), reach(j, surgery)) {
			t.Errorf("weights %v, PCGrad's are %v", vac, surgery)
		}
	})
}

// However long two gradients agree to the last, targets stay reachable; and a state is a value that no round changes.
func TestGradVacStateIsAValue(t *testing.T) {
	same, other := gramOf(mat.NewDense(2, 2, []float64{1, 1, 1, 1})), gramOf(mat.NewDense(2, 2, []float64{1, 0, -1, 1e-3}))
	method := Aggregator(GradVac{Decay: 0.5})
	for range 100 {
		next, err := method.(Stateful).From(method.Weights(same, rng.Stream(1, "order")).State, 2)
		if err != nil {
			t.Fatal(err)
		}
		method = next
	}
	state := append([]float64(nil), method.(GradVac).targets...)
	w := method.Weights(other, rng.Stream(1, "order"))
	if floats.HasNaN(w.Weights) || floats.Norm(w.Weights, 1) > 1e6 {
		t.Errorf("weights %v", w.Weights)
	}
	if again := method.Weights(other, rng.Stream(1, "order")); !floats.Equal(w.Weights, again.Weights) {
		t.Errorf("a second call on the same state gives %v, the first gave %v", again.Weights, w.Weights)
	}
	if !floats.Equal(state, method.(GradVac).targets) {
		t.Error("a round changed the state that it was given")
	}
	if _, err := (GradVac{}).From(state, 3); err == nil {
		t.Error("the state of two gradients serves three")
	}
}
