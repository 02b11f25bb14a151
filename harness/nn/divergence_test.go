package nn

import (
	"math"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
)

// relativeEntropy is KL(softmax a || softmax b) in float64.
func relativeEntropy(a, b []float64) (sum float64) {
	total := func(list []float64) (n float64) {
		for _, x := range list {
			n += math.Exp(x)
		}
		return math.Log(n)
	}
	za, zb := total(a), total(b)
	for i := range a {
		sum += math.Exp(a[i]-za) * (a[i] - za - b[i] + zb)
	}
	return sum
}

// checkDivergence holds the divergences of two policies against the host's logits of theirs.
func checkDivergence(t *testing.T, what string, e *Engine, p, q *Weights, ofP, ofQ *model.Weights) {
	t.Helper()
	for _, size := range [][3]int{{4, 6, 4}, {7, 11, 9}} {
		batch := must(NewBatch(tinyRows, size[0], size[1], size[2]))(t)
		forward, reverse, err := e.Divergence(p, q, batch)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range tinyRows {
			tokens := append(append([]int(nil), r.Prompt...), r.Answer...)
			a, b := referenceLogits(ofP, tokens), referenceLogits(ofQ, tokens)
			if len(forward[i]) != len(r.Answer) || len(reverse[i]) != len(r.Answer) {
				t.Fatalf("%s: row %d of %d answer tokens has %d and %d", what, i, len(r.Answer), len(forward[i]), len(reverse[i]))
			}
			for j := range r.Answer {
				at := len(r.Prompt) + j - 1
				near(t, what+": forward", forward[i][j], relativeEntropy(a[at], b[at]), single)
				near(t, what+": reverse", reverse[i][j], relativeEntropy(b[at], a[at]), single)
			}
		}
	}
}

// Divergences are those of the formula in float64, of whole models and of adapters, in one piece or several; of equal policies zero.
func TestDivergenceIsThatOfTheFormula(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		for _, config := range []model.Config{tiny, untied(tiny)} {
			for _, pieced := range []bool{false, true} {
				e := NewEngine(b, config)
				e.Recompute, e.atOnce = pieced, 2*config.Vocab
				hostP, hostQ := loud(config, 3), loud(config, 4)
				p, q := must(e.Upload(hostP))(t), must(e.Upload(hostQ))(t)
				checkDivergence(t, "whole models", e, p, q, hostP, hostQ)
				for _, same := range must2(e.Divergence(p, p, must(NewBatch(tinyRows, 4, 6, 4))(t)))(t) {
					for i, row := range same {
						for j, x := range row {
							if x != 0 {
								t.Errorf("row %d, token %d: a policy diverges from itself by %g", i, j, x)
							}
						}
					}
				}
				p.Free()
				q.Free()
			}
		}
		frozen := loud(tiny, 3)
		e, one := loraEngine(t, b, frozen, model.AllProjections, 4)
		other := loud(e.Config, 5)
		checkDivergence(t, "adapters", e, must(e.Upload(one))(t), must(e.Upload(other))(t), must(model.Merge(frozen, one))(t), must(model.Merge(frozen, other))(t))
	})
}

// must2 is must of two values of a kind.
func must2[T any](x, y T, err error) func(t *testing.T) []T {
	return func(t *testing.T) []T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return []T{x, y}
	}
}
