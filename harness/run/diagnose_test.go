package run

import (
	"context"
	"math"
	"strings"
	"testing"

	"congrad/harness/data"
	"congrad/harness/sketch"
	"congrad/results/measure"

	"gonum.org/v1/gonum/mat"
)

// asks are pairs of one language.
func asks(lang string, swapped bool) []data.Preference {
	var list []data.Preference
	for i, p := range [][3]string{{"12", "one two", "three"}, {"7", "seven", "eight nine"}, {"31", "a b c", "d"}} {
		x := data.Preference{Lang: lang, Prompt: p[0], Chosen: p[1], Rejected: p[2], Line: i + 1}
		if swapped {
			x.Chosen, x.Rejected = x.Rejected, x.Chosen
		}
		list = append(list, x)
	}
	return list
}

func diagnose(t *testing.T, pairs []data.Preference, codes ...string) (measure.Diagnosis, error) {
	t.Helper()
	b := newBench(t)
	x := b.plan(t, "loss.length_penalty=0.0").Experiment
	x.Languages.Seen = codes
	b.env.Report = &follower{}
	return b.env.Diagnose(context.Background(), x, *x.FindArm("congrad"), pairs, "mine.jsonl")
}

// At the model itself, the gradient of a pair whose answers change places is the same with its sign turned. So two languages
// with the same pairs agree in everything, and with one's pairs swapped in nothing.
func TestDiagnosisOfOppositeLanguages(t *testing.T) {
	same, err := diagnose(t, append(asks("de", false), asks("en", false)...), "de", "en")
	if err != nil {
		t.Fatal(err)
	}
	opposite, err := diagnose(t, append(asks("de", false), asks("en", true)...), "de", "en")
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(same.Cosines[0][1]-1) > 1e-4 || math.Abs(opposite.Cosines[0][1]+1) > 1e-4 || math.Abs(opposite.Cosine+1) > 1e-4 {
		t.Errorf("cosines are %g and %g, want 1 and -1", same.Cosines[0][1], opposite.Cosines[0][1])
	}
	if math.Abs(same.Across+opposite.Across) > 1e-4 || math.Abs(same.Within-opposite.Within) > 1e-4 || same.Across <= 0 {
		t.Errorf("agreement within %g and %g, across %g and %g", same.Within, opposite.Within, same.Across, opposite.Across)
	}
	if a, b := same.Others[0], opposite.Others[0]; math.Abs(a+b-1) > 1e-9 {
		t.Errorf("%g of the pairs are against others that agree, %g against others that do not; together that is all", a, b)
	}
}

// Every number of a diagnosis against its definition, on gradients in two dimensions.
func TestDiagnosisIsTheDefinition(t *testing.T) {
	sketches := [][]float32{{1, 0}, {3, 1}, {-1, 2}, {0, 3}, {-2, -2}}
	language := []int{0, 0, 1, 1, 1}
	round, err := sketch.Gather(sketches, language, []string{"a", "b"}, sketch.Mean, 1, "1")
	if err != nil {
		t.Fatal(err)
	}
	got := diagnosis(round, []float64{1, -1, -1, -1, 0}, []string{"a", "b"})
	m := []*mat.VecDense{mat.NewVecDense(2, []float64{2, 0.5}), mat.NewVecDense(2, []float64{-1, 1})}
	cosine := mat.Dot(m[0], m[1]) / mat.Norm(m[0], 2) / mat.Norm(m[1], 2)
	for what, pair := range map[string][2]float64{
		"cosine":             {got.Cosines[0][1], cosine},
		"against in a":       {got.Languages[0].Against, 0.5},
		"against in b":       {got.Languages[1].Against, 2.0 / 3},
		"others in a":        {got.Others[0], 1}, // (1,0) and (3,1) with (-1,1)
		"others in b":        {got.Others[1], 2.0 / 3},
		"against altogether": {got.Against, 3.0 / 5},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 {
			t.Errorf("%s: got %g, want %g", what, pair[0], pair[1])
		}
	}
	if q := (1.0 + 10) / 2; math.Abs(*got.Languages[0].Signal-math.Sqrt(3/q)) > 1e-12 { // <(1,0), (3,1)> = 3
		t.Errorf("the signal of a is %g", *got.Languages[0].Signal)
	}
}

func TestDiagnosisRefusesLongPairs(t *testing.T) {
	pairs := append(asks("de", false), asks("en", false)...)
	pairs[4].Rejected = strings.Repeat("x ", 200)
	if _, err := diagnose(t, pairs, "de", "en"); err == nil || !strings.HasPrefix(err.Error(), "mine.jsonl:2: prompt and answer are ") {
		t.Errorf("got %v", err)
	}
}
