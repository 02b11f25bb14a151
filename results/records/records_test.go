package records

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

func TestLanguagesAndArmsKeepTheirOrder(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	s := study(t, set)
	var codes []string
	for _, l := range s.Languages {
		codes = append(codes, l.Code)
	}
	if d := cmp.Diff([]string{"en", "ar", "ja", "hi", "th", "sw"}, codes); d != "" {
		t.Error(d)
	}
	set.Study.Languages[0], set.Study.Languages[4] = set.Study.Languages[4], set.Study.Languages[0]
	if got := study(t, set).Languages[0].Code; got != "ar" {
		t.Errorf("a seen language comes first, got %s", got)
	}
}

func TestBrokenRecordsAreRefusedWithTheirCoordinates(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*record.Set)
		want  string
	}{
		"NaN": {
			func(s *record.Set) { s.Evaluations[0].Win = math.NaN() },
			"evaluation: seed 1, arm baseline, language en, item en-0000: contains the number NaN",
		},
		"infinity": {func(s *record.Set) { s.Steps[3].Loss = math.Inf(1) }, "steps: seed 1, arm joint, iteration 1, number 4: contains the number +Inf"},
		"twice":    {func(s *record.Set) { s.Choices = append(s.Choices, s.Choices[0]) }, "choices: seed 1, arm baseline, language en, task capitals, item en-000: recorded twice"},
		"arm":      {func(s *record.Set) { s.Passages[0].Arm = "jiont" }, `passages: seed 1, arm jiont, language en, task udhr, item en-000: the study has no arm "jiont"`},
		"language": {func(s *record.Set) { s.Pairs[0].Lang = "xx" }, `the study has no language "xx"`},
		"ragged":   {func(s *record.Set) { s.Consensus[0].Gram[1] = s.Consensus[0].Gram[1][:2] }, "gram[1] has 2 columns instead of 3"},
		"missing":  {func(s *record.Set) { s.Consensus[0].KeptGram = s.Consensus[0].KeptGram[:2] }, "kept_gram has 2 rows for 3 languages"},
		"arms":     {func(s *record.Set) { s.Study.Arms[1].Name = "baseline" }, "study: an arm is declared twice"},
		"langs":    {func(s *record.Set) { s.Study.Languages[1].Code = "en" }, "study: a language is declared twice"},
		"sample":   {func(s *record.Set) { synthetic.Sample(s); s.Trials = append(s.Trials, s.Trials[1]) }, "trials: seed 1, arm baseline, language en, item en-0000, number 2: recorded twice"},
		"drift": {func(s *record.Set) {
			synthetic.Move(synthetic.Iterate(synthetic.Sample(s)))
			s.Drift[0].Nats = math.Inf(1)
		}, "drift: seed 1, arm joint, language en, item en-0000, number 1: contains the number +Inf"},
		"many": {func(s *record.Set) {
			for i := range s.Evaluations {
				s.Evaluations[i].Known = math.NaN()
			}
		}, "more of this kind"},
	} {
		set := synthetic.Set(synthetic.Small())
		c.spoil(set)
		_, err := New(set)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestOrderOfRecordsDoesNotMatter(t *testing.T) {
	made := func() *record.Set {
		return synthetic.Move(synthetic.Iterate(synthetic.Sample(synthetic.Set(synthetic.Small()))))
	}
	want, shuffled := study(t, made()), made()
	synthetic.Shuffle(shuffled)
	if got := study(t, shuffled); !cmp.Equal(want.Set, got.Set) {
		t.Error("shuffled records were not put back in order")
	}
}

// Strong and weak languages are seen ones.
func TestStrongAndWeak(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	set.Study.Languages[1].UnderRepresented = true
	s, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	seen, _ := s.Find("seen")
	strong, _ := s.Find("strong")
	weak, some := s.Find("weak")
	if !some || !slices.Equal(weak.Codes, []string{set.Study.Languages[1].Code}) || len(strong.Codes)+1 != len(seen.Codes) || strong.Has(weak.Codes[0]) {
		t.Errorf("seen %v, strong %v, weak %v", seen.Codes, strong.Codes, weak.Codes)
	}
	set.Study.Languages[1].UnderRepresented = false
	if s, err = New(set); err != nil {
		t.Fatal(err)
	}
	if _, some := s.Find("weak"); some {
		t.Error("there is a group of weak languages without any")
	}
}

// Where seeds start from several models, these are the independent runs, and every seed has one.
func TestOuterLevel(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	set.Study.Bases = []record.Base{{Name: "a", Seeds: []uint64{1, 3}}, {Name: "b", Seeds: []uint64{2}}}
	s, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	if s.Outer(1) != s.Outer(3) || s.Outer(1) == s.Outer(2) || s.Runs() != "3 seeds on 2 models" {
		t.Errorf("%d %d %d, %s", s.Outer(1), s.Outer(2), s.Outer(3), s.Runs())
	}
	set.Study.Bases[1].Seeds = []uint64{1}
	if _, err := New(set); err == nil || !strings.Contains(err.Error(), "seed 1 starts from 2 of the bases, want one") || !strings.Contains(err.Error(), "seed 2 starts from 0 of the bases, want one") {
		t.Error(err)
	}
}
