package sampling

import (
	"fmt"
	"math"
	"testing"

	"congrad/harness/config"
	"congrad/harness/kind"
)

// The share is kept, languages are, and a pair swapped at one share is swapped at a larger one, whatever else there is.
func TestPlants(t *testing.T) {
	const n = 4000
	before := map[string]bool{}
	for _, share := range []float64{0, 0.1, 0.5, 1} {
		p := plant{config.Pair{Flip: share, FlipLanguages: []string{"de"}}, 3, 2}
		swapped := 0
		for i := range n {
			x := kind.Pair{Lang: "de", Prompt: fmt.Sprint(i), Chosen: kind.Side{Text: "right"}, Rejected: kind.Side{Text: "wrong"}, Gap: 0.25, KnownGap: 0.75}
			other := x
			other.Lang = "en"
			if got := p.swapped(other); got.Planted || got.Chosen.Text != "right" {
				t.Fatalf("a language that is not listed is planted: %+v", got)
			}
			got := p.swapped(x)
			if got.Gap != x.Gap {
				t.Fatalf("the judge's gap becomes %g", got.Gap)
			}
			if !got.Planted {
				if before[x.Prompt] || got.KnownGap != 0.75 || got.Chosen.Text != "right" {
					t.Fatalf("share %g: %+v", share, got)
				}
				continue
			}
			swapped++
			before[x.Prompt] = true
			if got.KnownGap != -0.75 || got.Chosen.Text != "wrong" || got.Rejected.Text != "right" {
				t.Fatalf("share %g: %+v", share, got)
			}
		}
		if off := math.Abs(float64(swapped)/n - share); off > 4*math.Sqrt(share*(1-share)/n) {
			t.Errorf("%d of %d are swapped, want a share of %g", swapped, n, share)
		}
	}
	all := plant{config.Pair{Flip: 0.5}, 3, 2}
	agree := 0
	for i := range n {
		x := kind.Pair{Lang: "de", Prompt: fmt.Sprint(i)}
		other := plant{all.rules, 4, 2}
		if all.swapped(x).Planted == other.swapped(x).Planted {
			agree++
		}
	}
	if math.Abs(float64(agree)/n-0.5) > 0.05 {
		t.Errorf("two seeds agree on %d of %d pairs, want a half", agree, n)
	}
}
