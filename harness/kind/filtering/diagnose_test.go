package filtering

import (
	"math"
	"slices"
	"testing"

	"congrad/harness/sketch"

	"gonum.org/v1/gonum/mat"
)

// Every number of a diagnosis against its definition, on gradients in two dimensions.
func TestDiagnosisIsTheDefinition(t *testing.T) {
	sketches := [][]float32{{1, 0}, {3, 1}, {-1, 2}, {0, 3}, {-2, -2}}
	language := []int{0, 0, 1, 1, 1}
	round, err := sketch.Gather(sketches, language, []string{"a", "b"}, sketch.Mean, 1, "1")
	if err != nil {
		t.Fatal(err)
	}
	got := diagnosis(round, []float64{1, -1, -1, -1, 0}, []string{"a", "b"})
	m := []*mat.VecDense{mat.NewVecDense(2, []float64{2, 0.5}), mat.NewVecDense(2, []float64{-1, 1})}
	for what, pair := range map[string][2]float64{
		"cosine":               {got.Cosines[0][1], mat.Dot(m[0], m[1]) / mat.Norm(m[0], 2) / mat.Norm(m[1], 2)},
		"cosine with itself":   {got.Cosines[1][1], 1},
		"inner product":        {got.Gram[0][1], mat.Dot(m[0], m[1])},
		"square of a's mean":   {got.Gram[0][0], mat.Dot(m[0], m[0])},
		"mean square in a":     {got.Squares[0], (1.0 + 10) / 2},
		"mean square in b":     {got.Squares[1], (5.0 + 9 + 8) / 3},
		"others in a":          {got.Others[0], 1}, // (1,0) and (3,1) with (-1,1)
		"others in b":          {got.Others[1], 2.0 / 3},
		"what a's pairs share": {2*got.Gram[0][0] - got.Squares[0], 3}, // <(1,0), (3,1)>, of which a signal is made
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 {
			t.Errorf("%s: got %g, want %g", what, pair[0], pair[1])
		}
	}
	if !slices.Equal(got.Pairs, []int{2, 3}) || !slices.Equal(got.Against, []int{1, 2}) {
		t.Errorf("pairs %v, %v of them against the consensus", got.Pairs, got.Against)
	}
}
