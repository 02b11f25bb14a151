package run

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"congrad/harness/record"
)

// What was typed in reaches the records and no stage.
func TestPublishedNumbersEnterNoStage(t *testing.T) {
	l := newLab(t)
	source := small + "[[published]]\narm = \"joint\"\nlanguages = \"sw\"\nmeasure = \"accuracy\"\ntask = \"tiny-facts\"\nvalue = 0.25\nlow = 0\nhigh = 0.5\nsource = \"made up\"\n"
	before, after := l.plan(t), l.planOf(t, source)
	for i, s := range before.Stages {
		if after.Stages[i].Key != s.Key {
			t.Errorf("%s has another key", s.Label)
		}
	}
	low, high := 0.0, 0.5
	want := []record.Published{{Arm: "joint", Languages: "sw", Measure: "accuracy", Task: "tiny-facts", Value: 0.25, Low: &low, High: &high, Source: "made up"}}
	if d := cmp.Diff(want, published(after.Experiment.Published)); d != "" {
		t.Error(d)
	}
}

// Nor do claims. One about a single arm is about its difference to the reference.
func TestClaimsEnterNoStage(t *testing.T) {
	l := newLab(t)
	source := small + "[[claims]]\ntext = \"filtering helps\"\nmeasure = \"exact\"\narms = [\"congrad\"]\ndirection = \"greater\"\neffect = 0.01\n"
	before, after := l.plan(t), l.planOf(t, source)
	for i, s := range before.Stages {
		if after.Stages[i].Key != s.Key {
			t.Errorf("%s has another key", s.Label)
		}
	}
	want := []record.Claim{{Text: "filtering helps", Measure: "exact", Arm: "congrad", Minus: "joint", Group: "seen", Direction: "greater", Effect: 0.01}}
	if d := cmp.Diff(want, Claims(after.Experiment)); d != "" {
		t.Error(d)
	}
}
