package stage

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A stage's note says what it alone took, though others overlap with it; seconds and calls of a stopped one add up.
func TestCostsOfStagesThatOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where time passes while everybody waits
		r := newRig(t)
		a, b := r.add("a", 0), r.add("b", 0)
		takes := map[string]time.Duration{"a": 2 * time.Second, "b": 5 * time.Second}
		r.work = func(ctx context.Context, s *Stage, _ *Desk) error {
			select {
			case <-time.After(takes[s.Label]):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		if err := r.run(ctx, 2, 0); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if c, known, err := CostOf(r.store, b.Key); known || err != nil {
			t.Errorf("a stage that was stopped has the cost %+v, error %v", c, err)
		}
		clear(r.ended)
		if err := r.run(t.Context(), 2, 0); err != nil {
			t.Fatal(err)
		}
		for s, want := range map[*Stage]Cost{a: {Seconds: 2, Calls: 1}, b: {Seconds: 3 + 5, Calls: 2}} {
			got, known, err := CostOf(r.store, s.Key)
			if err != nil || !known || got.Seconds != want.Seconds || got.Calls != want.Calls || got.Open || got.Lost || got.Machine != "a machine" {
				t.Errorf("%s: %+v (%v), want %+v", s.Label, got, err, want)
			}
		}
	})
}

// A stage that moves between machines names each of them once; calls that never ended are lost.
func TestCostNamesMachinesOnce(t *testing.T) {
	r := newRig(t)
	s := r.add("a", 0)
	x := &Executor{Store: r.store}
	var c Cost
	var err error
	for _, x.Machine = range []string{"a", "b", "a", "b"} {
		if c, err = x.beginCost(s); err != nil {
			t.Fatal(err)
		}
	}
	if c.Machine != "a; b" || c.Calls != 4 || !c.Lost {
		t.Errorf("%+v", c)
	}
	if err := r.store.Scratch(string(s.Key)).Save(costFile, []byte("{")); err != nil {
		t.Fatal(err)
	}
	if c, err = x.beginCost(s); err != nil || c.Calls != 1 || !c.Lost {
		t.Errorf("after a damaged note: %+v, error %v", c, err)
	}
}
