package config

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// claimed is the good file with numbers made up for this test.
const claimed = good + `
[[published]]
arm = "congrad"
languages = "seen"
measure = "win rate"
value = 0.75
low = 0.5
high = 1
source = "made up"

[[published]]
arm = "random"
languages = "sw"
measure = "accuracy"
task = "facts"
value = 0.25
source = "made up as well"
`

func TestPublished(t *testing.T) {
	e, err := load(claimed)
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	want := []Published{
		{"congrad", "seen", "win rate", "", 0.75, 0.5, 1, "made up"},
		{"random", "sw", "accuracy", "facts", 0.25, nan, nan, "made up as well"},
	}
	if d := cmp.Diff(want, e.Published, cmpopts.EquateNaNs()); d != "" {
		t.Error(d)
	}
	again, err := load(string(e.Resolved()))
	if err != nil {
		t.Fatalf("%v\n%s", err, e.Resolved())
	}
	if d := cmp.Diff(e.Published, again.Published, cmpopts.EquateNaNs()); d != "" {
		t.Error(d)
	}
}

func TestPublishedErrors(t *testing.T) {
	at := func(line string) string { // of the claimed file
		before, _, _ := strings.Cut(claimed, line)
		return "x.toml:" + itoa(1+strings.Count(before, "\n")) + ": "
	}
	seen, of, first, second := `languages = "seen"`, `task = "facts"`, "\n[[published]]\narm = \"congrad\"", "\n[[published]]\narm = \"random\""
	first, second = at(first[1:]), at(second[1:])
	for name, c := range map[string]struct{ old, new, want string }{
		"an arm":        {`arm = "random"`, `arm = "randon"`, at(`arm = "random"`+"\nlanguages") + `the 2nd published number: arm: "randon": no such arm; did you mean "random"?`},
		"a group":       {seen, `languages = "sen"`, at(seen) + `the 1st published number: languages: "sen": no such group or language in this experiment; did you mean "seen"? (seen, unseen, under-represented, strong, weak, all, or a code)`},
		"an empty one":  {seen, `languages = "under-represented"`, at(seen) + `the 1st published number: languages: "under-represented": the experiment has no such languages`},
		"a code":        {`languages = "sw"`, `languages = "th"`, at(`languages = "sw"`) + `the 2nd published number: languages: "th": no such group or language in this experiment (seen, unseen, under-represented, strong, weak, all, or a code)`},
		"a measure":     {`measure = "win rate"`, `measure = "winrate"`, at(`measure = "win rate"`) + `the 1st published number: measure: "winrate": want one of win rate, win rate at equal length, accuracy, accuracy per byte, accuracy per character, exact match, bits per byte; did you mean "win rate"?`},
		"a task":        {of, `task = "fact"`, at(of) + `the 2nd published number: task: "fact": no task of this experiment; did you mean "facts"? (facts)`},
		"of no task":    {"value = 0.75", "value = 0.75\ntask = \"facts\"", at("low = 0.5") + `the 1st published number: task: a win rate is over the evaluation's prompts and has no task`},
		"no task":       {`tasks = ["facts"]`, `tasks = []`, at(`measure = "accuracy"`) + `the 2nd published number: measure: "accuracy" belongs to the alignment tax, but evaluate.tasks is empty`},
		"of a kind":     {`measure = "accuracy"`, `measure = "exact match"`, at(`measure = "accuracy"`) + `the 2nd published number: measure: "exact match" in sw has nothing to be compared with: task facts has no exact match in sw`},
		"of a language": {`languages = "sw"`, `languages = "en"`, at(`measure = "accuracy"`) + `the 2nd published number: measure: "accuracy" in en has nothing to be compared with: task facts has no accuracy in en`},
		"of all tasks":  {"measure = \"accuracy\"\n" + of, "measure = \"bits per byte\"\n", at(`measure = "accuracy"`) + `the 2nd published number: measure: "bits per byte" in sw has nothing to be compared with: task facts has no bits per byte in sw`},
		"per cent":      {"value = 0.75", "value = 75", at("value = 0.75") + `the 1st published number: value: 75: want a share between 0 and 1; 75 % is written 0.75`},
		"negative":      {"value = 0.75", "value = -0.75", at("value = 0.75") + `the 1st published number: value: -0.75 is out of range: want 0 to 1000000 (the number; rates are shares: 52.3 % is 0.523)`},
		"one end":       {"high = 1\n", "", first + `the 1st published number: give both ends of the interval (low and high), or neither`},
		"beside itself": {"value = 0.75", "value = 0.25", at("value = 0.75") + `the 1st published number: value: 0.25 is outside its own interval, 0.5 to 1`},
		"no source":     {"source = \"made up as well\"\n", "", second + `the 2nd published number: source: is missing: where the number comes from: paper, table and setting, or your own earlier run`},
		"empty source":  {`source = "made up"`, `source = ""`, at(`source = "made up"`) + `the 1st published number: source: is empty: where the number comes from: paper, table and setting, or your own earlier run`},
		"a wrong key":   {`source = "made up"`, `sources = "made up"`, at(`source = "made up"`) + `the 1st published number: sources: no such key; did you mean "source"? (congrad defaults lists all)`},
		"one table":     {claimed[strings.Index(claimed, "[[published]]"):], "[published]\narm = \"congrad\"\n", first + `published: want a table [[published]] for each number, or a list of inline tables: got a table`},
	} {
		text := strings.Replace(claimed, c.old, c.new, 1)
		if strings.HasPrefix(c.old, `arm = "random"`) { // which names no arm of its own
			text = strings.Replace(claimed, "[[published]]\n"+c.old, "[[published]]\n"+c.new, 1)
		}
		_, err := load(text)
		if err == nil || !strings.Contains("\n"+err.Error()+"\n", "\n"+c.want+"\n") {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	twice := claimed + claimed[strings.Index(claimed, "[[published]]\narm = \"random\""):]
	want := "the 3rd published number: is a duplicate: " + strings.TrimSuffix(second, ": ") + " gives the same number from the same source"
	if _, err := load(twice); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	if _, err := load(strings.Replace(twice, "made up as well", "another", 1)); err != nil {
		t.Errorf("two sources of one number: %v", err)
	}
	several := strings.NewReplacer("value = 0.75", "value = 75", "high = 1\n", "", `source = "made up"`, `source = ""`).Replace(claimed)
	if _, err := load(several); err == nil || !strings.Contains(err.Error(), "value: 75: want a share") || !strings.Contains(err.Error(), "give both ends of the interval") || !strings.Contains(err.Error(), "source: is empty") {
		t.Errorf("three mistakes in one table: %v", err)
	}
	if _, err := load(claimed, "published.value=1"); err == nil || !strings.Contains(err.Error(), "given in the file, with their source") {
		t.Error(err)
	}
}
