package stage

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"congrad/harness/store"
)

// A stage that another process is at is left to it, and so is what needs it; everything else is done first. A call that waits takes the
// other's result, or does the stage itself when the other has given up.
func TestStagesOfOtherProcesses(t *testing.T) {
	for name, finishes := range map[string]bool{"the other finishes it": true, "the other gives up": false} {
		r := newRig(t)
		a := r.add("a", 0)
		b := r.add("b", 0)
		r.add("c", 0, a, b)
		release, err := r.store.HoldStage(string(a.Key), a.Label) // the lock is a file's, so another process's would be no different
		if err != nil {
			t.Fatal(err)
		}
		var busy *store.Busy
		if err := r.run(context.Background(), 2, 0); !errors.As(err, &busy) || busy.What != "a" {
			t.Fatalf("%s: without waiting: %v", name, err)
		}
		if got := strings.Join(r.began, ", "); got != "b 1/3" {
			t.Errorf("%s: done were %s", name, got)
		}
		go func() {
			time.Sleep(50 * time.Millisecond)
			if finishes {
				if err := r.store.Put(string(a.Key), a.meta(), Files{"text": []byte("a")}); err != nil {
					t.Error(err)
				}
			}
			if err := release(); err != nil {
				t.Error(err)
			}
		}()
		x := &Executor{Store: r.store, Report: r, Machine: "a machine", Work: r.do, AtOnce: 2, Wait: true}
		r.began, r.reused = nil, nil
		clear(r.ended)
		if err := x.Run(context.Background(), r.stages); err != nil {
			t.Fatal(name, err)
		}
		want, reused := "a 1/2, c 2/2", "b"
		if finishes {
			want, reused = "c 1/2", "b a"
		}
		if got := strings.Join(r.began, ", "); got != want || strings.Join(r.reused, " ") != reused {
			t.Errorf("%s: done were %s, taken %v", name, got, r.reused)
		}
	}
}

// A call that waits can be stopped.
func TestWaitingStops(t *testing.T) {
	r := newRig(t)
	a := r.add("a", 0)
	release, err := r.store.HoldStage(string(a.Key), a.Label)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	x := &Executor{Store: r.store, Report: r, Machine: "a machine", Work: r.do, Wait: true}
	if err := x.Run(ctx, r.stages); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
