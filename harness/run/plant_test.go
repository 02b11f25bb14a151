package run

import (
	"context"
	"strings"
	"testing"

	"congrad/harness/record"
)

// Planting in one language leaves the pairs of the others as they were, and the records say which pairs it was.
func TestPlantedRun(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	pairs := map[string][]record.Pair{}
	for _, flip := range []string{"0", "1"} {
		plan := l.plan(t, "pair.flip="+flip, `pair.flip_languages=["de"]`, "judge.kind=reference", "prompts.per_language=8")
		files, err := l.run(t, context.Background(), plan, t.TempDir(), &follower{})
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
