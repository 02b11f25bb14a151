package training

import (
	"testing"

	"congrad/harness/kind"
	"congrad/harness/loss"
	"congrad/harness/nn"
	"congrad/harness/stage"
	"congrad/harness/store"
	"congrad/harness/train"

	"github.com/google/go-cmp/cmp"
)

// A flipped pair is the pair with its answers swapped before anything was computed, under every loss; a faded one has its weight, and what
// is neither kept, flipped nor weighted is left out.
func TestWhatIsTrainedOn(t *testing.T) {
	side := func(tokens ...int) kind.Side { return kind.Side{Tokens: tokens} }
	under := func(sum float64, tokens int) loss.AnswerLogProb {
		return loss.AnswerLogProb{Sum: sum, Head: sum / 3, Tokens: tokens}
	}
	pairs := []kind.Pair{
		{Lang: "en", Ask: []int{1}, Chosen: side(2, 3), Rejected: side(4)},
		{Lang: "de", Ask: []int{5}, Chosen: side(6), Rejected: side(7, 2, 1)},
		{Lang: "de", Ask: []int{5}, Chosen: side(1), Rejected: side(2)},
		{Lang: "en", Ask: []int{6}, Chosen: side(3), Rejected: side(5)},
	}
	reference := []loss.PairLogProb{{Chosen: under(-2, 2), Rejected: under(-1.5, 1)}, {Chosen: under(-0.3, 1), Rejected: under(-4, 3)}, {}, {Chosen: under(-1, 1), Rejected: under(-3, 1)}}
	choices := []kind.Choice{{Rank: 1, Kept: true}, {Rank: 2, Flipped: true}, {Rank: 3}, {Rank: 4, Weight: 0.25}}
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	put := func(name string, list any) stage.Ref {
		t.Helper()
		var files stage.Files
		var key string
		switch list := list.(type) {
		case []kind.Pair:
			files, err = stage.Output(name, list)
		case []loss.PairLogProb:
			files, err = stage.Output(name, list)
		case []kind.Choice:
			files, err = stage.Output(name, list)
		}
		if err == nil {
			key, err = store.Meta{Kind: name}.Key()
		}
		if err == nil {
			err = st.Put(key, store.Meta{Kind: name}, files)
		}
		if err != nil {
			t.Fatal(err)
		}
		return stage.Ref(key)
	}
	p, r, c := put("pairs", pairs), put("reference", reference), put("choices", choices)
	swap := func(p loss.PairLogProb) loss.PairLogProb {
		return loss.PairLogProb{Chosen: p.Rejected, Rejected: p.Chosen}
	}
	for _, k := range loss.Kinds() {
		l := loss.Loss{Kind: k.Name, Beta: 0.5, LengthPenalty: 0.1, LDAlpha: 0.5}
		got, err := Train{Pairs: p, Reference: r, Selection: c, Languages: []string{"en", "de"}, Loss: l}.kept(stage.Shelf{Store: st})
		if err != nil {
			t.Fatal(err)
		}
		want := []train.Pair{
			{Chosen: nn.Row{Prompt: []int{1}, Answer: []int{2, 3}}, Rejected: nn.Row{Prompt: []int{1}, Answer: []int{4}}, Reference: l.Reference(reference[0])},
			{Chosen: nn.Row{Prompt: []int{5}, Answer: []int{7, 2, 1}}, Rejected: nn.Row{Prompt: []int{5}, Answer: []int{6}}, Reference: l.Reference(swap(reference[1])), Language: 1},
			{Chosen: nn.Row{Prompt: []int{6}, Answer: []int{3}}, Rejected: nn.Row{Prompt: []int{6}, Answer: []int{5}}, Reference: l.Reference(reference[3]), Weight: 0.25},
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", k.Name, d)
		}
	}
}
