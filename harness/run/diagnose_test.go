package run

import (
	"context"
	"math"
	"strings"
	"testing"

	"congrad/harness/data"
	"congrad/harness/kind/filtering"
	"congrad/harness/stage"
	"congrad/results/measure"
)

// asks are pairs of one language.
func asks(lang string, swapped bool) []data.Preference {
	var list []data.Preference
	for i, p := range [][3]string{{"12", "one two", "three"}, {"7", "seven", "eight nine"}, {"31", "a b c", "d"}} {
		x := data.Preference{Lang: lang, Prompt: p[0], Chosen: p[1], Rejected: p[2], File: "mine.jsonl", Line: i + 1}
		if swapped {
			x.Chosen, x.Rejected = x.Rejected, x.Chosen
		}
		list = append(list, x)
	}
	return list
}

// diagnose takes the first step of the filter of small's arm, and puts it into the numbers that are shown.
func diagnose(t *testing.T, pairs []data.Preference, codes ...string) (measure.Diagnosis, error) {
	t.Helper()
	l := newLab(t)
	x := l.plan(t, "loss.length_penalty=0.0").Experiment
	x.Languages.Seen = codes
	f := &follower{}
	line := f.Begin(&stage.Stage{Kind: "diagnosis"}, 1, 1)
	d, err := filtering.Diagnose(context.Background(), l.bench, x, *x.FindArm("congrad"), pairs, line)
	if err != nil {
		return measure.Diagnosis{}, err
	}
	r := measure.Round{Languages: d.Languages, Pairs: d.Pairs, Gram: d.Gram, Squares: d.Squares, Against: d.Against}
	return measure.Diagnosis{Observation: measure.Observe(r), Cosines: d.Cosines, Others: d.Others}, nil
}

// At the model itself, the gradient of a pair whose answers change places is the same with its sign turned. So two languages
// with the same pairs agree in everything, and with one's pairs swapped in nothing.
func TestDiagnosisOfOppositeLanguages(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: makes gradients of the whole model on the pure-Go backend")
	}
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

func TestDiagnosisRefusesLongPairs(t *testing.T) {
	pairs := append(asks("de", false), asks("en", false)...)
	pairs[4].Rejected = strings.Repeat("x ", 200)
	if _, err := diagnose(t, pairs, "de", "en"); err == nil || !strings.HasPrefix(err.Error(), "mine.jsonl:2: prompt and answer have ") {
		t.Errorf("got %v", err)
	}
}
