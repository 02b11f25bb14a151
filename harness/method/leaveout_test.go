package method

import (
	"math"
	"testing"

	"congrad/eval/stats"
	"congrad/harness/rng"

	"gonum.org/v1/gonum/mat"
)

// Leaving a pair out is exact for the mean gradient of its language; the aggregator's weights and, by direction, the lengths stay those
// of all pairs. How much that matters (docs/design.md has the numbers): scores against those of a consensus that is found again without
// each pair, on random gradients with a direction that all languages share and one of each language.
func TestLeavingOutIsExactForTheMeanAlone(t *testing.T) {
	const languages, per, numbers = 6, 20, 120
	worst, lowest := map[string]float64{}, 1.0
	for seed, signal := range []float64{0.3, 0.1, 0} { // length of the directions over that of the noise, number by number
		seed := uint64(seed)
		r := rng.Stream(seed, "leaving out")
		x := &known{grads: mat.NewDense(languages*per, numbers, nil), k: languages}
		directions := mat.NewDense(languages+1, numbers, nil)
		for k := range languages + 1 {
			for c := range numbers {
				directions.Set(k, c, r.NormFloat64())
			}
		}
		for i := range languages * per {
			l := i / per
			for c := range numbers {
				x.grads.Set(i, c, signal*(0.7*directions.At(languages, c)+directions.At(l, c))+r.NormFloat64())
			}
			x.Language, x.Share = append(x.Language, l), append(x.Share, 1/float64(per))
		}
		whole := x.means(-1)
		for i := range languages * per {
			g := x.grads.RowView(i)
			x.Square, x.Inner = append(x.Square, mat.Dot(g, g)), append(x.Inner, make([]float64, languages))
			for l := range languages {
				x.Inner[i][l] = mat.Dot(g, whole.RowView(l))
			}
		}
		for _, a := range Aggregators {
			for _, unit := range []bool{false, true} {
				found := func(without int) (w []float64, m *mat.Dense) {
					m = x.means(without)
					c, err := Consensus(a.Aggregator, gramOf(m), unit, rng.Stream(seed, "aggregator"))
					if err != nil {
						t.Fatal(err)
					}
					return c.Weights, m
				}
				all, _ := found(-1)
				fast := ConGrad(x.evidence(Scoring{LeaveOneOut: true}, all))
				again := make([]float64, len(fast))
				off := 0.0
				for i := range fast {
					w, m := found(i)
					again[i] = x.similarity(i, direction(m, w), false)
					off = math.Max(off, math.Abs(fast[i]-again[i]))
				}
				rho, ok := stats.Spearman(fast, again)
				if !ok {
					t.Fatalf("%s: equal scores", a.Name)
				}
				if (a.Name == "mean" || a.Name == "sum") && !unit && off > 1e-12 {
					t.Errorf("%s: scores are %g off, which is more than rounding", a.Name, off)
				}
				worst[a.Name], lowest = math.Max(worst[a.Name], off), math.Min(lowest, rho)
			}
		}
	}
	for name, off := range worst {
		if off < 1e-4 || off > 0.022 { // with unit lengths no aggregator is exact; mgda is off most
			t.Errorf("%s: scores are %.4f off at most", name, off)
		}
	}
	if worst["pcgrad"] > 0.008 || lowest < 0.998 {
		t.Errorf("pcgrad is %.4f off, the lowest Spearman correlation is %.4f", worst["pcgrad"], lowest)
	}
}
