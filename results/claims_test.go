package results

import (
	"fmt"
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

// The difference of a claim is that of the other tables, and the verdict is what the made-up study was made with.
func TestClaimsAreAnswered(t *testing.T) {
	size := synthetic.Small()
	size.Prompts, size.Seeds, size.Pairs = 200, 4, 60
	set := synthetic.Set(size)
	for i := range set.Evaluations {
		if e := &set.Evaluations[i]; e.Arm == "random" { // wins on every second fact
			e.Win = []float64{1, 0.5}[int(e.Cluster[len(e.Cluster)-1])%2]
		}
	}
	claim := func(text, measure, arm, minus, group, direction string, effect float64) {
		set.Study.Claims = append(set.Study.Claims, record.Claim{Text: text, Measure: measure, Arm: arm, Minus: minus, Group: group, Direction: direction, Effect: effect})
	}
	claim("training helps", "win rate", "random", "baseline", "seen", "greater", 0.01)
	claim("training harms", "win rate", "random", "baseline", "seen", "less", 0.01)
	claim("training at most helps a little", "win rate", "random", "baseline", "seen", "within", 0.01)
	claim("filtering helps", "win rate", "congrad", "joint", "seen", "greater", 0.01)
	claim("the same arm", "win rate", "joint", "joint", "seen", "greater", 0.05)
	claim("no tax", "accuracy", "congrad", "baseline", "all", "within", 0.001)
	claim("of no task", "exact match", "congrad", "baseline", "all", "within", 0.01)
	claim("decisions", "decisions", "congrad", "", "seen", "within", 0.99)
	claim("strong languages", "exact", "congrad", "joint", "strong", "greater", 0.5)
	claim("equal length", "win rate at equal length", "congrad", "joint", "seen", "greater", 0.01)
	claim("equal length, base", "win rate at equal length", "congrad", "baseline", "seen", "greater", 0.01)
	files := rendered(t, set)
	got := rows(t, files["tables/claims.csv"])
	want := []string{"supported", "refuted", "refuted"}
	for i, w := range want {
		if got[i]["verdict"] != w {
			t.Errorf("%s: %v, want %s", got[i]["claim"], got[i], w)
		}
	}
	main := rows(t, files["tables/main.csv"])
	for i, r := range main {
		if main[i]["languages"] == "seen" && r["arm"] == "congrad" {
			for _, field := range []string{"", " low", " high"} {
				if got[3]["difference"+field] != r["minus joint"+field] {
					t.Errorf("the claim has %v, main %v", got[3], r)
				}
			}
		}
	}
	if got[4]["verdict"] != "no difference larger than 0.05" || got[4]["difference"] != "0" {
		t.Errorf("an arm and itself: %v", got[4])
	}
	if got[5]["verdict"] != "not settled" || got[6]["verdict"] != "not settled" || got[6]["n"] != "" || got[6]["seeds"] != "" {
		t.Errorf("%v, %v", got[5], got[6])
	}
	if got[7]["minus"] != "" || got[7]["verdict"] != "supported" || strings.HasPrefix(got[7]["difference low"], "-") {
		t.Errorf("%v", got[7])
	}
	if got[8]["verdict"] != "no difference larger than 0.5" || got[8]["n"] == "" {
		t.Errorf("%v", got[8])
	}
	lengths := rows(t, files["tables/lengths.csv"])
	for _, r := range lengths {
		if r["languages"] == "seen" && r["arm"] == "congrad" && (r["minus joint"] != "" && r["minus joint at equal length"] != "" && r["minus joint at equal length"] != got[9]["difference"]) {
			t.Errorf("%v, in lengths %v", got[9], r)
		}
	}
	if got[10]["n"] == "" || got[10]["verdict"] != "supported" {
		t.Errorf("%v", got[10])
	}
	report := strings.Join(strings.Fields(string(files["report.md"])), " ")
	glance, run := strings.Index(report, "## At a glance"), strings.Index(report, "## What was run")
	if at := strings.Index(report, "Supported: training helps (win rate +0.25"); glance < 0 || at < glance || run < at {
		t.Errorf("at a glance:\n%s", report[max(0, glance):run])
	}
	for _, text := range []string{"Scope: model tiny (1.2 M parameters)", "4 arms, 4 seeds, 1200 evaluation prompts in 200 clusters", "Not settled: of no task (nothing was measured)"} {
		if !strings.Contains(report[:run], text) {
			t.Errorf("at a glance does not say %q:\n%s", text, report[:run])
		}
	}
}

// Nothing is settled about numbers that are no result, and without claims the report says that it tests none.
func TestClaimsAboutNoResult(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	if report := string(rendered(t, set)["report.md"]); !strings.Contains(report, "No claim was made before the run") {
		t.Error("without claims the report does not say so")
	}
	for i := range set.Evaluations {
		if e := &set.Evaluations[i]; e.Arm == "congrad" {
			e.Text, e.Known, e.Win = "the same", 0, 0
		}
	}
	set.Study.Claims = []record.Claim{{Text: "filtering harms", Measure: "win rate", Arm: "congrad", Minus: "joint", Group: "seen", Direction: "less", Effect: 0.01}}
	files := rendered(t, set)
	if got := rows(t, files["tables/claims.csv"])[0]; got["verdict"] != "not settled" || !strings.Contains(string(files["tables/claims.txt"]), "no result is not settled") {
		t.Errorf("%v\n%s", got, files["tables/claims.txt"])
	}
}

// Records whose claims cannot be answered are refused with what is wrong.
func TestClaimsThatCannotBeAnswered(t *testing.T) {
	good := record.Claim{Text: "x", Measure: "exact", Arm: "congrad", Minus: "joint", Group: "seen", Direction: "greater", Effect: 0.01}
	for want, spoil := range map[string]func(*record.Claim){
		`no measure is called "exactly"`:                               func(c *record.Claim) { c.Measure = "exactly" },
		`no group or language is called "xx"`:                          func(c *record.Claim) { c.Group = "xx" },
		`no direction is called "up"`:                                  func(c *record.Claim) { c.Direction = "up" },
		`the study has no arm "other"`:                                 func(c *record.Claim) { c.Minus = "other" },
		`the smallest effect of interest is 0; want a positive number`: func(c *record.Claim) { c.Effect = 0 },
	} {
		set := synthetic.Set(synthetic.Small())
		c := good
		spoil(&c)
		set.Study.Claims = []record.Claim{good, c}
		_, err := render(set, false)
		if full := fmt.Sprintf("study: claim 2: %s", want); err == nil || !strings.Contains(err.Error(), full) {
			t.Errorf("%v, want %s", err, full)
		}
	}
}

// With several models intervals are over the models: the same as if all runs of a model were one.
func TestSeveralModels(t *testing.T) {
	size := synthetic.Small()
	size.Seeds, size.Prompts = 4, 40
	set := synthetic.Set(size)
	set.Study.Claims = []record.Claim{{Text: "x", Measure: "win rate", Arm: "congrad", Minus: "joint", Group: "seen", Direction: "greater", Effect: 0.01}}
	alone := rows(t, rendered(t, set)["tables/claims.csv"])[0]
	set.Study.Bases = []record.Base{{Name: "a", Weights: "1", Seeds: []uint64{1, 3}}, {Name: "b", Weights: "2", Seeds: []uint64{2, 4}}}
	files := rendered(t, set)
	both := rows(t, files["tables/claims.csv"])[0]
	if alone["seeds"] != "4" || both["seeds"] != "2" || alone["difference"] != both["difference"] || parsed(t, both, "difference high") <= parsed(t, alone, "difference high") {
		t.Errorf("one model %v, two %v", alone, both)
	}
	for _, want := range []string{"4 seeds on 2 models", "the seeds start from 2 models in turn (a and b)"} {
		if !strings.Contains(string(files["report.md"]), want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	if !strings.Contains(string(files["tables/facts.txt"]), "starts from b") {
		t.Errorf("%s", files["tables/facts.txt"])
	}
}
