package results

import (
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/synthetic"
)

// The table of training shows what drift an arm was to match and where it ended, and says where it fell short. Without such an arm it is as it was.
func TestTrainingTableShowsMatchedDrifts(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	plain, err := outcome.New(synthetic.Set(synthetic.Small()))
	if err != nil {
		t.Fatal(err)
	}
	before := trainingTable(plain)
	arm := ""
	for i := range set.Study.Arms {
		if a := &set.Study.Arms[i]; a.Select == "congrad" {
			a.MatchKL, arm = set.Study.Reference, a.Name
		}
	}
	for _, seed := range set.Study.Seeds {
		for iteration := 1; iteration <= set.Study.Iterations; iteration++ {
			x := record.Matched{
				Seed: seed, Arm: arm, Iteration: iteration, Target: 0.04, Drift: 0.03 + 0.001*float64(seed), Steps: 5, All: 12, Reached: true,
				Checks: []record.Check{{}, {Step: 5, Drift: 0.03}, {Step: 6, Drift: 0.05}},
			}
			if seed == 3 && iteration == 2 {
				x.Reached, x.Drift = false, 0.01
			}
			set.Matched = append(set.Matched, x)
		}
	}
	synthetic.Shuffle(set)
	s, err := outcome.New(set)
	if err != nil {
		t.Fatal(err)
	}
	table := trainingTable(s)
	if len(table.Columns) != len(before.Columns)+3 || len(table.Rows) != len(before.Rows) {
		t.Fatalf("%d columns and %d rows, without a match %d and %d", len(table.Columns), len(table.Rows), len(before.Columns), len(before.Rows))
	}
	for _, row := range rowsOf(t, table, 2) {
		want := [3]string{"", "", ""}
		if row["arm"] == arm {
			want = [3]string{"0.04", map[string]string{"1": "0.032", "2": "0.0243333333"}[row["iteration"]], "12"}
		}
		if got := [3]string{row["drift to match"], row["drift matched"], row["steps without a match"]}; got != want {
			t.Errorf("%s, iteration %s: %v, want %v", row["arm"], row["iteration"], got, want)
		}
	}
	if notes := strings.Join(table.Footnotes, "\n"); !strings.Contains(notes, arm+" does not drift as far as joint in 1 of 6 rounds, not even by its last step (at least 0.25 of it)") {
		t.Error(notes)
	}
}
