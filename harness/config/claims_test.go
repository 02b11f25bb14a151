package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// declared is the good file with claims.
const declared = good + `
[[arms]]
name = "joint"
select = "all"

[[claims]]
text = "filtering helps"
measure = "win rate"
arms = ["congrad"]
group = "seen"
direction = "greater"
effect = 0.02

[[claims]]
text = "and costs nothing"
measure = "accuracy"
task = "facts"
arms = ["random", "baseline"]
group = "sw"
direction = "within"
effect = 0.03

[[claims]]
text = "compression changes few decisions"
measure = "decisions"
arms = ["congrad"]
direction = "within"
effect = 0.1
`

func TestClaims(t *testing.T) {
	e, err := load(declared)
	if err != nil {
		t.Fatal(err)
	}
	want := []Claim{
		{"filtering helps", "win rate", "", []string{"congrad"}, "seen", "greater", 0.02},
		{"and costs nothing", "accuracy", "facts", []string{"random", "baseline"}, "sw", "within", 0.03},
		{"compression changes few decisions", "decisions", "", []string{"congrad"}, "seen", "within", 0.1},
	}
	if d := cmp.Diff(want, e.Claims); d != "" {
		t.Error(d)
	}
	var pairs []string
	for _, c := range e.Claims {
		arm, other := c.Compares(e.Evaluate.Reference)
		pairs = append(pairs, arm+" - "+other)
	}
	if d := cmp.Diff([]string{"congrad - joint", "random - baseline", "congrad - "}, pairs); d != "" {
		t.Error(d)
	}
	again, err := load(string(e.Resolved()))
	if err != nil {
		t.Fatalf("%v\n%s", err, e.Resolved())
	}
	if d := cmp.Diff(e.Claims, again.Claims); d != "" {
		t.Error(d)
	}
}

func TestClaimErrors(t *testing.T) {
	at := func(line string) string { // of the declared file
		before, _, found := strings.Cut(declared, line)
		if !found {
			t.Fatalf("no line %q", line)
		}
		return "x.toml:" + itoa(1+strings.Count(before, "\n")) + ": "
	}
	rate, seen, both, one := `measure = "win rate"`, `group = "seen"`, `arms = ["random", "baseline"]`, `arms = ["congrad"]`
	for name, c := range map[string]struct{ old, new, want string }{
		"no samples":     {rate, `measure = "sampled win rate"`, at(rate) + `the 1st claim: measure: "sampled win rate" needs sampled answers, but evaluate.samples is 0`},
		"an arm":         {both, `arms = ["randon", "baseline"]`, at(both) + `the 2nd claim: arms: the 1st entry, "randon": no such arm; did you mean "random"?`},
		"three arms":     {both, `arms = ["random", "baseline", "joint"]`, at(both) + `the 2nd claim: arms: want two arms, the claim being about the first minus the second, or one arm, which is compared with the reference arm; got 3`},
		"no arm":         {both, `arms = []`, at(both) + `the 2nd claim: arms: is empty: two arms: the claim is about the first minus the second; one arm: about it minus evaluate.reference`},
		"one arm twice":  {both, `arms = ["random", "random"]`, at(both) + `the 2nd claim: arms: the 2nd entry, random, is a duplicate`},
		"the reference":  {one, `arms = ["joint"]`, at(one) + `the 1st claim: arms: "joint" is the reference arm itself; name the arm that it is compared with too`},
		"a group":        {seen, `group = "sen"`, at(seen) + `the 1st claim: group: "sen": no such group or language in this experiment; did you mean "seen"? (seen, unseen, under-represented, strong, weak, all, or a code)`},
		"underscores":    {seen, `group = "under_represented"`, at(seen) + `the 1st claim: group: "under_represented": no such group or language in this experiment; did you mean "under-represented"? (seen, unseen, under-represented, strong, weak, all, or a code)`},
		"an empty group": {seen, `group = "weak"`, at(seen) + `the 1st claim: group: "weak": the experiment has no such languages`},
		"a measure":      {rate, `measure = "winrate"`, at(rate) + `the 1st claim: measure: "winrate": want one of exact, win rate, sampled exact, sampled win rate, win rate at equal length, decisions, accuracy, accuracy per byte, accuracy per character, exact match, bits per byte; did you mean "win rate"?`},
		"a task":         {`task = "facts"`, `task = "fact"`, at(`task = "facts"`) + `the 2nd claim: task: "fact": no task of this experiment; did you mean "facts"? (facts)`},
		"of no task":     {rate, rate + "\ntask = \"facts\"", "x.toml:" + itoa(1+strings.Count(declared[:strings.Index(declared, one)], "\n")) + `: the 1st claim: task: "win rate" is over the evaluation's prompts and has no task`},
		"no task":        {`tasks = ["facts"]`, `tasks = []`, at(`measure = "accuracy"`) + `the 2nd claim: measure: "accuracy" belongs to the alignment tax, but evaluate.tasks is empty`},
		"of a language":  {`group = "sw"`, `group = "en"`, at(`measure = "accuracy"`) + `the 2nd claim: measure: "accuracy" in en has nothing to be compared with: task facts has no accuracy in en`},
		"a direction":    {`direction = "greater"`, `direction = "more"`, at(`direction = "greater"`) + `the 1st claim: direction: "more": want one of greater, less, within`},
		"no effect":      {"effect = 0.02\n", "", at("[[claims]]\ntext = \"filtering") + `the 1st claim: effect: is missing: smallest effect of interest: a difference closer to 0 does not matter; in the unit of the measure, shares as 0.01`},
		"effect of 0":    {"effect = 0.02", "effect = 0", at("effect = 0.02") + `the 1st claim: effect: 0 is out of range: want 1e-06 to 1000000 (smallest effect of interest: a difference closer to 0 does not matter; in the unit of the measure, shares as 0.01)`},
		"per cent":       {"effect = 0.02", "effect = 2", at("effect = 0.02") + `the 1st claim: effect: 2: want a difference of shares, below 1; 5 % is written 0.05`},
		"no text":        {`text = "filtering helps"`, `text = ""`, at(`text = "filtering helps"`) + `the 1st claim: text: is empty: a statement that the run answers with a verdict (docs/reading-results.md), in one sentence`},
		"one-sided":      {"direction = \"within\"\neffect = 0.1\n", "direction = \"less\"\neffect = 0.1\n", "x.toml:" + itoa(strings.Count(declared, "\n")-1) + `: the 3rd claim: direction: "less": a share of other decisions has one side only; want "within"`},
		"one table":      {declared[strings.Index(declared, "[[claims]]"):], "[claims]\ntext = \"x\"\n", at("[[claims]]") + `claims: want a table [[claims]] for each claim, or a list of inline tables: got a table`},
	} {
		_, err := load(strings.Replace(declared, c.old, c.new, 1))
		if err == nil || !strings.Contains("\n"+err.Error()+"\n", "\n"+c.want+"\n") {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	exact := strings.Replace(declared, "aggregator = \"mean\"", "aggregator = \"mean\"\nsketch = \"exact\"", 1)
	if _, err := load(exact); err == nil || !strings.Contains(err.Error(), `the 3rd claim: arms: "congrad" compares no compressed gradients with exact ones`) {
		t.Error(err)
	}
	mono := strings.NewReplacer("select = \"random\"\nmatch = \"congrad\"", "select = \"all\"\npolicy = \"mono\"").Replace(declared)
	if _, err := load(mono); err == nil || !strings.Contains(err.Error(), `the 2nd claim: arms: the 1st entry, "random": has one model per seen language and none for sw, so it has no number for sw`) {
		t.Error(err)
	}
	alone := strings.Replace(declared, "select = \"all\"", "select = \"all\"\npolicy = \"mono\"", 1)
	if _, err := load(alone); err == nil || !strings.Contains(err.Error(), `the 1st claim: arms: names one arm, but the experiment has no reference arm to compare it with; name two`) {
		t.Error(err)
	}
	twice := strings.Replace(declared, both, `arms = ["congrad", "joint"]`, 1)
	twice = strings.NewReplacer(`measure = "accuracy"`, rate, "task = \"facts\"\n", "", `group = "sw"`, seen, "direction = \"within\"\neffect = 0.03", "direction = \"greater\"\neffect = 0.03").Replace(twice)
	if _, err := load(twice); err == nil || !strings.Contains(err.Error(), "the 2nd claim: is a duplicate: x.toml:") {
		t.Error(err)
	}
	if _, err := load(declared, "claims.effect=1"); err == nil || !strings.Contains(err.Error(), "claims are made in the file, before the run") {
		t.Error(err)
	}
}
