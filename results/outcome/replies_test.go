package outcome

import (
	"math"
	"testing"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

// Measures that only tasks from files have are taken over those alone, and say nothing of others.
func TestMeasuresOfFiles(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	s, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	all, _ := s.Group("all")
	for _, m := range []Measure{AccuracyPerCharacter(), ExactMatch()} {
		if got := s.Tax(m, "", s.Arms[0].Name, all); got.N != 0 {
			t.Errorf("%s of records without any: %+v", m.Name, got)
		}
	}
	right, wrong := true, false
	arm, lang := s.Arms[0].Name, s.Languages[0].Code
	for i, item := range []string{"a", "b", "c", "d"} {
		chars := &wrong
		if i == 0 {
			chars = &right
		}
		seed := set.Study.Seeds[0]
		set.Choices = append(set.Choices, record.Choice{Seed: seed, Arm: arm, Task: "own", Lang: lang, Item: item, Options: 2, CorrectChars: chars, LogLikelihoods: []float64{-1, -2}})
		set.Replies = append(set.Replies, record.Reply{Seed: seed, Arm: arm, Task: "said", Lang: lang, Item: item, Exact: i < 3})
	}
	if s, err = New(set); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		m    Measure
		task string
		want float64
	}{{AccuracyPerCharacter(), "own", 0.25}, {AccuracyPerCharacter(), "", 0.25}, {ExactMatch(), "said", 0.75}, {ExactMatch(), "", 0.75}} {
		if got := s.Tax(c.m, c.task, arm, all); math.Abs(got.Mean-c.want) > 1e-12 {
			t.Errorf("%s of %q: %g, want %g", c.m.Name, c.task, got.Mean, c.want)
		}
	}
	if got := s.Tax(ExactMatch(), "own", arm, all); got.N != 0 {
		t.Errorf("%+v", got)
	}
	set.Replies = append(set.Replies, set.Replies[0])
	if _, err := New(set); err == nil {
		t.Error("a duplicate reply was accepted")
	}
}
