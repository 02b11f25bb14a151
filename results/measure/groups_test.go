package measure

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Two blocs are found, whatever the order of their languages, and then the tighter halves of one of them.
func TestGroupings(t *testing.T) {
	codes := []string{"a", "x", "b", "y", "c"}
	of := map[string]float64{"ab": 0.6, "ac": 0.4, "bc": 0.5, "xy": 0.8}
	cosines := make([][]float64, len(codes))
	for i, a := range codes {
		for j, b := range codes {
			c := of[min(a, b)+max(a, b)]
			if i == j {
				c = 1
			} else if c == 0 {
				c = -0.2
			}
			cosines[i] = append(cosines[i], c)
		}
	}
	got := Groupings(codes, cosines, 3)
	if d := cmp.Diff([][][]string{{{"a", "b", "c"}, {"x", "y"}}, {{"a", "b"}, {"x", "y"}, {"c"}}}, [][][]string{got[0].Groups, got[1].Groups}); d != "" || len(got) != 2 {
		t.Fatal(d)
	}
	if math.Abs(got[0].Within-(0.6+0.4+0.5+0.8)/4) > 1e-12 || math.Abs(got[0].Between+0.2) > 1e-12 {
		t.Errorf("within %g, between %g", got[0].Within, got[0].Between)
	}
	if math.Abs(got[1].Within-0.7) > 1e-12 || math.Abs(got[1].Between-(0.4+0.5-0.2*6)/8) > 1e-12 {
		t.Errorf("within %g, between %g", got[1].Within, got[1].Between)
	}
}
