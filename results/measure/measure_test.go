package measure

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"congrad/harness/record"
	"congrad/results/records"
)

func study(t *testing.T, set *record.Set) *records.Study {
	t.Helper()
	s, err := records.New(set)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) < 1e-12) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

// The rows of a Gram matrix may come in any order of languages.
func TestConflictFollowsTheStudysOrder(t *testing.T) {
	set := &record.Set{
		Study: record.Study{
			Arms:      []record.Arm{{Name: "congrad", Trained: true}},
			Languages: []record.Language{{Code: "a", Seen: true}, {Code: "b", Seen: true}, {Code: "c", Seen: true}}, Iterations: 1,
		},
		Consensus: []record.Consensus{
			{Seed: 1, Arm: "congrad", Iteration: 1, Languages: []string{"c", "a", "b"}, MeanGram: [][]float64{{4, 2, 0}, {2, 1, -0.5}, {0, -0.5, 1}}},
			{Seed: 2, Arm: "congrad", Iteration: 1, Languages: []string{"a", "b", "c"}, MeanGram: [][]float64{{1, -0.1, 1}, {-0.1, 1, 0}, {1, 0, 1}}},
		},
	}
	for i := range set.Consensus {
		set.Consensus[i].Gram = set.Consensus[i].MeanGram
	}
	c := Conflicts(study(t, set))
	if len(c) != 1 || c[0].Rounds != 2 || c[0].After != nil {
		t.Fatalf("got %+v", c)
	}
	near(t, "cosine of a and b", c[0].Before[0][1], (-0.5-0.1)/2)
	near(t, "cosine of a and c", c[0].Before[0][2], 1)
	spread := c[0].Spread(c[0].Before)
	if spread.Pairs != 3 || spread.Negative != 1 || spread.LowestA != "a" || spread.LowestB != "b" {
		t.Errorf("got %+v", spread)
	}
	near(t, "mean", spread.Mean, (-0.3+1+0)/3)
}

func TestSelectionCountsRightPairs(t *testing.T) {
	pair := func(prompt string, gap, score float64, rank int, kept bool) record.Pair {
		return record.Pair{Seed: 1, Arm: "congrad", Iteration: 1, Lang: "en", Prompt: prompt, KnownGap: gap, Score: score, Rank: rank, Kept: kept}
	}
	set := &record.Set{
		Study: record.Study{Arms: []record.Arm{{Name: "congrad", Trained: true}}, Languages: []record.Language{{Code: "en", Seen: true}}, Iterations: 1},
		Pairs: []record.Pair{pair("1", 1, 0.9, 1, true), pair("2", -1, 0.5, 2, true), pair("3", 1, 0.1, 3, false), pair("4", 0, 0, 4, false), pair("5", -1, -0.3, 5, false)},
	}
	want := Selection{
		Arm: "congrad", Iteration: 1, Pairs: 5, Kept: 2, Told: 4, ToldKept: 2, ToldDropped: 2,
		Right: 2, RightKept: 1, RightDropped: 1, AUROC: 0.75, AUROCKnown: true,
	}
	s := study(t, set)
	if d := cmp.Diff([]Selection{want}, Selections(s)); d != "" {
		t.Error(d)
	}
	examples := Examples(s, "congrad")
	if len(examples) != 2 || examples[0].Prompt != "1" || examples[1].Prompt != "5" {
		t.Errorf("examples: got %+v", examples)
	}
	alignments := Alignments(s, "congrad", 1)
	if d := cmp.Diff([]Alignment{{Lang: "en", Kept: []float64{0.9, 0.5}, Dropped: []float64{0.1, 0, -0.3}, Thresholds: []float64{0.5}}}, alignments); d != "" {
		t.Error(d)
	}
}

// The selecting arm is congrad, else the first that ranks by a measure: neither one that draws nor one that keeps all. Pairs
// that were held back from selection are counted and not kept, and there is nothing else to say of them.
func TestSelectorIsAnyArmThatRanks(t *testing.T) {
	pair := func(arm, prompt string, gap, score float64, rank int, kept bool) record.Pair {
		return record.Pair{Seed: 1, Arm: arm, Iteration: 1, Lang: "en", Prompt: prompt, KnownGap: gap, Score: score, Rank: rank, Kept: kept}
	}
	set := &record.Set{
		Study: record.Study{Languages: []record.Language{{Code: "en", Seen: true}}, Iterations: 1, Arms: []record.Arm{
			{Name: "joint", Trained: true}, {Name: "random", Trained: true}, {Name: "held", Trained: true, Select: "validation", Keep: &record.Keep{Share: 0.5}},
		}},
		Pairs: []record.Pair{
			pair("joint", "1", 1, 0, 0, true),
			pair("random", "1", 1, 0.4, 1, true), pair("random", "2", -1, 0.3, 2, false),
			pair("held", "1", 1, -0.3, 2, true), pair("held", "2", -1, 0, 0, false), pair("held", "3", -1, -0.4, 3, false), pair("held", "4", 1, -0.2, 1, true),
		},
	}
	s := study(t, set)
	selector := s.Selector()
	if selector == nil || selector.Name != "held" {
		t.Fatalf("got %+v", selector)
	}
	if x := Selections(s)[2]; x.Pairs != 4 || x.Kept != 2 || x.AUROC != 1 {
		t.Errorf("got %+v", x)
	}
	if d := cmp.Diff([]Alignment{{Lang: "en", Kept: []float64{-0.3, -0.2}, Dropped: []float64{-0.4}, Thresholds: []float64{-0.3}}}, Alignments(s, "held", 1)); d != "" {
		t.Error(d)
	}
	if examples := Examples(s, "held"); len(examples) != 2 || examples[0].Prompt != "4" || examples[1].Prompt != "3" {
		t.Errorf("examples: got %+v", examples)
	}
	if p, _ := SamplingOf(s, "en"); !p.Selected || p.Kept != 2 {
		t.Errorf("the data table would show %d kept pairs", p.Kept)
	}
}

func TestCurvesAverageSeedsAndStretches(t *testing.T) {
	set := &record.Set{Study: record.Study{Arms: []record.Arm{{Name: "joint", Trained: true}}, Iterations: 2}}
	for seed := range uint64(2) {
		for iteration := 1; iteration <= 2; iteration++ {
			for step := range 4 {
				set.Steps = append(set.Steps, record.Step{Seed: seed, Arm: "joint", Iteration: iteration, Step: step + 1, Loss: float64(step) + 10*float64(seed)})
			}
		}
	}
	want := []Curve{{
		Arm: "joint", Steps: 8, At: []float64{1, 3, 5, 7}, Mean: []float64{5.5, 7.5, 5.5, 7.5},
		Low: []float64{0.5, 2.5, 0.5, 2.5}, High: []float64{10.5, 12.5, 10.5, 12.5}, Breaks: []int{0, 2},
	}}
	if d := cmp.Diff(want, Curves(study(t, set), Readings()[0], 2)); d != "" {
		t.Error(d)
	}
}

func TestSamplingCountsTheSharedIterationOnce(t *testing.T) {
	set := &record.Set{
		Study: record.Study{
			Arms:      []record.Arm{{Name: "baseline"}, {Name: "joint", Trained: true}},
			Languages: []record.Language{{Code: "en", Seen: true}},
		},
		Pairing: []record.Pairing{
			{Seed: 1, Arm: "baseline", Iteration: 1, Lang: "en", Prompts: 5},
			{Seed: 2, Arm: "baseline", Iteration: 1, Lang: "en", Prompts: 6},
			{Seed: 1, Arm: "joint", Iteration: 1, Lang: "en", Prompts: 5},
			{Seed: 1, Arm: "joint", Iteration: 2, Lang: "en", Prompts: 7},
		},
	}
	if p, found := SamplingOf(study(t, set), "en"); !found || p.Prompts != 11 {
		t.Errorf("got %d prompts", p.Prompts)
	}
}

func TestFidelityKeepsSeedsApart(t *testing.T) {
	set := &record.Set{Study: record.Study{
		Arms: []record.Arm{{Name: "congrad", Trained: true}}, Languages: []record.Language{{Code: "en", Seen: true}}, Iterations: 1,
	}}
	for i := range 4 {
		v := float64(i)
		set.Fidelity = append(set.Fidelity,
			record.Fidelity{Seed: 1, Arm: "congrad", Iteration: 1, Lang: "en", Exact: v, Sketched: v},
			record.Fidelity{Seed: 2, Arm: "congrad", Iteration: 1, Lang: "en", Exact: v, Sketched: 100 - v},
			record.Fidelity{Seed: 3, Arm: "congrad", Iteration: 1, Lang: "en", Exact: 1, Sketched: v})
	}
	faith := Fidelity(study(t, set))
	if len(faith) != 1 {
		t.Fatalf("%d arms and iterations", len(faith))
	}
	f := faith[0]
	if f.Pairs != 12 || f.Seeds != 2 || f.Rank.Mean != 0 || f.Rank.Seeds != 2 || f.Lowest != -1 || f.Kept.N != 0 {
		t.Errorf("%+v", f)
	}
}

// Kept alike is the share of what exact scores keep; a sketch is counted in float32, and the pairs of the largest round.
func TestFidelityCountsWhatIsKeptAndTaken(t *testing.T) {
	set := &record.Set{Study: record.Study{
		Arms: []record.Arm{{Name: "congrad", Sketch: &record.Sketch{Kind: "flora", Rank: 2}}}, Languages: []record.Language{{Code: "en", Seen: true}}, Iterations: 1, Model: record.Model{Parameters: 4000},
	}}
	for i := range 8 {
		set.Fidelity = append(set.Fidelity, record.Fidelity{
			Seed: 1, Arm: "congrad", Iteration: 1, Lang: "en", Prompt: fmt.Sprint(i),
			Exact: float64(i), Sketched: float64(i * i), ExactKept: i >= 4, SketchedKept: i >= 3 && i != 5,
		})
		set.Pairs = append(set.Pairs, record.Pair{Seed: uint64(1 + i/5), Arm: "congrad", Iteration: 1, Lang: "en", Prompt: fmt.Sprint(i)})
	}
	set.Consensus = []record.Consensus{{Seed: 1, Arm: "congrad", Iteration: 1, Numbers: 100}}
	s := study(t, set)
	f := Fidelity(s)[0]
	share, known := OfModel(s, f)
	if f.Kept.Mean != 0.75 || f.Kept.N != 4 || f.Bytes() != 400 || f.MostPairs != 5 || !known || share != 0.025 {
		t.Errorf("%+v, %g of the model", f, share)
	}
	if f.Rank.Mean != 1 || f.Rank.N != 8 {
		t.Errorf("rank correlation %+v", f.Rank)
	}
}
