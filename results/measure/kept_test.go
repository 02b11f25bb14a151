package measure

import (
	"testing"

	"congrad/harness/record"

	"github.com/google/go-cmp/cmp"
)

// Three of four and one of four are a half, between a quarter and three quarters; a language whose pairs are all dropped counts.
func TestKeptShares(t *testing.T) {
	set := &record.Set{Study: record.Study{
		Arms:  []record.Arm{{Name: "joint", Trained: true}, {Name: "congrad", Trained: true}},
		Seeds: []uint64{1, 2}, Iterations: 1, Languages: []record.Language{{Code: "en", Seen: true}, {Code: "ar", Seen: true}, {Code: "ja", Seen: true}},
	}}
	for seed, kept := range map[uint64]int{1: 3, 2: 1} {
		for i := range 4 {
			prompt := string(rune('a' + i))
			set.Pairs = append(set.Pairs,
				record.Pair{Seed: seed, Arm: "congrad", Iteration: 1, Lang: "en", Prompt: prompt, Rank: i + 1, Kept: i < kept},
				record.Pair{Seed: seed, Arm: "joint", Iteration: 1, Lang: "en", Prompt: prompt, Kept: true})
		}
	}
	set.Pairs = append(set.Pairs, record.Pair{Seed: 2, Arm: "congrad", Iteration: 1, Lang: "ar", Rank: 1})
	s := study(t, set)
	want := []KeptShare{{Lang: "en", Mean: 0.5, Low: 0.25, High: 0.75, Pairs: 8}, {Lang: "ar", Pairs: 1}}
	if d := cmp.Diff(want, KeptShares(s, "congrad", 1)); d != "" {
		t.Error(d)
	}
	if list := KeptShares(s, "joint", 1); list != nil {
		t.Errorf("an arm that keeps all has shares: %v", list)
	}
}
