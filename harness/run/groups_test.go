package run

import (
	"context"
	"slices"
	"strings"
	"testing"

	"congrad/harness/kind/training"
	"congrad/results"

	"github.com/google/go-cmp/cmp"
)

// grouped is small with an arm whose models are for groups of languages, and one with a model for each language.
const grouped = small + `
[[arms]]
name = "groups"
select = "all"
policy = "mono"
groups = ["de en"]
[[arms]]
name = "apart"
select = "all"
policy = "mono"
groups = ["de", "en"]
[[arms]]
name = "mono"
select = "all"
policy = "mono"
train.batch_pairs = 1
`

// A group of all seen languages is joint training, and groups of one language are models of one language whose batches are that language's part.
func TestGroups(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	plan := l.planOf(t, grouped, "iterations=2")
	files, err := l.run(t, context.Background(), plan, t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	if _, err := results.Render(set); err != nil {
		t.Errorf("the study cannot be reported: %v", err)
	}
	type answer struct{ prompt, text string }
	answers := map[string][]answer{}
	for _, e := range set.Evaluations {
		if e.Lang != "sw" { // in which groups have no model
			answers[e.Arm] = append(answers[e.Arm], answer{e.Prompt, e.Text})
		} else if slices.Contains([]string{"groups", "apart", "mono"}, e.Arm) {
			t.Errorf("%s answers in sw", e.Arm)
		}
	}
	for name, as := range map[string]string{"groups": "joint", "apart": "mono"} {
		compare := func(a, b answer) int { return strings.Compare(a.prompt, b.prompt) }
		slices.SortFunc(answers[name], compare)
		slices.SortFunc(answers[as], compare)
		if d := cmp.Diff(answers[as], answers[name], cmp.AllowUnexported(answer{})); d != "" || len(answers[name]) == 0 {
			t.Errorf("%s does not answer as %s: %s", name, as, d)
		}
	}
	for _, r := range plan.rounds {
		w, err := workOf(r.train)
		if err != nil {
			t.Fatal(err)
		}
		x, ok := w.(training.Train)
		want := map[string]int{"groups": 2, "apart": 1, "mono": 1}[r.arm.Name]
		if want > 0 && (!ok || x.Train.BatchPairs != want) {
			t.Errorf("%s has batches of %d, want %d", r.arm.Name, x.Train.BatchPairs, want)
		}
	}
}
