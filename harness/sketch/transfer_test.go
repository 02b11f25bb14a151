package sketch

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"

	"gonum.org/v1/gonum/mat"
)

// dense is a matrix of a projection, the identity where the side is not compressed.
func dense(entries []float32, side int) *mat.Dense {
	m := mat.NewDense(max(1, len(entries)/side), side, nil)
	if entries == nil {
		m = mat.NewDense(side, side, nil)
		for i := range side {
			m.Set(i, i, 1)
		}
	}
	for i, x := range entries {
		m.Set(i/side, i%side, float64(x))
	}
	return m
}

func times(list ...mat.Matrix) *mat.Dense {
	m := mat.DenseCopyOf(list[0])
	for _, next := range list[1:] {
		var product mat.Dense
		product.Mul(m, next)
		m = &product
	}
	return m
}

// gradients are random ones, one of each projected weight of a model.
func gradients(c model.Config, seed uint64) (list []*mat.Dense) {
	r := rng.Stream(seed, "gradients")
	for _, s := range c.Shapes() {
		if !s.Projects() {
			continue
		}
		g := mat.NewDense(s.Dims[0], s.Dims[1], nil)
		g.Apply(func(_, _ int, _ float64) float64 { return r.NormFloat64() }, g)
		list = append(list, g)
	}
	return list
}

// sketchOf is C·G·Aᵀ of every weight, row by row.
func sketchOf(projections []nn.Projection, gradients []*mat.Dense) (list []float32) {
	for i, p := range projections {
		out, in := gradients[i].Dims()
		for _, x := range times(dense(p.C, out), gradients[i], dense(p.A, in).T()).RawMatrix().Data {
			list = append(list, float32(x))
		}
	}
	return list
}

func cosine(a, b []float32) float64 {
	return inner(a, b) / math.Sqrt(inner(a, a)*inner(b, b))
}

// Decoding to the weight's size and projecting again, written out.
func TestTransferIsDecodingAndProjecting(t *testing.T) {
	for _, kind := range []string{Flora, Logra, Exact} {
		s := Settings{Kind: kind, Rank: 3}
		from, to := Projections(config, s, 1, "1", "0"), Projections(config, s, 1, "1", "1")
		got := [][]float32{sketchOf(from, gradients(config, 1)), sketchOf(from, gradients(config, 2))}
		want := slices.Clone(got)
		for k := range got {
			got[k] = slices.Clone(got[k])
			var decoded []*mat.Dense
			for i, g := range gradients(config, uint64(k+1)) {
				out, in := g.Dims()
				c, a := dense(from[i].C, out), dense(from[i].A, in)
				decoded = append(decoded, times(c.T(), c, g, a.T(), a))
			}
			want[k] = sketchOf(to, decoded)
		}
		Transfer(config, from, to, got...)
		for k := range got {
			for j, x := range got[k] {
				if math.Abs(float64(x-want[k][j])) > 1e-4*(1+math.Abs(float64(want[k][j]))) {
					t.Fatalf("%s: number %d is %g, decoded and projected again %g", kind, j, x, want[k][j])
				}
			}
		}
	}
}

// Between square orthogonal matrices nothing is lost: the sketch becomes the new matrices' own, and with the same ones it stays.
func TestTransferBetweenOrthogonalMatrices(t *testing.T) {
	rotation := func(side int, seed uint64) (list []float32) {
		r := rng.Stream(seed, "rotation")
		m := mat.NewDense(side, side, nil)
		m.Apply(func(_, _ int, _ float64) float64 { return r.NormFloat64() }, m)
		var qr mat.QR
		qr.Factorize(m)
		var q mat.Dense
		qr.QTo(&q)
		for _, x := range q.RawMatrix().Data {
			list = append(list, float32(x))
		}
		return list
	}
	turned := func(seed uint64) (list []nn.Projection) {
		for i, p := range Projections(config, Settings{Kind: Logra, Rank: 2}, 1, "1") {
			out, in := gradients(config, 1)[i].Dims()
			list = append(list, nn.Projection{Weight: p.Weight, C: rotation(out, seed), A: rotation(in, seed+1)})
		}
		return list
	}
	for _, to := range []uint64{7, 9} {
		got, want := sketchOf(turned(7), gradients(config, 3)), sketchOf(turned(to), gradients(config, 3))
		Transfer(config, turned(7), turned(to), got)
		for j, x := range got {
			if math.Abs(float64(x-want[j])) > 1e-5 {
				t.Fatalf("number %d is %g instead of %g", j, x, want[j])
			}
		}
	}
}

// Over the new matrices, inner products with sketches in the new subspace are on average those of the decoded gradient, and over
// old and new ones those of the gradient itself.
func TestTransferIsUnbiased(t *testing.T) {
	const rounds = 4000
	s := Settings{Kind: Logra, Rank: 4}
	g, h := gradients(config, 1), gradients(config, 2)
	for i := range h { // so that there is something to estimate
		h[i].Add(h[i], g[i])
	}
	want, sum, square := 0.0, 0.0, 0.0
	for i := range g {
		var y mat.Dense
		y.MulElem(g[i], h[i])
		want += mat.Sum(&y)
	}
	for round := range rounds {
		from, to := Projections(config, s, uint64(round), "1", "0"), Projections(config, s, uint64(round), "1", "1")
		moved := sketchOf(from, g)
		Transfer(config, from, to, moved)
		x := inner(moved, sketchOf(to, h))
		sum += x
		square += x * x
	}
	mean := sum / rounds
	error := math.Sqrt((square/rounds - mean*mean) / rounds)
	if math.Abs(mean-want) > 4*error || error > 0.05*want {
		t.Errorf("the mean inner product is %.1f ± %.1f, that of the gradients %.1f", mean, error, want)
	}
}

// What is carried over keeps the share √(r/(r+n+1)) of the cosine with the gradient's own sketch; what is left lying in the old
// subspace is read with other matrices than it was written with, and points nowhere.
func TestTransferKeepsTheDirection(t *testing.T) {
	square := model.Config{Vocab: 16, Hidden: 48, Layers: 2, Heads: 2, KVHeads: 2, HeadDim: 24, FFN: 48, Tied: true} // every side has 48 entries
	g := gradients(square, 1)
	for _, rank := range []int{8, 16, 32} {
		s := Settings{Kind: Flora, Rank: rank}
		from := Projections(square, s, 1, "1", "0")
		carried, left := sketchOf(from, g), sketchOf(from, g)
		for n := 1; n <= 2; n++ {
			to := Projections(square, s, 1, "1", strconv.Itoa(n))
			Transfer(square, from, to, carried)
			from = to
			own := sketchOf(to, g)
			want := math.Pow(math.Sqrt(float64(rank)/float64(rank+48+1)), float64(n))
			if got := cosine(carried, own); math.Abs(got-want) > 0.06 {
				t.Errorf("rank %d: after %d transfers the cosine with the gradient's sketch is %.3f, want %.3f", rank, n, got, want)
			}
			if got := cosine(left, own); math.Abs(got) > 0.06 {
				t.Errorf("rank %d: what was left in the old subspace has the cosine %.3f", rank, got)
			}
		}
	}
}
