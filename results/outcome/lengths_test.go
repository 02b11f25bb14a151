package outcome

import (
	"strings"
	"testing"

	"congrad/eval/lengthcontrol"
	"congrad/results/records"
	"congrad/results/synthetic"
)

// An arm that wins wherever its answers are longer, and loses wherever they are shorter, as often as not, is no better at
// equal length; and whatever the lengths, raw rates and counts are those of the main table.
func TestLengthsAreTakenOut(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	for i := range set.Evaluations {
		e := &set.Evaluations[i]
		if e.Arm != "congrad" {
			e.Text = "0123456789"
			continue
		}
		longer := i % 4 // three times in four
		if longer > 0 {
			e.Text, e.Win = strings.Repeat("語", 10+longer), 1
		} else {
			e.Text, e.Win = strings.Repeat("語", 8), 0
		}
		if i%9 == 0 {
			e.Win = 1 - e.Win
		}
	}
	s := study(t, set)
	all := s.Lengths()
	for _, g := range s.Groups() {
		x := all.Of("congrad", g)
		raw := s.WinRate("congrad", g)
		if x.Raw != raw {
			t.Errorf("%s: the raw win rate is %+v, in the main table %+v", g.Name, x.Raw, raw)
		}
		if x.Controlled.N != raw.N || x.Controlled.Mean > raw.Mean-0.1 {
			t.Errorf("%s: %.3f at equal length, %.3f raw", g.Name, x.Controlled.Mean, raw.Mean)
		}
		if x.Opponent != 10 || x.Own < 10.5 || x.Own > 12 {
			t.Errorf("%s: %g and %g characters", g.Name, x.Own, x.Opponent)
		}
		// the others' answers are all of one length, which takes nothing out
		if y := all.Of("joint", g); y.Raw.Mean-y.Controlled.Mean > 1e-12 || y.Own != 10 {
			t.Errorf("%s: joint has %.3f at equal length, %.3f raw", g.Name, y.Controlled.Mean, y.Raw.Mean)
		}
		near(t, "difference", all.Minus("congrad", "joint", g).Mean, x.Controlled.Mean-all.Of("joint", g).Controlled.Mean)
	}
	// one model a language, over all seeds
	var own []lengthcontrol.Comparison
	for _, e := range set.Evaluations {
		if e.Arm == "congrad" && e.Lang == "ja" {
			own = append(own, lengthcontrol.Comparison{Win: e.Win, Extra: float64(len(e.Text)/len("語") - 10)})
		}
	}
	want, _ := lengthcontrol.New(own)
	got, ok := all.Fit("congrad", "ja")
	if !ok {
		t.Fatal("no fit")
	}
	near(t, "slope", got.Slope, want.Slope)
	near(t, "rate", all.Of("congrad", records.Only("ja")).Controlled.Mean, want.Rate)
}

// Without answers of the opponent nothing is said of lengths; with those of one seed, they serve for all.
func TestLengthsNeedTheOpponent(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	want := len(set.Evaluations) / len(set.Study.Arms)
	kept := set.Evaluations[:0:0]
	for _, e := range set.Evaluations {
		if e.Arm != "baseline" || e.Seed == 2 {
			kept = append(kept, e)
		}
	}
	set.Evaluations = kept
	s := study(t, set)
	all, _ := s.Group("all")
	if n := s.Lengths().Of("joint", all).Raw.N; n != want {
		t.Errorf("one seed of the baseline: %d comparisons, want %d", n, want)
	}
	kept = kept[:0:0]
	for _, e := range set.Evaluations {
		if e.Arm != "baseline" {
			kept = append(kept, e)
		}
	}
	set.Evaluations = kept
	if n := study(t, set).Lengths().Of("joint", all).Raw.N; n != 0 {
		t.Errorf("no baseline: %d comparisons", n)
	}
}
