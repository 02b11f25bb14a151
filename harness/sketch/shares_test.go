package sketch

import "testing"

// The held-back pairs are the first ones met, as many as the share says, but one at least and not all.
func TestHeldBack(t *testing.T) {
	for _, c := range []struct {
		share   float64
		n, held int
	}{{0.2, 0, 0}, {0.2, 1, 0}, {0.2, 2, 1}, {0.2, 7, 1}, {0.2, 9, 2}, {0.2, 10, 2}, {0.2, 104, 21}, {0.29, 100, 29}, {0.9, 3, 2}, {0.9, 2, 1}} {
		w := HeldBack(c.share)(c.n)
		if len(w) != c.n {
			t.Fatalf("%d shares for %d pairs", len(w), c.n)
		}
		for i, x := range w {
			if i < c.held && x != 1/float64(c.held) || i >= c.held && x != 0 {
				t.Errorf("share %g: pair %d of %d weighs %g, %d are to be held back", c.share, i, c.n, x, c.held)
			}
		}
	}
}
