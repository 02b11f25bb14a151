package measure

import (
	"fmt"
	"math"
	"testing"

	"congrad/harness/rng"
)

// gradients are made up: K languages with the given numbers of pairs in d dimensions, each pair the sum of what all share,
// what its language shares, and noise.
func gradients(seed uint64, pairs []int, d int, common, own, noise float64) [][][]float64 {
	vector := func(length float64, purpose string, at ...string) []float64 {
		r, v := rng.Stream(seed, purpose, at...), make([]float64, d)
		for j := range v {
			v[j] = length * r.NormFloat64() / math.Sqrt(float64(d))
		}
		return v
	}
	all := vector(common, "common")
	list := make([][][]float64, len(pairs))
	for k, n := range pairs {
		theirs := vector(own, "own", fmt.Sprint(k))
		for i := range n {
			g := vector(noise, "noise", fmt.Sprint(k), fmt.Sprint(i))
			for j := range g {
				g[j] += all[j] + theirs[j]
			}
			list[k] = append(list[k], g)
		}
	}
	return list
}

func inner(a, b []float64) (sum float64) {
	for j := range a {
		sum += a[j] * b[j]
	}
	return sum
}

// rounded reduces gradients to a round.
func rounded(list [][][]float64) Round {
	k := len(list)
	r := Round{Languages: []string{"a", "b", "c", "d"}[:k], Pairs: make([]int, k), Against: make([]int, k), Squares: make([]float64, k), Gram: zeros(k)}
	means := make([][]float64, k)
	for i, pairs := range list {
		r.Pairs[i] = len(pairs)
		means[i] = make([]float64, len(list[0][0]))
		for _, g := range pairs {
			r.Squares[i] += inner(g, g) / float64(len(pairs))
			for j := range g {
				means[i][j] += g[j] / float64(len(pairs))
			}
		}
	}
	for i := range means {
		for j := range means {
			r.Gram[i][j] = inner(means[i], means[j])
		}
	}
	return r
}

// Agreement is the mean over all combinations of two pairs, counted one by one.
func TestAgreementIsTheMeanOverCouples(t *testing.T) {
	list := gradients(1, []int{2, 7, 5}, 9, 1, 0.5, 1.5)
	r := rounded(list)
	r.Against = []int{1, 0, 2}
	got := Observe(r)
	within, across := 0.0, 0.0
	for k := range list {
		sum, n := 0.0, 0.0
		for i, a := range list[k] {
			for j, b := range list[k] {
				if i != j {
					sum += inner(a, b)
					n++
				}
			}
		}
		agreement := sum / n / r.Squares[k]
		within += agreement / 3
		if s := got.Languages[k].Signal; s == nil || math.Abs(*s-math.Sqrt(max(0, agreement))) > 1e-12 {
			t.Errorf("language %d: the signal is %v, want the root of %g", k, s, agreement)
		}
		for l := range list {
			if l == k {
				continue
			}
			sum, n = 0, 0
			for _, a := range list[k] {
				for _, b := range list[l] {
					sum += inner(a, b)
					n++
				}
			}
			across += sum / n / math.Sqrt(r.Squares[k]*r.Squares[l]) / 6
		}
	}
	near(t, "within", got.Within, within)
	near(t, "across", got.Across, across)
	near(t, "shared", *got.Shared, across/within)
	near(t, "against", got.Against, 3.0/14)
	near(t, "against in b", got.Languages[1].Against, 0)
}

// The numbers are those of what the gradients were made of, with few pairs as with many, where the plain cosine is not.
func TestObservationsDoNotDependOnTheNumberOfPairs(t *testing.T) {
	const d, replicates = 200, 60
	for _, n := range []int{4, 40} {
		within, across, cosine := 0.0, 0.0, 0.0
		for seed := range uint64(replicates) {
			o := Observe(rounded(gradients(seed, []int{n, n, n}, d, 1, 1, 3)))
			within, across, cosine = within+o.Within/replicates, across+o.Across/replicates, cosine+o.Cosine/replicates
		}
		// |g|² is 1 + 1 + 9; a language's pairs share 1 + 1 of it, two languages 1
		if math.Abs(within-2.0/11) > 0.015 || math.Abs(across-1.0/11) > 0.015 {
			t.Errorf("%d pairs: agreement within a language is %.3f, across %.3f; want %.3f and %.3f", n, within, across, 2.0/11, 1.0/11)
		}
		if n == 4 && cosine > 0.4 {
			t.Errorf("the cosine of four pairs' means is %.2f; noise should draw it well below a half", cosine)
		}
	}
}

func TestObserveEdges(t *testing.T) {
	same := [][][]float64{{{2, 0}, {2, 0}}, {{1, 0}, {1, 0}, {1, 0}}}
	o := Observe(rounded(same))
	for what, got := range map[string]float64{"cosine": o.Cosine, "within": o.Within, "across": o.Across, "shared": *o.Shared, "signal": *o.Languages[0].Signal} {
		near(t, what+" of equal gradients", got, 1)
	}
	r := rounded(same)
	r.Pairs[0] = 0
	if o := Observe(r); len(o.Languages) != 1 || o.Shared != nil || o.Across != 0 {
		t.Errorf("one language alone: %+v", o)
	}
	if o := Observe(rounded([][][]float64{{{1, 0}}, {{0, 0}, {0, 0}}})); o.Languages[0].Signal != nil || o.Shared != nil || o.Cosine != 0 {
		t.Errorf("one pair, and gradients of length zero: %+v", o)
	}
}
