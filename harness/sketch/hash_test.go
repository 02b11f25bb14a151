package sketch

import (
	"math"
	"testing"

	"congrad/harness/rng"
)

// Sums of numbers with random signs keep inner products on average, with the variance of the theory (Charikar et al. 2002);
// every sum takes as many numbers as the others.
func TestHashKeepsInnerProducts(t *testing.T) {
	const from, to, draws = 96, 24, 4000
	r := rng.Stream(1, "vectors")
	a, b := make([]float32, from), make([]float32, from)
	ab, aa, bb, fourth := 0.0, 0.0, 0.0, 0.0
	for i := range a {
		a[i], b[i] = float32(r.NormFloat64()), float32(r.NormFloat64())
		x, y := float64(a[i]), float64(b[i])
		ab, aa, bb, fourth = ab+x*y, aa+x*x, bb+y*y, fourth+x*x*y*y
	}
	// two numbers meet in a sum with probability (from/to-1)/(from-1)
	want := (aa*bb + ab*ab - 2*fourth) * (from/to - 1) / (from - 1)
	mean, square := 0.0, 0.0
	for draw := range uint64(draws) {
		h := newHash(from, to, draw, "1")
		counts := map[int32]int{}
		for _, k := range h.into {
			counts[k]++
		}
		for k := range int32(to) {
			if counts[k] != from/to {
				t.Fatalf("sum %d takes %d numbers of %d", k, counts[k], from)
			}
		}
		x, y := h.sum(a, to), h.sum(b, to)
		dot := 0.0
		for i := range x {
			dot += float64(x[i]) * float64(y[i])
		}
		mean += dot / draws
		square += (dot - ab) * (dot - ab) / draws
	}
	if math.Abs(mean-ab) > 5*math.Sqrt(want/draws) {
		t.Errorf("inner products are %.3f on average, want %.3f", mean, ab)
	}
	if math.Abs(square/want-1) > 0.15 {
		t.Errorf("their variance is %.1f, want %.1f", square, want)
	}
}

// A sketch that is short enough stays as it is; a longer one is brought to the length that Numbers tells.
func TestHashHasTheLengthAskedFor(t *testing.T) {
	s := Settings{Kind: Logra, Rank: 2}
	n := Numbers(config, s)
	for _, ask := range []int{0, 5, n, n + 1} {
		s.Numbers = ask
		want := n
		if ask == 5 {
			want = 5
		}
		if got := len(Hash(config, s, 1, "1")(make([]float32, n))); got != want || Numbers(config, s) != want {
			t.Errorf("asked for %d of %d numbers: %d, Numbers says %d", ask, n, got, Numbers(config, s))
		}
	}
}
