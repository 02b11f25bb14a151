package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The correlation of a drawn sample is Spearman's of the values written out as often as they were drawn, ties and all.
func TestResampledCorrelation(t *testing.T) {
	stream := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n := 5 + stream.IntN(8)
		s := Ranked{make([]float64, n), make([]float64, n)}
		for i := range n { // few values, so that many are tied
			s.X[i], s.Y[i] = float64(stream.IntN(4)), float64(stream.IntN(5))
		}
		r := newResampler(s)
		clear(r.times)
		var x, y []float64
		for range n {
			i := stream.IntN(n)
			r.times[i]++
			x, y = append(x, s.X[i]), append(y, s.Y[i])
		}
		want, defined := Spearman(x, y)
		got, ok := r.correlation()
		if ok != defined || math.Abs(got-want) > 1e-12 {
			t.Errorf("%v drawn %v times correlate at %g (%v), want %g (%v)", s, r.times, got, ok, want, defined)
		}
	}
}

// With ties, Spearman is 1 - 6 Σd²/(n³-n) less what ties take: the closed form with Σ(t³-t)/12 of each side (Kendall 1970, section 3.8).
func TestSpearmanWithTies(t *testing.T) {
	x, y := []float64{1, 2, 2, 4, 5, 5, 5, 8}, []float64{3, 1, 1, 2, 9, 9, 4, 7}
	a, _ := ranks(x)
	b, _ := ranks(y)
	d2 := 0.0
	for i := range a {
		d2 += (a[i] - b[i]) * (a[i] - b[i])
	}
	whole := (512.0 - 8) / 6
	tx, ty := (6.0+24)/12, (6.0+6)/12
	want := (whole - d2 - tx - ty) / math.Sqrt((whole-2*tx)*(whole-2*ty))
	if got, ok := Spearman(x, y); !ok || math.Abs(got-want) > 1e-12 {
		t.Errorf("%g, want %g", got, want)
	}
}

// The interval holds the true rank correlation of two normal variables, (6/π) asin(ρ/2), about as often as it says, for one study of a
// hundred pairs and for the mean of three.
func TestRankBootstrapCovers(t *testing.T) {
	studies := 250
	if testing.Short() {
		studies = 80
	}
	for _, c := range []struct {
		rho       float64
		of, pairs int
	}{{0, 1, 100}, {0.4, 1, 100}, {0.3, 3, 100}, {0.3, 1, 30}} {
		stream := rand.New(rand.NewPCG(7, uint64(c.pairs)))
		truth, held, found := 6/math.Pi*math.Asin(c.rho/2), 0, 0
		for range studies {
			list := make([]Ranked, c.of)
			for k := range list {
				for range c.pairs {
					x, z := stream.NormFloat64(), stream.NormFloat64()
					list[k].X, list[k].Y = append(list[k].X, x), append(list[k].Y, c.rho*x+math.Sqrt(1-c.rho*c.rho)*z)
				}
			}
			e := RankBootstrap(list, stream, 200, 0.95)
			if e.Low <= truth && truth <= e.High {
				held++
			}
			if e.Detected(0.95) {
				found++
			}
		}
		coverage := float64(held) / float64(studies)
		t.Logf("correlation %g, %d x %d pairs: the interval holds %g in %.3f, zero is rejected in %.3f", c.rho, c.of, c.pairs, truth, coverage, float64(found)/float64(studies))
		if coverage < 0.89 || coverage > 0.99 && !testing.Short() { // of few studies all intervals may hold it
			t.Errorf("correlation %g, %d x %d pairs: coverage %.3f", c.rho, c.of, c.pairs, coverage)
		}
		if c.rho == 0 && float64(found)/float64(studies) > 0.11 {
			t.Errorf("%d of %d studies without a correlation find one", found, studies)
		}
	}
}

func TestRankBootstrapOfFew(t *testing.T) {
	stream := rand.New(rand.NewPCG(1, 1))
	up := Ranked{[]float64{1, 2, 3, 4, 5}, []float64{2, 3, 5, 7, 11}}
	if e := RankBootstrap([]Ranked{up, up}, stream, 100, 0.95); e.Mean != 1 || e.Low != 1 || e.High != 1 || e.N != 10 || e.Seeds != 2 {
		t.Errorf("pairs that all agree: %+v", e)
	}
	short := Ranked{up.X[:4], up.Y[:4]}
	if e := RankBootstrap([]Ranked{short}, stream, 100, 0.95); e.Bounded() || e.Mean != 1 {
		t.Errorf("four pairs: %+v", e)
	}
	if e := RankBootstrap([]Ranked{up, {X: []float64{1, 1, 1, 1, 1}, Y: up.Y}}, stream, 100, 0.95); e.N != 0 {
		t.Errorf("a constant study: %+v", e)
	}
	if e := RankBootstrap(nil, stream, 100, 0.95); e.N != 0 || e.Bounded() {
		t.Errorf("no study: %+v", e)
	}
}
