package run

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"congrad/harness/config"
	"congrad/harness/record"
)

// The share is kept, languages are, and a pair swapped at one share is swapped at a larger one, whatever else there is.
func TestPlants(t *testing.T) {
	const n = 4000
	before := map[string]bool{}
	for _, share := range []float64{0, 0.1, 0.5, 1} {
		p := plant{config.Pair{Flip: share, FlipLanguages: []string{"de"}}, 3, 2}
		swapped := 0
		for i := range n {
			x := pair{Lang: "de", Prompt: fmt.Sprint(i), Chosen: side{Text: "right"}, Rejected: side{Text: "wrong"}, Gap: 0.25, KnownGap: 0.75}
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
		x := pair{Lang: "de", Prompt: fmt.Sprint(i)}
		other := plant{all.rules, 4, 2}
		if all.swapped(x).Planted == other.swapped(x).Planted {
			agree++
		}
	}
	if math.Abs(float64(agree)/n-0.5) > 0.05 {
		t.Errorf("two seeds agree on %d of %d pairs, want a half", agree, n)
	}
}

// Planting in one language leaves the pairs of the others as they were, and the records say which pairs it was.
func TestPlantedRun(t *testing.T) {
	b := newBench(t)
	pairs := map[string][]record.Pair{}
	for _, flip := range []string{"0", "1"} {
		plan := b.plan(t, "pair.flip="+flip, `pair.flip_languages=["de"]`, "judge.kind=reference", "prompts.per_language=8")
		files, err := b.run(t, context.Background(), plan, t.TempDir(), &follower{})
		if err != nil {
			t.Fatal(err)
		}
		if flip == "0" && strings.Contains(string(files["pairs.jsonl"]), "planted") {
			t.Error("records of an experiment without planted pairs speak of them")
		}
		if pairs[flip], err = record.Decode[record.Pair](files["pairs.jsonl"], "pairs.jsonl", "pairs"); err != nil {
			t.Fatal(err)
		}
	}
	counts := map[string]int{}
	for i, was := range pairs["0"] {
		is := pairs["1"][i]
		counts[was.Lang]++
		swapped := was.Lang == "de"
		if swapped {
			was.Chosen, was.Rejected, was.ChosenTokens, was.RejectedTokens = was.Rejected, was.Chosen, was.RejectedTokens, was.ChosenTokens
			was.KnownGap = 0 - was.KnownGap
		}
		if is.Planted != swapped || is.Chosen != was.Chosen || is.Rejected != was.Rejected || is.ChosenTokens != was.ChosenTokens || is.KnownGap != was.KnownGap || is.Gap != was.Gap {
			t.Errorf("pair %d was %+v and is %+v", i, was, is)
		}
		if was.Gap <= 0 || !swapped && was.KnownGap != was.Gap {
			t.Errorf("the reference judge's gap is %g, the known one %g", was.Gap, was.KnownGap)
		}
	}
	if counts["de"] == 0 || counts["en"] == 0 {
		t.Fatalf("there are pairs of %v: the test needs both languages", counts)
	}
}
