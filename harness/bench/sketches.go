package bench

import (
	"sync"

	"congrad/harness/stage"
)

// Sketches keeps those of the last scoring rounds [pairs][numbers] for the selections that follow: they are too large for the
// store and quickly made again.
type Sketches struct {
	mu    sync.Mutex
	order []stage.Ref
	lists map[stage.Ref][][]float32
}

// Find returns the sketches of a gradients stage, nil where they are not at hand.
func (s *Sketches) Find(of stage.Ref) [][]float32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lists[of]
}

// MakeRoom lets the oldest go, so that at most so many rounds' are in memory with one that is about to be made.
func (s *Sketches) MakeRoom(most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.order) > 0 && len(s.order) >= most {
		delete(s.lists, s.order[0])
		s.order = s.order[1:]
	}
}

// Keep keeps the sketches of a gradients stage.
func (s *Sketches) Keep(of stage.Ref, list [][]float32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lists == nil {
		s.lists = map[stage.Ref][][]float32{}
	}
	if s.lists[of] == nil {
		s.order = append(s.order, of)
	}
	s.lists[of] = list
}
