package tool

import (
	"math"
	"testing"
)

func TestWorstIsWhatIsNoNumber(t *testing.T) {
	list := []agreement{{position: 0, difference: 1}, {position: 1, difference: math.NaN()}, {position: 2, difference: 3}, {position: 3, difference: math.NaN()}}
	for i, want := range []int{0, 1, 1, 1} {
		if got := worst(list[:i+1]); got.position != want {
			t.Errorf("of %v the worst is at %d, want %d", list[:i+1], got.position, want)
		}
	}
	if a := agree([]float32{1, -3, 2}, []float32{1, -4, 2.5}); a.difference != 1 || a.relative != 0.25 || a.ours != 2 || a.theirs != 2 {
		t.Errorf("%+v", a)
	}
}
