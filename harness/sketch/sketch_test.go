package sketch

import (
	"math"
	"testing"

	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"

	"gonum.org/v1/gonum/mat"
)

var config = model.Config{Vocab: 16, Hidden: 8, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 4, FFN: 20, Tied: true}

func TestProjectionsCompressTheLongerSide(t *testing.T) {
	shapes := map[string]model.Shape{}
	for _, s := range config.Shapes() {
		shapes[s.Name] = s
	}
	list := Projections(config, Settings{Rank: 3}, 1, "1")
	if len(list) != 7*config.Layers {
		t.Errorf("%d weights are sketched, want 7 in each of %d layers", len(list), config.Layers)
	}
	for _, p := range list {
		d := shapes[p.Weight].Dims
		side := d[1]
		if p.Side == nn.Out {
			side = d[0]
		}
		if side != max(d[0], d[1]) || len(p.A) != 3*side {
			t.Errorf("%s %v is compressed along a side of %d by %d numbers", p.Weight, d, side, len(p.A))
		}
	}
}

// E[AᵀA] = I, entry by entry, over many rounds; and each layer and round has a matrix of its own.
func TestProjectionsAreUnbiased(t *testing.T) {
	const rounds = 4000
	sum := mat.NewDense(8, 8, nil)
	for round := range rounds {
		p := Projections(config, Settings{Rank: 2}, uint64(round), "1")[0]
		a := mat.NewDense(2, 8, nil)
		for i, x := range p.A {
			a.Set(i/8, i%8, float64(x))
		}
		var ata mat.Dense
		ata.Mul(a.T(), a)
		sum.Add(sum, &ata)
	}
	for i := range 8 {
		for j := range 8 {
			want := 0.0
			if i == j {
				want = 1
			}
			// an entry's standard deviation is at most 1 (rank 2), so five standard errors
			if got := sum.At(i, j) / rounds; math.Abs(got-want) > 5/math.Sqrt(rounds) {
				t.Errorf("the mean of AᵀA at (%d, %d) is %.3f, want %g", i, j, got, want)
			}
		}
	}
	first := Projections(config, Settings{Rank: 2}, 1, "1")
	if first[0].A[0] == first[1].A[0] || first[0].A[0] == Projections(config, Settings{Rank: 2}, 1, "2")[0].A[0] {
		t.Error("two layers or two rounds share a matrix")
	}
}

// The closed form of the shares against the recursion with its correction.
func TestEMAIsTheRecursion(t *testing.T) {
	for _, decay := range []float64{0, 0.5, 0.9, 0.99} {
		for _, n := range []int{1, 2, 7, 300} {
			w := EMA(decay)(n)
			m, sum, x := 0.0, 0.0, 0.0
			for i := range n {
				g := math.Sin(float64(i))
				m = decay*m + (1-decay)*g
				x += w[i] * g
				sum += w[i]
			}
			if want := m / (1 - math.Pow(decay, float64(n))); math.Abs(x-want) > 1e-12 || math.Abs(sum-1) > 1e-12 {
				t.Errorf("decay %g over %d: %g instead of %g; shares sum to %g", decay, n, x, want, sum)
			}
		}
	}
}

func TestGatherIsTheDefinition(t *testing.T) {
	const n, k, d = 40, 3, 17
	r := rng.Stream(1, "gather")
	sketches, language := make([][]float32, n), make([]int, n)
	for i := range sketches {
		language[i] = []int{0, 2}[i%2] // language 1 has no pair
		for range d {
			sketches[i] = append(sketches[i], float32(r.NormFloat64()))
		}
	}
	round, err := Gather(sketches, language, []string{"a", "b", "c"}, EMA(0.9), 4, "1")
	if err != nil {
		t.Fatal(err)
	}
	m := mat.NewDense(k, d, nil)
	for i, s := range sketches {
		for j, x := range s {
			m.Set(language[i], j, m.At(language[i], j)+round.Pairs.Share[i]*float64(x))
		}
	}
	for a := range k {
		for b := range k {
			if want := mat.Dot(m.RowView(a), m.RowView(b)); math.Abs(round.Gram.At(a, b)-want) > 1e-12 {
				t.Errorf("Gram (%d, %d) is %g, want %g", a, b, round.Gram.At(a, b), want)
			}
		}
	}
	if round.Gram.At(1, 1) != 0 {
		t.Error("a language without pairs must have a zero gradient")
	}
	sums := make([]float64, k)
	for i, l := range language {
		sums[l] += round.Pairs.Share[i]
		for a := range k {
			want := 0.0
			for j, x := range sketches[i] {
				want += m.At(a, j) * float64(x)
			}
			if math.Abs(round.Pairs.Inner[i][a]-want) > 1e-12 {
				t.Errorf("pair %d with language %d: %g, want %g", i, a, round.Pairs.Inner[i][a], want)
			}
		}
	}
	if math.Abs(sums[0]-1) > 1e-12 || math.Abs(sums[2]-1) > 1e-12 {
		t.Errorf("the shares of the languages sum to %v", sums)
	}
}

func TestGatherRefuses(t *testing.T) {
	nan := float32(math.NaN())
	for name, s := range map[string][][]float32{"different lengths": {{1, 2}, {1}}, "what is not finite": {{1, 2}, {1, nan}}} {
		if _, err := Gather(s, []int{0, 0}, []string{"a"}, Mean, 1, "1"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Gather(nil, nil, []string{"a", "b"}, Mean, 1, "1"); err != nil {
		t.Errorf("no pairs at all: %v", err)
	}
}
