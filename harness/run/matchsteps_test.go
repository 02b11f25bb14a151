package run

import "testing"

// Arms that match another's steps take as many, each of their models, at the same rates; pairs are met again or less often, and that is
// recorded. The arm that they match, and those that match nobody, are what they are without them.
func TestArmsMatchSteps(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	const more = `
[[arms]]
name = "mono"
select = "all"
policy = "mono"
match_steps = "joint"
[[arms]]
name = "longer"
select = "congrad"
match_steps = "joint"
[[arms]]
name = "shorter"
select = "all"
match_steps = "random"
[[arms]]
name = "drawn"
select = "random"
match = "longer"
match_steps = "joint"
`
	sets := []string{"iterations=2", "prompts.per_language=5", "train.epochs=2", "congrad.fidelity_pairs=0", "evaluate.tasks=[]"}
	plan := l.planOf(t, small+more, sets...)
	before := map[string]bool{}
	for _, s := range l.planOf(t, small, sets...).Stages {
		before[string(s.Key)] = true
	}
	for _, s := range plan.Stages {
		delete(before, string(s.Key))
	}
	if len(before) > 0 {
		t.Errorf("%d stages of the other arms have other keys", len(before))
	}
	files, err := l.run(t, t.Context(), plan, t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	type course struct {
		arm, lang string
		iteration int
	}
	records := load(t, files)
	rates, trained := map[course][]float64{}, map[course]int{}
	for _, s := range records.Steps {
		at := course{s.Arm, s.Lang, s.Iteration}
		rates[at] = append(rates[at], s.Rate)
		trained[at] += s.Pairs
	}
	for _, m := range []struct{ arm, lang, as string }{
		{"mono", "en", "joint"}, {"mono", "de", "joint"}, {"longer", "", "joint"}, {"shorter", "", "random"}, {"drawn", "", "joint"},
	} {
		for iteration := 1; iteration <= 2; iteration++ {
			got, want := rates[course{m.arm, m.lang, iteration}], rates[course{m.as, "", iteration}]
			if len(want) == 0 || len(got) != len(want) || got[0] != want[0] || got[len(got)-1] != want[len(want)-1] {
				t.Errorf("iteration %d: %s %s has the rates %v, %s has %v", iteration, m.arm, m.lang, got, m.as, want)
			}
			met := 0
			for _, p := range records.Pairs {
				if p.Arm == m.arm && p.Iteration == iteration && (m.lang == "" || p.Lang == m.lang) && p.Met != nil {
					met += *p.Met
				}
			}
			if n := trained[course{m.arm, m.lang, iteration}]; met != n {
				t.Errorf("iteration %d: %s %s trains %d times on a pair; recorded are %d", iteration, m.arm, m.lang, n, met)
			}
		}
	}
	if same := len(rates[course{"congrad", "", 1}]); same == len(rates[course{"joint", "", 1}]) {
		t.Errorf("all arms take %d steps, so nothing is matched", same)
	}
}
