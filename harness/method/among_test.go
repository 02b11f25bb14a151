package method

import (
	"strings"
	"testing"

	"congrad/harness/rng"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Gradients that are absent take no part: what the present ones make of each other is what they would make if there were no
// others, and what the absent ones remember stays as it was.
func TestConsensusAmong(t *testing.T) {
	present, of := []int{0, 2, 3}, 5
	j := random(3, 4, "among")
	for _, a := range Aggregators {
		state := make([]float64, of*of) // what five gradients know of each other
		own := make([]float64, 9)       // and the three
		for i := range of {
			for l := range of {
				state[i*of+l] = 0.01 * float64(1+i*of+l)
			}
		}
		for i, from := range present {
			for l, about := range present {
				own[i*3+l] = state[from*of+about]
			}
		}
		alone := a.Aggregator
		if s, ok := alone.(Stateful); ok {
			var err error
			if alone, err = s.From(own, 3); err != nil {
				t.Fatal(err)
			}
		}
		want := alone.Weights(gramOf(j), rng.Stream(1, "among"))
		before := append([]float64(nil), state...)
		got, err := ConsensusAmong(a.Aggregator, gramOf(j), present, of, state, rng.Stream(1, "among"))
		if err != nil {
			t.Fatal(err)
		}
		if !floats.Equal(got.Weights, want.Weights) {
			t.Errorf("%s: weights %v among others, %v alone", a.Name, got.Weights, want.Weights)
		}
		if !floats.Equal(state, before) {
			t.Errorf("%s: the state that it was given is changed", a.Name)
		}
		if !a.Stateful {
			if got.State != nil {
				t.Errorf("%s: remembers %v", a.Name, got.State)
			}
			continue
		}
		for i, from := range present {
			for l, about := range present {
				before[from*of+about] = want.State[i*3+l]
			}
		}
		if !floats.Equal(got.State, before) {
			t.Errorf("%s: remembers %v, want %v", a.Name, got.State, before)
		}
	}
}

// All present and nothing remembered is the consensus itself, once and again.
func TestConsensusAmongAll(t *testing.T) {
	g := gramOf(random(4, 3, "all"))
	for _, a := range Aggregators {
		want := a.Weights(g, rng.Stream(1, "all"))
		got, err := ConsensusAmong(a.Aggregator, g, []int{0, 1, 2, 3}, 4, nil, rng.Stream(1, "all"))
		if err != nil {
			t.Fatal(err)
		}
		if !floats.Equal(got.Weights, want.Weights) || !floats.Equal(got.State, want.State) {
			t.Errorf("%s: %v, by itself %v", a.Name, got, want)
		}
	}
}

func TestConsensusAmongMismatch(t *testing.T) {
	g := mat.NewSymDense(2, []float64{1, 0, 0, 1})
	for want, c := range map[string]struct {
		present []int
		of      int
		state   []float64
	}{
		"the Gram matrix has 2 gradients for [1] of 3":    {[]int{1}, 3, nil},
		"the Gram matrix has 2 gradients for [1 3] of 3":  {[]int{1, 3}, 3, nil},
		"the state has 4 entries, but 3 gradients need 9": {[]int{0, 1}, 3, make([]float64, 4)},
	} {
		if _, err := ConsensusAmong(GradVac{Decay: 0.5}, g, c.present, c.of, c.state, rng.Stream(1, "x")); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
