package bench

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"congrad/harness/nn"
)

// takes takes weights from a hand and notes which were made.
type takes struct {
	*testing.T
	hand hand
	made []string
}

func (x *takes) take(key string, most int) (release func()) {
	x.Helper()
	_, release, err := x.hand.take(key, most, func() (*nn.Weights, error) {
		x.made = append(x.made, key)
		return &nn.Weights{}, nil
	})
	if err != nil {
		x.Fatal(err)
	}
	return release
}

func (x *takes) want(made string) {
	x.Helper()
	if got := strings.Join(x.made, " "); got != made {
		x.Errorf("made are %q, want %q", got, made)
	}
	x.made = nil
}

// The weights that were used last stay; those in use do, however many they are.
func TestPoliciesAtHand(t *testing.T) {
	x := &takes{T: t}
	x.take("a", 2)()
	x.take("b", 2)()
	x.take("a", 2)()
	x.want("a b")
	x.take("c", 2)() // b goes: a was used since
	x.take("a", 2)()
	x.want("c")
	x.take("b", 2)()
	x.want("b")
	a, b, c := x.take("a", 2), x.take("b", 2), x.take("c", 2)
	x.want("c")
	x.take("a", 2)()
	x.take("b", 2)()
	x.take("c", 2)()
	x.want("")
	a() // b and c are in use
	b()
	c()
	x.take("c", 2)()
	x.take("b", 2)()
	x.want("")
	x.take("a", 2)()
	x.want("a")
}

// Weights that were let go twice by one user are still another's.
func TestPoliciesAreReleasedOnce(t *testing.T) {
	x := &takes{T: t}
	a := x.take("a", 1)
	defer x.take("a", 1)()
	a()
	a()
	x.take("b", 1)()
	x.take("c", 1)()
	x.take("a", 1)()
	x.want("a b c")
}

// Weights on their way are waited for and made once; what failed is tried again.
func TestPoliciesAreMadeOnce(t *testing.T) {
	var h hand
	var made atomic.Int32
	begun, proceed := make(chan bool, 8), make(chan bool)
	slow := func() (*nn.Weights, error) {
		made.Add(1)
		<-proceed
		return nil, errors.New("no room")
	}
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Go(func() {
			begun <- true
			_, _, errs[i] = h.take("a", 2, slow)
		})
	}
	for range errs {
		<-begun
	}
	for { // until all of them wait
		h.mu.Lock()
		waiting := 0
		for _, x := range h.holds {
			waiting += x.users
		}
		h.mu.Unlock()
		if waiting == len(errs) {
			break
		}
	}
	close(proceed)
	group.Wait()
	if made.Load() != 1 || slices.Contains(errs, nil) {
		t.Errorf("made %d times, with the errors %v", made.Load(), errs)
	}
	if len(h.holds) != 0 {
		t.Errorf("%d failures are kept", len(h.holds))
	}
	w := &nn.Weights{}
	got, release, err := h.take("a", 2, func() (*nn.Weights, error) { return w, nil })
	if err != nil || got != w {
		t.Fatalf("a second try gives %v, error %v", got, err)
	}
	release()
}
