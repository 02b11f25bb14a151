package method

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// projections are <g_k, V>/|g_k| of the gradients that have a length.
func projections(j *mat.Dense, v []float64) []float64 {
	var list []float64
	for i := range j.RawMatrix().Rows {
		if length := mat.Norm(j.RowView(i), 2); length > 0 {
			list = append(list, floats.Dot(j.RawRowView(i), v)/length)
		}
	}
	return list
}

// Independent gradients have equal and positive projections. The tolerance grows as they come near to depending on each
// other: V is then short beside its terms.
func TestIMTLGProjectionsAreEqual(t *testing.T) {
	eachGram(t, func(t *testing.T, j *mat.Dense, g *mat.SymDense) {
		present, index := nonZero(g)
		if len(index) == 0 {
			return
		}
		unit, _ := Unit(present)
		if s := spectrumOf(unit); len(s.values) < len(index) {
			return
		}
		w := IMTLG{}.Weights(g, nil).Weights
		p := projections(j, direction(j, w))
		if floats.Min(p) <= 0 || floats.Max(p)-floats.Min(p) > 1e-4*floats.Max(p) {
			t.Errorf("projections %v", p)
		}
	})
}

// Divided by their sum, as in the paper, these weights would turn V against every gradient.
func TestIMTLGIsNotTurned(t *testing.T) {
	j := positions()["impartial and turned"]
	w := IMTLG{}.Weights(gramOf(j), nil).Weights
	if sum := floats.Sum(w); sum >= 0 {
		t.Fatalf("the weights sum to %g: no case of what is tested", sum)
	}
	if p := projections(j, direction(j, w)); floats.Min(p) <= 0 {
		t.Errorf("projections %v", p)
	}
}

// Two opposite gradients have no direction in common, and get none.
func TestIMTLGOfOppositesIsZero(t *testing.T) {
	w := IMTLG{}.Weights(gramOf(positions()["opposite"]), nil).Weights
	if floats.Norm(w, 1) != 0 {
		t.Errorf("weights %v", w)
	}
}

// Two gradients in closed form: both weigh by the other's length.
func TestIMTLGOfTwo(t *testing.T) {
	w := IMTLG{}.Weights(mat.NewSymDense(2, []float64{1, -0.5, -0.5, 9}), nil).Weights
	if math.Abs(w[0]-0.75) > 1e-12 || math.Abs(w[1]-0.25) > 1e-12 {
		t.Errorf("weights %v, want 0.75 and 0.25", w)
	}
}
