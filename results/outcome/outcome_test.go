package outcome

import (
	"math"
	"testing"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

func study(t *testing.T, set *record.Set) *Study {
	t.Helper()
	s, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) < 1e-12) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

// No weighting, no averaging of averages: a win rate is the mean of the records.
func TestWinRateIsThePlainMean(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	s := study(t, set)
	for _, g := range s.Groups() {
		for _, a := range s.Arms {
			sum, exact, n := 0.0, 0.0, 0
			for _, e := range set.Evaluations {
				if e.Arm == a.Name && g.Has(e.Lang) {
					sum += e.Win
					exact += indicator(e.Known == 1)
					n++
				}
			}
			e := s.WinRate(a.Name, g)
			near(t, a.Name+" "+g.Name, e.Mean, sum/float64(n))
			near(t, "exact "+a.Name+" "+g.Name, s.Exact(a.Name, g).Mean, exact/float64(n))
			if e.N != n {
				t.Errorf("%s %s: n is %d, want %d", a.Name, g.Name, e.N, n)
			}
		}
	}
}

// Where every item has both arms, the paired difference is the difference of the means.
func TestDifferencesArePaired(t *testing.T) {
	s := study(t, synthetic.Set(synthetic.Small()))
	g, _ := s.Group("all")
	d := s.WinsMinus("congrad", "joint", g)
	near(t, "difference", d.Mean, s.WinRate("congrad", g).Mean-s.WinRate("joint", g).Mean)
	near(t, "bits", s.TaxMinus(BitsPerByte(), "", "congrad", "baseline", g).Mean,
		s.Tax(BitsPerByte(), "", "congrad", g).Mean-s.Tax(BitsPerByte(), "", "baseline", g).Mean)
	if apart := s.WinRate("congrad", g).SE + s.WinRate("joint", g).SE; d.SE >= apart {
		t.Errorf("pairing should not widen: standard error %g against %g", d.SE, apart)
	}
}

func TestItemsOfOneArmOnlyAreLeftOut(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	var fewer []record.Evaluation
	for _, e := range set.Evaluations {
		if e.Arm != "joint" || e.Seed == 1 {
			fewer = append(fewer, e)
		}
	}
	set.Evaluations = fewer
	s := study(t, set)
	g, _ := s.Group("all")
	if e := s.WinsMinus("congrad", "joint", g); e.Seeds != 1 || e.N != s.WinRate("joint", g).N {
		t.Errorf("got %d pairs over %d seeds", e.N, e.Seeds)
	}
}

// The base model does not depend on the training seed, so one evaluation of it serves all seeds.
func TestUntouchedArmMayHaveOneSeed(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	all := study(t, set)
	g, _ := all.Group("all")
	want := all.TaxMinus(Accuracy(), "", "congrad", "baseline", g)
	var fewer []record.Choice
	for _, c := range set.Choices {
		if c.Arm != "baseline" || c.Seed == 2 {
			fewer = append(fewer, c)
		}
	}
	set.Choices = fewer
	if got := study(t, set).TaxMinus(Accuracy(), "", "congrad", "baseline", g); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
