package world

import (
	"math"
	"slices"
	"testing"

	"congrad/eval/chrf"
)

// The shares of the mixture are those of the settings, within four standard deviations of the draw.
func TestMixtureFollowsTheSettings(t *testing.T) {
	s := Defaults()
	w := open(t, s)
	const n = 20000
	type tally struct{ of, hits int }
	share := map[string]*tally{}
	note := func(name string, hit bool) {
		if share[name] == nil {
			share[name] = &tally{}
		}
		share[name].of++
		if hit {
			share[name].hits++
		}
	}
	for i := range uint64(n) {
		e := w.BaseExample(i)
		item, known := w.Item(e.Item)
		if known == (e.Form == Reading) || known && (e.Prompt != item.Prompt || (e.Answer == item.Answer) != (e.Defect == "")) {
			t.Fatalf("example %d: %+v", i, e)
		}
		note("plain", e.Form == Reading)
		note("judge", e.Form == Judging)
		note("under", slices.Contains(s.Under, e.Lang))
		switch {
		case e.Form == Judging:
			note("judge right", e.Defect == "")
			note("noise", e.Digit != Digit(chrf.Known(e.Answer, item.Answer)))
			if e.Digit < 1 || e.Digit > 5 {
				t.Fatalf("example %d: digit %d", i, e.Digit)
			}
		case e.Form == Answering && item.Kind.Tax():
			note("tax right", e.Defect == "")
		case e.Form == Answering:
			note("right "+e.Lang, e.Defect == "")
			if e.Lang == "ru" && !item.Kind.isName() && slices.Contains([]string{EnglishForm, Convention, ForeignForm, MonthForm}, e.Defect) {
				note("english", e.Defect == EnglishForm) // in Russian the English form of a date or number is always wrong
			}
			if e.Defect != "" {
				note("shared", slices.Contains([]string{CutOff, Repeated, EchoedFact, EchoedAsk, Superfluous, WrongFact}, e.Defect))
			}
		}
	}
	under := float64(len(s.Under)) * s.UnderWeight
	for name, want := range map[string]float64{
		"plain": s.PlainShare, "judge": s.JudgeShare, "judge right": s.JudgeRightShare, "noise": s.JudgeNoise,
		"tax right": s.TaxRightRate, "right en": s.RightRate, "right sw": s.UnderRightRate, "shared": s.SharedShare, "english": s.EnglishShare,
		"under": under / (under + float64(len(s.Languages)-len(s.Under))),
	} {
		got := float64(share[name].hits) / float64(share[name].of)
		// items without a parochial defect fall back to a shared one, a few in a hundred
		slack := 4*math.Sqrt(want*(1-want)/float64(share[name].of)) + map[string]float64{"shared": 0.03}[name]
		if math.Abs(got-want) > slack {
			t.Errorf("%s: share %.3f of %d, want %.3f within %.3f", name, got, share[name].of, want, slack)
		}
	}
}

func TestMixtureIsItsIndex(t *testing.T) {
	a, b := open(t, Defaults()), open(t, Defaults())
	for _, i := range []uint64{0, 7, 1 << 40, 7} {
		if x, y := a.BaseExample(i), b.BaseExample(i); x != y {
			t.Errorf("example %d: %+v, then %+v", i, x, y)
		}
	}
	if a.BaseExample(1) == a.BaseExample(2) {
		t.Error("two examples are the same")
	}
}

func TestDigit(t *testing.T) {
	for known, want := range map[float64]int{1: 5, 0.99: 3, 0.5: 3, 0.49: 2, 0.2: 2, 0.19: 1, 0: 1} {
		if got := Digit(known); got != want {
			t.Errorf("a known score of %v is worth %d, want %d", known, got, want)
		}
	}
}

func BenchmarkBaseExample(b *testing.B) {
	w := open(b, Defaults())
	for i := range b.N {
		w.BaseExample(uint64(i))
	}
}

func BenchmarkOpen(b *testing.B) {
	for range b.N {
		open(b, Defaults())
	}
}
