package stage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"congrad/harness/store"
)

// rig runs graphs of stages whose work is made up. Stages go by their labels.
type rig struct {
	*testing.T
	store  *store.Store
	stages []*Stage
	work   func(ctx context.Context, s *Stage, d *Desk) error // beside what all stages do; may be nil

	mu      sync.Mutex
	working map[string]bool
	began   []string // each as "label number/total"
	reused  []string
	ended   map[string]bool // whether the stage was finished
}

func newRig(t *testing.T) *rig {
	t.Helper()
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return &rig{T: t, store: st, working: map[string]bool{}, ended: map[string]bool{}}
}

// add enters a stage that reads others.
func (r *rig) add(label string, memory int64, inputs ...*Stage) *Stage {
	r.Helper()
	var refs []Ref
	for _, in := range inputs {
		refs = append(refs, in.Key)
	}
	s, err := New("made up", 1, label, "", refs)
	if err != nil {
		r.Fatal(err)
	}
	s.Label, s.Memory = label, memory
	r.stages = append(r.stages, s)
	return s
}

// do leaves the stage's label and what its inputs left.
func (r *rig) do(ctx context.Context, s *Stage, d *Desk) (Files, error) {
	r.note(func() { r.working[s.Label] = true })
	defer r.note(func() { delete(r.working, s.Label) })
	if r.work != nil {
		if err := r.work(ctx, s, d); err != nil {
			return nil, err
		}
	}
	text := s.Label
	for _, in := range s.Inputs {
		left, err := d.Read(in, "text")
		if err != nil {
			return nil, err
		}
		text += "(" + string(left) + ")"
	}
	return Files{"text": []byte(text)}, nil
}

func (r *rig) note(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

// now are the labels of the stages at work.
func (r *rig) now() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(slices.Sorted(maps.Keys(r.working)), " ")
}

// run does the stages with so many at a time.
func (r *rig) run(ctx context.Context, atOnce int, memory int64) error {
	x := &Executor{Store: r.store, Report: r, Machine: "a machine", Work: r.do, AtOnce: atOnce, Memory: memory}
	return x.Run(ctx, r.stages)
}

func (r *rig) Begin(s *Stage, number, total int) Line {
	r.note(func() {
		r.began = append(r.began, fmt.Sprintf("%s %d/%d", s.Label, number, total))
	})
	return rigLine{r, s}
}

func (r *rig) Reused(s *Stage) { r.note(func() { r.reused = append(r.reused, s.Label) }) }

type rigLine struct {
	*rig
	stage *Stage
}

func (rigLine) Expect(int)       {}
func (rigLine) Advance(int, int) {}
func (rigLine) Loss(float64)     {}
func (rigLine) Note(string)      {}

func (l rigLine) End(finished bool, _ time.Duration) {
	l.note(func() {
		if _, twice := l.ended[l.stage.Label]; twice {
			l.Errorf("%s ended twice", l.stage.Label)
		}
		l.ended[l.stage.Label] = finished
	})
}

// gate holds stages until the test lets them go on, one by one.
type gate map[string]chan error

func (r *rig) gate() gate {
	g := gate{}
	for _, s := range r.stages {
		g[s.Label] = make(chan error)
	}
	r.work = func(ctx context.Context, s *Stage, _ *Desk) error {
		select {
		case err := <-g[s.Label]:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return g
}

// Inputs are done before what reads them, in whatever order the stages are given, and what is left is the same however many stages
// overlap.
func TestInputsComeFirst(t *testing.T) {
	want := map[string]string{}
	for _, atOnce := range []int{0, 1, 2, 4, 8} {
		for _, backwards := range []bool{false, true} {
			r := newRig(t)
			draw := rand.New(rand.NewPCG(1, 2))
			for i := range 30 {
				var inputs []*Stage
				for _, s := range r.stages {
					if draw.IntN(i) < 2 {
						inputs = append(inputs, s)
					}
				}
				r.add(fmt.Sprint(i), 0, inputs...)
			}
			if backwards {
				slices.Reverse(r.stages)
			}
			if err := r.run(t.Context(), atOnce, 0); err != nil {
				t.Fatal(err)
			}
			for _, s := range r.stages {
				text, err := Shelf{Store: r.store}.Read(s.Key, "text")
				if err != nil {
					t.Fatal(err)
				}
				if want[s.Label] == "" {
					want[s.Label] = string(text)
				}
				if string(text) != want[s.Label] || !r.ended[s.Label] {
					t.Errorf("%d at once: %s left %q, want %q", atOnce, s.Label, text, want[s.Label])
				}
			}
		}
	}
}

// As many stages as may are at work together, the first that are ready first.
func TestStagesOverlap(t *testing.T) {
	for atOnce, want := range map[int][]string{
		1: {"a", "b", "c", "d", "e", "f"},
		2: {"a b", "b c", "c d", "d e", "e f", "f"},
		3: {"a b c", "b c d", "c d e", "d e f", "e f", "f"},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t)
			for _, label := range []string{"a", "b", "c", "d", "e", "f"} {
				r.add(label, 0)
			}
			g := r.gate()
			end := make(chan error, 1)
			go func() { end <- r.run(t.Context(), atOnce, 0) }()
			for i, s := range r.stages {
				synctest.Wait()
				if got := r.now(); got != want[i] {
					t.Errorf("%d at once: at work are %q, want %q", atOnce, got, want[i])
				}
				g[s.Label] <- nil
			}
			if err := <-end; err != nil {
				t.Error(err)
			}
		})
	}
}

// A stage waits for its inputs alone, and not for what was given before it.
func TestStagesWaitForTheirInputsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		a, b := r.add("a", 0), r.add("b", 0)
		r.add("of a", 0, a)
		r.add("of b", 0, b)
		r.add("of both", 0, a, b)
		g := r.gate()
		end := make(chan error, 1)
		go func() { end <- r.run(t.Context(), 9, 0) }()
		for _, step := range []struct{ now, finish string }{
			{"a b", "b"}, {"a of b", "a"}, {"of a of b of both", "of both"}, {"of a of b", "of b"}, {"of a", "of a"},
		} {
			synctest.Wait()
			if got := r.now(); got != step.now {
				t.Errorf("at work are %q, want %q", got, step.now)
			}
			g[step.finish] <- nil
		}
		if err := <-end; err != nil {
			t.Error(err)
		}
	})
}

// Stages that do not fit into memory together wait, smaller ones go ahead of them, and one is done whatever it needs.
func TestStagesFitIntoMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		for label, memory := range map[string]int64{"a": 60, "b": 60, "c": 40, "d": 0, "e": 500} {
			r.add(label, memory)
		}
		slices.SortFunc(r.stages, func(a, b *Stage) int { return strings.Compare(a.Label, b.Label) })
		g := r.gate()
		end := make(chan error, 1)
		go func() { end <- r.run(t.Context(), 9, 100) }()
		for _, step := range []struct{ now, finish string }{
			{"a c d", "c"}, {"a d", "a"}, {"b d", "b"}, {"d", "d"}, {"e", "e"}, // e goes alone, though nothing else fits it either
		} {
			synctest.Wait()
			if got := r.now(); got != step.now {
				t.Errorf("at work are %q, want %q", got, step.now)
			}
			g[step.finish] <- nil
		}
		if err := <-end; err != nil {
			t.Error(err)
		}
	})
}

// A stage that fails ends the run with its error and its label; the others are stopped, and nothing else begins.
func TestAFailureStopsTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		a := r.add("a", 0)
		r.add("b", 0)
		r.add("of a", 0, a)
		r.add("later", 0)
		g := r.gate()
		end := make(chan error, 1)
		go func() { end <- r.run(t.Context(), 2, 0) }()
		boom := errors.New("boom")
		g["a"] <- boom
		err := <-end
		if !errors.Is(err, boom) || err.Error() != "a: boom" {
			t.Errorf("the error is %v", err)
		}
		if got := strings.Join(r.began, " "); got != "a 1/4 b 2/4" || len(r.ended) != 2 || r.ended["a"] || r.ended["b"] {
			t.Errorf("%s began, ended %v", got, r.ended)
		}
		for _, s := range r.stages {
			if r.store.Has(string(s.Key)) {
				t.Errorf("%s is in the store", s.Label)
			}
		}
	})
}

// What fails on its own while the others are stopped is told too; what ends in time is kept.
func TestEveryFailureIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.add("a", 0)
		r.add("b", 0)
		r.add("c", 0)
		r.work = func(ctx context.Context, s *Stage, _ *Desk) error {
			if s.Label != "a" {
				<-ctx.Done()
			}
			if s.Label == "c" {
				return nil
			}
			return errors.New("of its own")
		}
		err := r.run(t.Context(), 3, 0)
		if err == nil || err.Error() != "a: of its own\nb: of its own" {
			t.Errorf("the error is %v", err)
		}
		if !r.store.Has(string(r.stages[2].Key)) || !r.ended["c"] {
			t.Error("what ended in time is lost")
		}
	})
}

// A run that is stopped from outside tells just that, and nothing begins any more.
func TestStoppedRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		for _, label := range []string{"a", "b", "c"} {
			r.add(label, 0)
		}
		g := r.gate()
		ctx, cancel := context.WithCancel(t.Context())
		end := make(chan error, 1)
		go func() { end <- r.run(ctx, 2, 0) }()
		g["a"] <- nil
		synctest.Wait()
		cancel()
		if err := <-end; !errors.Is(err, context.Canceled) || err.Error() != context.Canceled.Error() {
			t.Errorf("the error is %v", err)
		}
		if want := map[string]bool{"a": true, "b": false, "c": false}; !reflect.DeepEqual(r.ended, want) {
			t.Errorf("ended %v, want %v", r.ended, want)
		}
		began := len(r.began)
		if err := r.run(ctx, 2, 0); !errors.Is(err, context.Canceled) || len(r.began) != began {
			t.Errorf("a run that is stopped from the start began %v, error %v", r.began[began:], err)
		}
	})
}

// What the store has is told and not done; what is missing is counted.
func TestStagesAreReused(t *testing.T) {
	r := newRig(t)
	a := r.add("a", 0)
	b := r.add("b", 0, a)
	r.add("c", 0, b)
	r.add("d", 0)
	if err := r.store.Put(string(b.Key), b.meta(), Files{"text": []byte("there")}); err != nil {
		t.Fatal(err)
	}
	if err := r.run(t.Context(), 1, 0); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.reused, []string{"b"}) || !slices.Equal(r.began, []string{"a 1/3", "c 2/3", "d 3/3"}) {
		t.Errorf("reused %v, began %v", r.reused, r.began)
	}
	r.reused, r.began = nil, nil
	if err := r.run(t.Context(), 4, 0); err != nil || len(r.began) != 0 || len(r.reused) != 4 {
		t.Errorf("a finished run began %v, error %v", r.began, err)
	}
}

// A plan in which stages wait for each other ends with an error, whatever else could be done.
func TestCyclesEnd(t *testing.T) {
	r := newRig(t)
	a := r.add("a", 0)
	b := r.add("b", 0, a)
	a.Inputs = []Ref{b.Key}
	r.add("c", 0)
	err := r.run(t.Context(), 3, 0)
	if err == nil || !strings.HasPrefix(err.Error(), "a depends on itself") || !r.ended["c"] || len(r.began) != 1 {
		t.Errorf("began %v, error %v", r.began, err)
	}
}
