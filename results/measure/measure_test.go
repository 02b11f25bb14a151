package measure

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

func study(t *testing.T, set *record.Set) *Study {
	t.Helper()
	s, err := New(set)
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

// No weighting, no averaging of averages: a win rate is the mean of the records.
func TestWinRateIsThePlainMean(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	s := study(t, set)
	for _, g := range s.Groups() {
		for _, a := range s.Arms {
			sum, exact, n := 0.0, 0.0, 0
			for _, e := range set.Evaluations {
				if e.Arm == a.Name && g.Has(e.Lang) {
					sum += e.Win
					exact += indicator(e.Known == 1)
					n++
				}
			}
			e := s.WinRate(a.Name, g)
			near(t, a.Name+" "+g.Name, e.Mean, sum/float64(n))
			near(t, "exact "+a.Name+" "+g.Name, s.Exact(a.Name, g).Mean, exact/float64(n))
			if e.N != n {
				t.Errorf("%s %s: n is %d, want %d", a.Name, g.Name, e.N, n)
			}
		}
	}
}

// Where every item has both arms, the paired difference is the difference of the means.
func TestDifferencesArePaired(t *testing.T) {
	s := study(t, synthetic.Set(synthetic.Small()))
	g, _ := s.Group("all")
	d := s.WinsMinus("congrad", "joint", g)
	near(t, "difference", d.Mean, s.WinRate("congrad", g).Mean-s.WinRate("joint", g).Mean)
	near(t, "bits", s.TaxMinus(BitsPerByte(), "", "congrad", "baseline", g).Mean,
		s.Tax(BitsPerByte(), "", "congrad", g).Mean-s.Tax(BitsPerByte(), "", "baseline", g).Mean)
	if apart := s.WinRate("congrad", g).SE + s.WinRate("joint", g).SE; d.SE >= apart {
		t.Errorf("pairing should not widen: standard error %g against %g", d.SE, apart)
	}
}

func TestItemsOfOneArmOnlyAreLeftOut(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	var fewer []record.Evaluation
	for _, e := range set.Evaluations {
		if e.Arm != "joint" || e.Seed == 1 {
			fewer = append(fewer, e)
		}
	}
	set.Evaluations = fewer
	s := study(t, set)
	g, _ := s.Group("all")
	if e := s.WinsMinus("congrad", "joint", g); e.Seeds != 1 || e.N != s.WinRate("joint", g).N {
		t.Errorf("got %d pairs over %d seeds", e.N, e.Seeds)
	}
}

// The untouched model does not depend on the training seed, so one evaluation of it serves all seeds.
func TestUntouchedArmMayHaveOneSeed(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	all := study(t, set)
	g, _ := all.Group("all")
	want := all.TaxMinus(Accuracy(), "", "congrad", "baseline", g)
	var fewer []record.Choice
	for _, c := range set.Choices {
		if c.Arm != "baseline" || c.Seed == 2 {
			fewer = append(fewer, c)
		}
	}
	set.Choices = fewer
	if got := study(t, set).TaxMinus(Accuracy(), "", "congrad", "baseline", g); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestLanguagesAndArmsKeepTheirOrder(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	s := study(t, set)
	var codes []string
	for _, l := range s.Languages {
		codes = append(codes, l.Code)
	}
	if d := cmp.Diff([]string{"en", "ar", "ja", "hi", "th", "sw"}, codes); d != "" {
		t.Error(d)
	}
	set.Study.Languages[0], set.Study.Languages[4] = set.Study.Languages[4], set.Study.Languages[0]
	if got := study(t, set).Languages[0].Code; got != "ar" {
		t.Errorf("a seen language comes first, got %s", got)
	}
}

func TestBrokenRecordsAreRefusedWithTheirCoordinates(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*record.Set)
		want  string
	}{
		"NaN": {
			func(s *record.Set) { s.Evaluations[0].Win = math.NaN() },
			"evaluation: seed 1, arm baseline, language en, item en-0000: holds the number NaN",
		},
		"infinity": {func(s *record.Set) { s.Steps[3].Loss = math.Inf(1) }, "steps: seed 1, arm joint, iteration 1, number 4: holds the number +Inf"},
		"twice":    {func(s *record.Set) { s.Choices = append(s.Choices, s.Choices[0]) }, "choices: seed 1, arm baseline, language en, task capitals, item en-000: recorded twice"},
		"arm":      {func(s *record.Set) { s.Passages[0].Arm = "jiont" }, `passages: seed 1, arm jiont, language en, task udhr, item en-000: the study has no arm "jiont"`},
		"language": {func(s *record.Set) { s.Pairs[0].Lang = "xx" }, `the study has no language "xx"`},
		"ragged":   {func(s *record.Set) { s.Consensus[0].Gram[1] = s.Consensus[0].Gram[1][:2] }, "gram[1] has 2 columns instead of 3"},
		"missing":  {func(s *record.Set) { s.Consensus[0].KeptGram = s.Consensus[0].KeptGram[:2] }, "kept_gram has 2 rows for 3 languages"},
		"arms":     {func(s *record.Set) { s.Study.Arms[1].Name = "baseline" }, "study: an arm is declared twice"},
		"langs":    {func(s *record.Set) { s.Study.Languages[1].Code = "en" }, "study: a language is declared twice"},
		"many": {func(s *record.Set) {
			for i := range s.Evaluations {
				s.Evaluations[i].Known = math.NaN()
			}
		}, "more of this kind"},
	} {
		set := synthetic.Set(synthetic.Small())
		c.spoil(set)
		_, err := New(set)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestOrderOfRecordsDoesNotMatter(t *testing.T) {
	want := study(t, synthetic.Set(synthetic.Small()))
	shuffled := synthetic.Set(synthetic.Small())
	synthetic.Shuffle(shuffled)
	if got := study(t, shuffled); !cmp.Equal(want.set, got.set) {
		t.Error("shuffled records were not put back in order")
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
	c := study(t, set).Conflicts()
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
	if d := cmp.Diff([]Selection{want}, s.Selections()); d != "" {
		t.Error(d)
	}
	examples := s.Examples("congrad")
	if len(examples) != 2 || examples[0].Prompt != "1" || examples[1].Prompt != "5" {
		t.Errorf("examples: got %+v", examples)
	}
	alignments := s.Alignments("congrad", 1)
	if d := cmp.Diff([]Alignment{{Lang: "en", Kept: []float64{0.9, 0.5}, Dropped: []float64{0.1, 0, -0.3}, Thresholds: []float64{0.5}}}, alignments); d != "" {
		t.Error(d)
	}
}

// The selecting arm is congrad, else the first that ranks by a measure: neither one that draws nor one that keeps all. Pairs
// that were held back from selection are met and not kept, and there is nothing else to say of them.
func TestSelectorIsAnyArmThatRanks(t *testing.T) {
	pair := func(arm, prompt string, gap, score float64, rank int, kept bool) record.Pair {
		return record.Pair{Seed: 1, Arm: arm, Iteration: 1, Lang: "en", Prompt: prompt, KnownGap: gap, Score: score, Rank: rank, Kept: kept}
	}
	set := &record.Set{
		Study: record.Study{Languages: []record.Language{{Code: "en", Seen: true}}, Iterations: 1, Arms: []record.Arm{
			{Name: "joint", Trained: true}, {Name: "random", Trained: true}, {Name: "held", Trained: true, Measure: "alignment with the held-back pairs"},
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
	if x := s.Selections()[2]; x.Pairs != 4 || x.Kept != 2 || x.AUROC != 1 {
		t.Errorf("got %+v", x)
	}
	if d := cmp.Diff([]Alignment{{Lang: "en", Kept: []float64{-0.3, -0.2}, Dropped: []float64{-0.4}, Thresholds: []float64{-0.3}}}, s.Alignments("held", 1)); d != "" {
		t.Error(d)
	}
	if examples := s.Examples("held"); len(examples) != 2 || examples[0].Prompt != "4" || examples[1].Prompt != "3" {
		t.Errorf("examples: got %+v", examples)
	}
	if p, _ := s.Sampling("en"); !p.Selected || p.Kept != 2 {
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
		Arm: "joint", At: []float64{0.25, 0.75, 1.25, 1.75}, Mean: []float64{5.5, 7.5, 5.5, 7.5},
		Low: []float64{0.5, 2.5, 0.5, 2.5}, High: []float64{10.5, 12.5, 10.5, 12.5}, Breaks: []int{0, 2},
	}}
	if d := cmp.Diff(want, study(t, set).Curves(Readings()[0], 2)); d != "" {
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
	if p, found := study(t, set).Sampling("en"); !found || p.Prompts != 11 {
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
	faith := study(t, set).Fidelity()
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
		Arms: []record.Arm{{Name: "congrad", Sketch: "flora", Rank: 2}}, Languages: []record.Language{{Code: "en", Seen: true}}, Iterations: 1, Parameters: 4000,
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
	f := s.Fidelity()[0]
	share, known := s.OfModel(f)
	if f.Kept.Mean != 0.75 || f.Kept.N != 4 || f.Bytes() != 400 || f.MostPairs != 5 || !known || share != 0.025 {
		t.Errorf("%+v, %g of the model", f, share)
	}
	if f.Rank.Mean != 1 || f.Rank.N != 8 {
		t.Errorf("rank correlation %+v", f.Rank)
	}
}
