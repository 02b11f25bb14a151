package stats

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// studies of each row of the simulations of verdicts: go test ./eval/stats -run Verdict -v -studies 20000 prints the documented figures.
var studies = flag.Int("studies", 400, "simulated studies of each row")

// world is a simulated comparison of two arms: how far they differ in truth, and how. Of the clusters a share differs at all, each
// item of it by +1 or -1, so that the mean is difference. Seeds add normal differences to whole training runs.
type world struct {
	seeds, clusters int
	difference      float64
	share           float64 // of clusters that differ, the mean's sign or not; at least |difference|
	seed            float64 // standard deviation of what a training run adds
	items           int     // of a cell; each item of a cluster that differs is drawn on its own, if alone is set
	alone           bool
}

func (w world) draw(r *rand.Rand, into []Sample) []Sample {
	into = into[:0]
	up := (w.share + w.difference) / 2
	flip := func() float64 {
		switch u := r.Float64(); {
		case u < up:
			return 1
		case u < w.share:
			return -1
		}
		return 0
	}
	of := make([]float64, w.clusters)
	for c := range of {
		of[c] = flip()
	}
	for s := range w.seeds {
		run := w.seed * r.NormFloat64()
		for c := range of {
			value := of[c]
			if w.alone {
				value = 0
				for range w.items {
					value += flip() / float64(w.items)
				}
			}
			into = append(into, Sample{Seed: uint64(s), Cluster: c, Value: value + run})
		}
	}
	return into
}

// outcomes are the shares of simulated studies by verdict, for each claim.
func (w world) outcomes(n int, claims ...Claim) []map[Verdict]float64 {
	r := rand.New(rand.NewPCG(23, 29))
	shares := make([]map[Verdict]float64, len(claims))
	for i := range shares {
		shares[i] = map[Verdict]float64{}
	}
	var samples []Sample
	for range n {
		samples = w.draw(r, samples)
		for i, c := range claims {
			shares[i][Verdicts([]Answer{c.Answer(samples)}, 0.05)[0]] += 1 / float64(n)
		}
	}
	return shares
}

// Whatever is true, a verdict is wrong in at most one of twenty studies. The limits of the test leave three standard errors.
func TestErrorRatesOfVerdicts(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: draws 6,400 studies")
	}
	const effect = 0.05
	for _, w := range []struct {
		name string
		world
	}{
		{"clusters differ as a whole, 1 seed", world{seeds: 1, clusters: 200, share: 0.2}},
		{"the same, fewer", world{seeds: 1, clusters: 200, share: 0.06}},
		{"as few as can be", world{seeds: 1, clusters: 200}},
		{"items differ alone, 3 seeds alike", world{seeds: 3, clusters: 100, share: 0.3, items: 10, alone: true}},
		{"3 seeds differ", world{seeds: 3, clusters: 100, share: 0.3, items: 10, alone: true, seed: 0.01}},
		{"3 seeds differ much", world{seeds: 3, clusters: 100, share: 0.2, items: 10, alone: true, seed: 0.03}},
		{"6 seeds differ", world{seeds: 6, clusters: 60, share: 0.3, items: 4, alone: true, seed: 0.02}},
		{"bounds unknown", world{seeds: 3, clusters: 60, share: 0.3, items: 4, alone: true, seed: 0.02}},
	} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			low, high := -1.0, 1.0
			if w.name == "bounds unknown" {
				low, high = math.Inf(-1), math.Inf(1)
			}
			for _, truth := range []float64{0, effect} {
				x := w.world
				x.difference, x.share = truth, max(x.share, truth)
				both := x.outcomes(*studies, Claim{Greater, effect, low, high}, Claim{Within, effect, low, high})
				got, within := both[0], both[1]
				wrong := got[Supported] + got[Refuted]
				if truth > 0 {
					wrong = got[NoDifference] + got[Refuted]
				}
				less := within[Refuted]
				if truth > 0 { // the bound itself: the limit of what is larger
					less = within[Supported]
				}
				t.Logf("%-36s truth %.2f: greater: wrong %.4f, supported %.3f, no difference %.3f; within: wrong %.4f, supported %.3f",
					w.name, truth, wrong, got[Supported], got[NoDifference], less, within[Supported])
				limit := 0.05 + 3*math.Sqrt(0.05*0.95/float64(*studies))
				if wrong > limit || less > limit {
					t.Errorf("truth %.2f: wrong verdicts in %.4f and %.4f of the studies", truth, wrong, less)
				}
			}
		})
	}
}

// One wrong verdict among several claims counts. The claims' truths are mixed, and their studies share the training runs.
func TestErrorRatesOfSeveralVerdicts(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: draws 8,800 studies")
	}
	const effect = 0.05
	for name, truths := range map[string][]float64{
		"nothing differs":             {0, 0, 0, 0, 0, 0},
		"all at the bound":            {effect, effect, effect, effect, effect, effect},
		"half at the bound":           {0, 0, 0, effect, effect, effect},
		"some clearly larger":         {0, 0, effect, effect, 0.3, 0.3},
		"two at the bound, much data": {effect, effect},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(31, 37))
			clusters := 300
			if len(truths) == 2 { // the bound is about 3.3 standard errors: where too lenient a count errs most
				clusters = 650
			}
			wrong, alone := 0, 0
			var samples []Sample
			for range *studies {
				var answers []Answer
				for _, truth := range truths {
					w := world{seeds: 1, clusters: clusters, difference: truth, share: max(0.15, truth)}
					samples = w.draw(r, samples)
					answers = append(answers, Claim{Greater, effect, -1, 1}.Answer(samples))
				}
				wrong += anyWrong(Verdicts(answers, 0.05), truths)
				var each []Verdict
				for _, a := range answers {
					each = append(each, Verdicts([]Answer{a}, 0.05)[0])
				}
				alone += anyWrong(each, truths)
			}
			share := float64(wrong) / float64(*studies)
			t.Logf("%-28s a wrong verdict in %.4f of the studies; not corrected %.4f", name, share, float64(alone)/float64(*studies))
			if share > 0.05+3*math.Sqrt(0.05*0.95/float64(*studies)) {
				t.Errorf("%.4f of the studies have a wrong verdict", share)
			}
			if len(truths) > 2 && float64(alone)/float64(*studies) < 0.06 {
				t.Errorf("without correction only %.4f are wrong: the simulation tests nothing", float64(alone)/float64(*studies))
			}
		})
	}
}

func anyWrong(verdicts []Verdict, truths []float64) int {
	for i, v := range verdicts {
		switch {
		case v == NoDifference && truths[i] > 0, v == Refuted, v == Supported && truths[i] == 0:
			return 1
		}
	}
	return 0
}

// Large differences, none, and small ones get their verdicts, in each direction.
func TestVerdictsAreReached(t *testing.T) {
	draw := func(difference float64) []Sample {
		w := world{seeds: 3, clusters: 400, difference: difference, share: 0.5, items: 10, alone: true, seed: 0.002}
		return w.draw(rand.New(rand.NewPCG(41, 43)), nil)
	}
	for _, c := range []struct {
		difference float64
		direction  string
		effect     float64
		want       Verdict
	}{
		{0.2, Greater, 0.05, Supported},
		{0.2, Less, 0.05, Refuted},
		{-0.2, Greater, 0.05, Refuted},
		{-0.2, Less, 0.05, Supported},
		{0.2, Within, 0.05, Refuted},
		{0, Greater, 0.05, NoDifference},
		{0, Less, 0.05, NoDifference},
		{0, Within, 0.05, Supported},
		{0.03, Greater, 0.05, NoDifference}, // proven, but smaller than what matters
		{0.03, Greater, 0.01, Supported},
		{0, Greater, 0.001, NotSettled},
		{0.05, Within, 0.05, NotSettled},
	} {
		a := Claim{c.direction, c.effect, -1, 1}.Answer(draw(c.difference))
		if got := Verdicts([]Answer{a}, 0.05)[0]; got != c.want {
			t.Errorf("%v: %s (%+v)", c, got, a)
		}
	}
	if got := Verdicts([]Answer{(Claim{Greater, 0.1, -1, 1}).Answer([]Sample{{Cluster: 0, Value: 1}})}, 0.05)[0]; got != NotSettled {
		t.Errorf("one answer: %s", got)
	}
	if got := Verdicts([]Answer{(Claim{Greater, 0.1, -1, 1}).Answer(nil)}, 0.05)[0]; got != NotSettled {
		t.Errorf("no answers: %s", got)
	}
}

// The P-values are those of closed forms: of a paired t test where clusters are all there is, of the binomial where few differ.
func TestPOfClaims(t *testing.T) {
	var list []Sample
	values := []float64{0.3, -0.1, 0.2, 0.4, -0.2, 0.1, 0.3, 0.2, -0.1, 0.2, 0.1, -0.3}
	mean, square := 0.0, 0.0
	for i, v := range values {
		list = append(list, Sample{Cluster: i, Value: v})
		mean += v / 12
	}
	for _, v := range values {
		square += (v - mean) * (v - mean) / 11
	}
	se := math.Sqrt(square / 12)
	student := distuv.StudentsT{Sigma: 1, Nu: 11}
	a := Claim{Greater, 0.3, -1, 1}.Answer(list)
	near(t, "far", a.Far, 2*student.Survival(mean/se), 1e-9)
	squares, sizes := 0.0, 0.0
	for _, v := range values {
		squares, sizes = squares+v*v, sizes+math.Abs(v)
	}
	at := math.Sqrt(se*se + (0.3-mean)*squares/sizes/12)
	near(t, "near", a.Near, student.Survival((0.3-mean)/at), 1e-9)
	within := Claim{Within, 0.05, -1, 1}.Answer(list)
	near(t, "beyond", within.Far, student.Survival((mean-0.05)/se), 1e-9)

	var none []Sample
	for i := range 60 {
		none = append(none, Sample{Cluster: i})
	}
	near(t, "none of 60", Claim{Greater, 0.05, -1, 1}.Answer(none).Near, math.Pow(0.95, 60), 1e-12)
	none[7].Value = -1
	near(t, "one of 60", Claim{Within, 0.05, -1, 1}.Answer(none).Near, math.Pow(0.95, 60)+60*0.05*math.Pow(0.95, 59), 1e-12)
}

// The count of Verdicts by hand, at 0.05: of two claims the first hypotheses are rejected at 0.025; once both of a claim's are, the
// other claim's may have 0.05.
func TestHowVerdictsCount(t *testing.T) {
	at := func(far, near float64) Answer {
		return Answer{Estimate{Mean: 1}, far, near, Claim{Direction: Greater}}
	}
	for _, c := range []struct {
		answers []Answer
		want    []Verdict
	}{
		{[]Answer{at(0.04, 1)}, []Verdict{Supported}},
		{[]Answer{at(0.02, 1), at(0.03, 1)}, []Verdict{Supported, NotSettled}},
		{[]Answer{at(0.02, 0.024), at(0.03, 1)}, []Verdict{NoDifference, Supported}},
		{[]Answer{at(1, 0.02), at(1, 0.04)}, []Verdict{NoDifference, NotSettled}},
		{[]Answer{at(math.NaN(), 1)}, []Verdict{NotSettled}},
		{nil, []Verdict{}},
	} {
		got := Verdicts(c.answers, 0.05)
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%v: %v, want %v", c.answers, got, c.want)
		}
	}
}

// Why a claim stays in the count once it has a verdict: its other hypothesis may still be true. Two differences at the bound, which is 3.5 standard
// errors, and a count of claims without a verdict.
func TestCountingOpenClaimsOnlyIsTooLenient(t *testing.T) {
	const effect, n = 3.5, 20000
	r := rand.New(rand.NewPCG(83, 89))
	v := parts{c: 1, seeds: 1, columns: 400}
	wrong, lenient := 0, 0
	for range n {
		var answers []Answer
		for range 2 {
			mean := effect + r.NormFloat64()
			answers = append(answers, Answer{Estimate{Mean: mean}, v.p(math.Abs(mean)), v.beyond(effect - math.Abs(mean)), Claim{Direction: Greater}})
		}
		truths := []float64{effect, effect}
		wrong += anyWrong(Verdicts(answers, 0.05), truths)
		first := 0
		if min(answers[1].Far, answers[1].Near) < min(answers[0].Far, answers[0].Near) {
			first = 1
		}
		one := Verdicts(answers[first:first+1], 0.025)
		if one[0] != NotSettled { // the other has all of the level
			one = append(one, Verdicts(answers[1-first:2-first], 0.05)...)
		}
		lenient += anyWrong(one, truths)
	}
	t.Logf("wrong %.4f, with the lenient count %.4f", float64(wrong)/n, float64(lenient)/n)
	if float64(wrong)/n > 0.05+0.0046 || float64(lenient)/n < 0.08 {
		t.Errorf("wrong %.4f, with the lenient count %.4f", float64(wrong)/n, float64(lenient)/n)
	}
}
