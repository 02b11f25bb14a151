package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

const tiny = 1e-9

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %.9g, want %.9g", what, got, want)
	}
}

// One seed, one item per cluster: the textbook t interval of a mean.
func TestMeanOfOneSeedIsTheTInterval(t *testing.T) {
	values := []float64{0.1, 0.4, -0.2, 0.3, 0.5}
	var samples []Sample
	for i, v := range values {
		samples = append(samples, Sample{Seed: 1, Cluster: i, Value: v})
	}
	e := Mean(samples, 0.95)
	// mean 0.22, sample standard deviation 0.27749, over sqrt(5); t(0.975, 4) = 2.776445.
	near(t, "mean", e.Mean, 0.22, tiny)
	near(t, "standard error", e.SE, 0.12409674, 1e-7)
	near(t, "high", e.High-e.Mean, 2.776445*0.12409674, 1e-6)
	near(t, "low", e.Mean-e.Low, 2.776445*0.12409674, 1e-6)
	p := 2 * (1 - distuv.StudentsT{Sigma: 1, Nu: 4}.CDF(0.22/0.12409674))
	near(t, "p", e.P, p, 1e-6)
	if e.N != 5 || e.Clusters != 5 || e.Seeds != 1 {
		t.Errorf("counts: got %d samples, %d clusters, %d seeds", e.N, e.Clusters, e.Seeds)
	}
}

// Without cluster effects (every column sums alike) the interval is that of the seeds' means with two degrees of freedom.
func TestMeanOfSeedsAloneIsTheTIntervalOfTheirMeans(t *testing.T) {
	var samples []Sample
	for seed, effect := range []float64{-0.3, 0.1, 0.2} {
		for c := range 50 {
			samples = append(samples, Sample{Seed: uint64(seed), Cluster: c, Value: 1 + effect})
		}
	}
	e := Mean(samples, 0.95)
	near(t, "mean", e.Mean, 1, tiny)
	se := math.Sqrt((0.09 + 0.01 + 0.04) / 2 / 3)
	near(t, "standard error", e.SE, se, tiny)
	near(t, "high", e.High-e.Mean, 4.30265273*se, 1e-7)
}

// Clusters that differ and seeds that agree: the interval of the clusters' means.
func TestMeanOfClustersAlone(t *testing.T) {
	var one, three []Sample
	r := rand.New(rand.NewPCG(1, 2))
	for c := range 40 {
		v := r.NormFloat64()
		for seed := range uint64(3) {
			s := Sample{Seed: seed, Cluster: c, Value: v}
			three = append(three, s)
			if seed == 0 {
				one = append(one, s)
			}
		}
	}
	a, b := Mean(one, 0.95), Mean(three, 0.95)
	near(t, "low", b.Low, a.Low, tiny)
	near(t, "high", b.High, a.High, tiny)
	near(t, "p", b.P, a.P, 1e-9)
}

func TestWeightsMakeARatioOfSums(t *testing.T) {
	samples := []Sample{
		{Cluster: 0, Value: 2, Weight: 10},
		{Cluster: 1, Value: 3, Weight: 30},
		{Cluster: 2, Value: 1, Weight: 60},
	}
	near(t, "mean", Mean(samples, 0.95).Mean, (20+90+60)/100.0, tiny)
	repeated := slices.Clone(samples)
	for i := range repeated {
		repeated[i].Weight *= 7
	}
	near(t, "interval is free of the weights' unit", Mean(repeated, 0.95).Low, Mean(samples, 0.95).Low, tiny)
	samples[0].Weight, samples[1].Weight, samples[2].Weight = 0, 0, 0
	near(t, "no weight counts as one", Mean(samples, 0.95).Mean, 2, tiny)
}

// P and interval are one statement: at level 1-P the interval touches zero.
func TestPInvertsTheInterval(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	d := design{seeds: 3, clusters: 40, languages: 3, seed: 0.1, cluster: 0.4, cell: 0.4}
	for range 20 {
		samples := d.draw(r, nil)
		e := Mean(samples, 0.95)
		at := Mean(samples, 1-e.P)
		near(t, "nearer end of the interval", min(math.Abs(at.Low), math.Abs(at.High)), 0, 1e-6)
		if e.Detected(0.95) == (e.Low <= 0 && 0 <= e.High) {
			t.Errorf("interval [%g, %g] and p %g disagree", e.Low, e.High, e.P)
		}
	}
}

func TestDegenerateInputsStayFinite(t *testing.T) {
	stream := rand.New(rand.NewPCG(1, 1))
	for name, c := range map[string]struct {
		samples []Sample
		n       int
		bounded bool
	}{
		"nothing":                {nil, 0, false},
		"one value":              {[]Sample{{Value: 3}}, 1, false},
		"one cluster, one seed":  {[]Sample{{Value: 3}, {Value: 4}}, 2, false},
		"one cluster, two seeds": {[]Sample{{Seed: 1, Value: 3}, {Seed: 2, Value: 4}}, 2, true},
		"two clusters, one seed": {[]Sample{{Cluster: 0, Value: 3}, {Cluster: 1, Value: 4}}, 2, true},
		"all alike":              {[]Sample{{Cluster: 0, Value: 3}, {Cluster: 1, Value: 3}}, 2, true},
		"a hole":                 {[]Sample{{Seed: 1, Cluster: 0, Value: 3}, {Seed: 2, Cluster: 1, Value: 4}}, 2, true},
		"NaN":                    {[]Sample{{Cluster: 0, Value: math.NaN()}, {Cluster: 1, Value: 3}}, 0, false},
		"infinity":               {[]Sample{{Cluster: 0, Value: math.Inf(1)}, {Cluster: 1, Value: 3}}, 0, false},
		"overflowing sum":        {[]Sample{{Cluster: 0, Value: 1e308}, {Cluster: 1, Value: 1e308}}, 0, false},
		"overflowing square":     {[]Sample{{Cluster: 0, Value: 1e200}, {Cluster: 1, Value: -1e199}}, 2, false},
	} {
		for kind, e := range map[string]Estimate{"mean": Mean(c.samples, 0.95), "bootstrap": Bootstrap(c.samples, stream, 50, 0.95)} {
			for _, v := range []float64{e.Mean, e.Low, e.High, e.SE, e.P} {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%s of %s: %+v", kind, name, e)
				}
			}
			if e.N != c.n || e.Low > e.Mean || e.Mean > e.High {
				t.Errorf("%s of %s: got %+v, want N = %d", kind, name, e, c.n)
			}
			if kind == "mean" && e.Bounded() != c.bounded {
				t.Errorf("%s of %s: bounded is %v", kind, name, e.Bounded())
			}
		}
	}
}

// Three equal differences have no variance, which must not pass for certainty.
func TestFewEqualValuesProveNothing(t *testing.T) {
	three := []Sample{{Cluster: 0, Value: 1}, {Cluster: 1, Value: 1}, {Cluster: 2, Value: 1}}
	if e := Mean(three, 0.95); e.Detected(0.95) || e.P != 0.25 {
		t.Errorf("three equal values: %+v", e)
	}
}

func TestBootstrapAgreesWithMeanForOneSeed(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	samples := design{seeds: 1, clusters: 200, languages: 3, cluster: 0.5, cell: 0.5}.draw(r, nil)
	m, b := Mean(samples, 0.95), Bootstrap(samples, r, 2000, 0.95)
	near(t, "mean", b.Mean, m.Mean, tiny)
	near(t, "standard error", b.SE, m.SE, 0.1*m.SE)
	near(t, "low", b.Low, m.Low, 0.3*m.SE)
	near(t, "high", b.High, m.High, 0.3*m.SE)
	again := Bootstrap(samples, rand.New(rand.NewPCG(8, 8)), 100, 0.95)
	if again != Bootstrap(samples, rand.New(rand.NewPCG(8, 8)), 100, 0.95) {
		t.Error("equal streams must give equal estimates")
	}
}

// Reference values from Newcombe 1998, Statistics in Medicine 17:857, table I (method 3, score without correction).
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		hits, n   int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		e := Wilson(c.hits, c.n, 0.95)
		near(t, fmt.Sprintf("low of %d/%d", c.hits, c.n), e.Low, c.low, 5e-5)
		near(t, fmt.Sprintf("high of %d/%d", c.hits, c.n), e.High, c.high, 5e-5)
	}
	for _, e := range []Estimate{Wilson(0, 0, 0.95), Wilson(3, 2, 0.95), Wilson(-1, 2, 0.95)} {
		if e.N != 0 {
			t.Errorf("an impossible count gave %+v", e)
		}
	}
}

func TestHolm(t *testing.T) {
	got := Holm([]float64{0.01, 0.04, 0.03, 0.005})
	for i, want := range []float64{0.03, 0.06, 0.06, 0.02} { // Holm 1979, worked by hand
		near(t, fmt.Sprint("adjusted ", i), got[i], want, tiny)
	}
	near(t, "capped", Holm([]float64{0.9, 0.8})[0], 1, tiny)
	near(t, "NaN counts as one", Holm([]float64{math.NaN(), 0.01})[0], 1, tiny)
	if len(Holm(nil)) != 0 {
		t.Error("no values, no adjusted values")
	}
}

func TestSpearman(t *testing.T) {
	for name, c := range map[string]struct {
		x, y []float64
		rho  float64
		ok   bool
	}{
		"monotone":       {[]float64{1, 2, 3}, []float64{1, 10, 100}, 1, true},
		"reversed":       {[]float64{1, 2, 3}, []float64{3, 2, 1}, -1, true},
		"no ties":        {[]float64{1, 2, 3, 4, 5}, []float64{2, 1, 4, 3, 5}, 1 - 6*4.0/(5*24), true},
		"ties":           {[]float64{1, 1, 2}, []float64{1, 2, 3}, math.Sqrt(3) / 2, true},
		"constant":       {[]float64{1, 1}, []float64{1, 2}, 0, false},
		"single":         {[]float64{1}, []float64{1}, 0, false},
		"other lengths":  {[]float64{1, 2}, []float64{1}, 0, false},
		"NaN":            {[]float64{1, math.NaN()}, []float64{1, 2}, 0, false},
		"infinity ranks": {[]float64{1, math.Inf(1)}, []float64{1, 2}, 1, true},
	} {
		rho, ok := Spearman(c.x, c.y)
		if ok != c.ok {
			t.Errorf("%s: ok is %v", name, ok)
		}
		near(t, name, rho, c.rho, tiny)
	}
}

func TestAUROC(t *testing.T) {
	for name, c := range map[string]struct {
		positive, negative []float64
		area               float64
		ok                 bool
	}{
		"apart":   {[]float64{3, 4}, []float64{1, 2}, 1, true},
		"swapped": {[]float64{1, 2}, []float64{3, 4}, 0, true},
		"mixed":   {[]float64{1, 3}, []float64{2, 0}, 0.75, true},
		"ties":    {[]float64{1, 1}, []float64{1}, 0.5, true},
		"empty":   {nil, []float64{1}, 0, false},
		"NaN":     {[]float64{math.NaN()}, []float64{1}, 0, false},
	} {
		area, ok := AUROC(c.positive, c.negative)
		if ok != c.ok {
			t.Errorf("%s: ok is %v", name, ok)
		}
		near(t, name, area, c.area, tiny)
	}
}

// A true difference of the minimum detectable size is found in about four of five studies.
func TestMinimumDetectable(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 34))
	d := design{seeds: 1, clusters: 150, languages: 2, cluster: 0.3, cell: 0.3}
	difference := MinimumDetectable(Mean(d.draw(r, nil), 0.95), 0.8)
	found, studies := 0, 400
	for range studies {
		samples := d.draw(r, nil)
		for i := range samples {
			samples[i].Value += difference
		}
		if Mean(samples, 0.95).Detected(0.95) {
			found++
		}
	}
	if power := float64(found) / float64(studies); power < 0.72 || power > 0.88 {
		t.Errorf("a difference of %.4f is found in %.3f of the studies, want about 0.8", difference, power)
	}
	if MinimumDetectable(Estimate{}, 0.8) != 0 {
		t.Error("nothing measured: no minimum")
	}
}

func BenchmarkMean(b *testing.B) {
	samples := design{seeds: 3, clusters: 200, languages: 15, cluster: 0.5, cell: 0.5}.draw(rand.New(rand.NewPCG(1, 1)), nil)
	for b.Loop() {
		Mean(samples, 0.95)
	}
}
