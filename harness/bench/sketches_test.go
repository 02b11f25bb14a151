package bench

import (
	"fmt"
	"testing"

	"congrad/harness/stage"
)

// So many rounds' sketches are in memory with one that is about to be made, and the oldest go first.
func TestSketchesAtHand(t *testing.T) {
	var s Sketches
	there := func() (list string) {
		for _, of := range []stage.Ref{"a", "b", "c", "d"} {
			if s.Find(of) != nil {
				list += string(of)
			}
		}
		return list
	}
	for i, want := range []string{"a", "ab", "bc", "cd"} {
		s.MakeRoom(2)
		if len(s.order) > 1 {
			t.Errorf("%v are in memory with one that is about to be made", s.order)
		}
		of := stage.Ref(fmt.Sprintf("%c", 'a'+i))
		s.Keep(of, [][]float32{{1}})
		s.Keep(of, [][]float32{{1}}) // made again by a stage that did not find them: it counts once
		if got := there(); got != want {
			t.Errorf("after %s there are those of %s, want %s", of, got, want)
		}
	}
	s.MakeRoom(1)
	if got := there(); got != "" || len(s.lists) != 0 {
		t.Errorf("with one about to be made there are those of %s", got)
	}
}
