package progress

import (
	"testing"
	"time"

	"congrad/harness/stage"
)

// The time that is left follows from the speed of each kind; stages side by side share it; kinds that were not met make it a bound.
func TestTimeLeft(t *testing.T) {
	began := time.Date(2031, 5, 27, 0, 0, 0, 0, time.UTC)
	train, answer := &stage.Stage{Kind: "train", Size: 100}, &stage.Stage{Kind: "answer", Size: 10}
	open := func() *left {
		return &left{begun: began, ahead: map[string]float64{"train": 400, "answer": 20}, done: map[string]work{}}
	}
	l := open()
	for i, want := range []string{"; more than 6 min left", "; about 7 min left", "; about 5 min left", "; about 2 min left"} {
		s := []*stage.Stage{train, answer, train, train}[i]
		took := []time.Duration{2 * time.Minute, time.Minute, 2 * time.Minute, time.Second}[i]
		began = began.Add(took)
		if got := l.end(s, took, began); got != want {
			t.Errorf("after %d stages: %q, want %q", i+1, got, want)
		}
	}
	if got := l.end(train, time.Second, began); got != "" {
		t.Errorf("the end is near: %q", got)
	}
	l = open()
	if got := l.end(train, 2*time.Minute, l.begun.Add(time.Minute)); got != "; more than 3 min left" {
		t.Errorf("two at a time: %q", got)
	}
	if got := (&left{}).end(train, time.Hour, began); got != "" {
		t.Errorf("of a run that nobody told about: %q", got)
	}
}
