package sketch

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"congrad/harness/model"
	"congrad/harness/rng"

	"gonum.org/v1/gonum/mat"
)

var config = model.Config{Vocab: 16, Hidden: 8, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 4, FFN: 20, Tied: true}

func TestProjectionsCompressTheirSides(t *testing.T) {
	shapes := map[string]model.Shape{}
	for _, s := range config.Shapes() {
		shapes[s.Name] = s
	}
	for _, kind := range []string{Flora, Logra, Exact} {
		settings := Settings{Kind: kind, Rank: 3}
		list := Projections(config, settings, 1, "1")
		if len(list) != 7*config.Layers {
			t.Errorf("%s: %d weights are sketched, want 7 in each of %d layers", kind, len(list), config.Layers)
		}
		numbers := 0
		for _, p := range list {
			out, in := shapes[p.Weight].Dims[0], shapes[p.Weight].Dims[1]
			wantOut, wantIn := out, in
			if kind == Logra || kind == Flora && out > in {
				wantOut = 3
			}
			if kind == Logra || kind == Flora && out <= in {
				wantIn = 3
			}
			gotOut, gotIn := p.Size(shapes[p.Weight])
			if gotOut != wantOut || gotIn != wantIn {
				t.Errorf("%s: the sketch of %s [%d, %d] is [%d, %d], want [%d, %d]", kind, p.Weight, out, in, gotOut, gotIn, wantOut, wantIn)
			}
			numbers += gotOut * gotIn
		}
		if got := Numbers(config, settings); got != numbers {
			t.Errorf("%s: Numbers is %d, the sketches have %d", kind, got, numbers)
		}
	}
}

// E[AᵀA] = E[CᵀC] = I, entry by entry, over many rounds; and each side, layer and round has a matrix of its own.
func TestProjectionsAreUnbiased(t *testing.T) {
	for _, matrices := range []string{"", Orthonormal, Mask} {
		unbiased(t, Settings{Kind: Logra, Rank: 2, Projection: matrices})
	}
}

func unbiased(t *testing.T, logra Settings) {
	const rounds = 4000
	sums := [2]*mat.Dense{mat.NewDense(8, 8, nil), mat.NewDense(8, 8, nil)}
	for round := range rounds {
		p := Projections(config, logra, uint64(round), "1")[0] // a square weight
		for side, entries := range [][]float32{p.A, p.C} {
			m := mat.NewDense(2, 8, nil)
			for i, x := range entries {
				m.Set(i/8, i%8, float64(x))
			}
			var mtm mat.Dense
			mtm.Mul(m.T(), m)
			sums[side].Add(sums[side], &mtm)
		}
	}
	for side, sum := range sums {
		for i := range 8 {
			for j := range 8 {
				want := 0.0
				if i == j {
					want = 1
				}
				// an entry's standard deviation is at most 1, with a mask sqrt(3) (4 in a quarter of the rounds), so five standard errors
				if got := sum.At(i, j) / rounds; math.Abs(got-want) > 5*math.Sqrt(3)/math.Sqrt(rounds) {
					t.Errorf("side %d: the mean at (%d, %d) is %.3f, want %g", side, i, j, got, want)
				}
			}
		}
	}
	first := Projections(config, logra, 1, "1")
	second := Projections(config, logra, 1, "2")
	if slices.Equal(first[0].A, first[0].C) || slices.Equal(first[0].A, first[1].A) || slices.Equal(first[0].A, second[0].A) {
		t.Error("two sides, layers or rounds share a matrix")
	}
}

// Rows are orthonormal up to their scale; with as many rows as columns nothing is lost.
func TestOrthonormalRows(t *testing.T) {
	for _, rank := range []int{1, 3, 8, 20} {
		for _, p := range Projections(config, Settings{Kind: Logra, Rank: rank, Projection: Orthonormal}, 1, "1") {
			rows := min(rank, 8)
			if len(p.A) != rows*8 {
				continue // another side
			}
			for i := range rows {
				for j := range rows {
					dot, want := 0.0, 0.0
					for k := range 8 {
						dot += float64(p.A[i*8+k]) * float64(p.A[j*8+k])
					}
					if i == j {
						want = 8 / float64(rows)
					}
					if math.Abs(dot-want) > 1e-5 {
						t.Errorf("rank %d, %s: rows %d and %d have the product %g, want %g", rank, p.Weight, i, j, dot, want)
					}
				}
			}
		}
	}
}

// However sketches are cut into stretches, the numbers are the same to the last bit.
func TestStretchesGiveTheSameNumbers(t *testing.T) {
	const n, d = 30, 101
	codes := []string{"a", "b", "c"}
	r := rng.Stream(1, "stretches")
	sketches, language := make([][]float32, n), make([]int, n)
	for i := range sketches {
		language[i] = i % 3
		for range d {
			sketches[i] = append(sketches[i], float32(r.NormFloat64()*math.Exp(5*r.NormFloat64())))
		}
	}
	want, err := Gather(sketches, language, codes, EMA(0.9), 4, "1")
	if err != nil {
		t.Fatal(err)
	}
	for _, stretch := range []int{1, 7, 50, 100, 101} {
		g := NewGatherer(language, codes, EMA(0.9), 4, "1")
		for from := 0; from < d; from += stretch {
			part := make([][]float32, n)
			for i, s := range sketches {
				part[i] = s[from:min(from+stretch, d)]
			}
			if err := g.Add(part); err != nil {
				t.Fatal(err)
			}
		}
		if got := g.Round(); !reflect.DeepEqual(got.Pairs, want.Pairs) || !mat.Equal(got.Gram, want.Gram) {
			t.Errorf("stretches of %d give other numbers", stretch)
		}
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
