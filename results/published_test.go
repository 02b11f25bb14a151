package results

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

// A number that was typed in is next to the plain mean of the records, with the difference of the two; what main shows
// next to it is the same number.
func TestPublishedNumbersStandBesideOurs(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	sum, n := 0.0, 0
	for _, e := range set.Evaluations {
		if e.Arm == "congrad" && (e.Lang == "en" || e.Lang == "ar" || e.Lang == "ja") {
			sum, n = sum+e.Win, n+1
		}
	}
	mean, right, choices := sum/float64(n), 0, 0
	for _, c := range set.Choices {
		if c.Arm == "joint" && c.Lang == "sw" && c.Task == "capitals" {
			choices++
			if c.Correct {
				right++
			}
		}
	}
	low, high := 0.0, 1.0
	set.Study.Published = []record.Published{ // made up
		{Arm: "congrad", Languages: "seen", Measure: "win rate", Value: mean, Source: "made up | twice"},
		{Arm: "joint", Languages: "sw", Measure: "accuracy", Task: "capitals", Value: 1, Low: &low, High: &high, Source: "made up"},
		{Arm: "joint", Languages: "all", Measure: "exact match", Value: 0.5, Source: "made up"},
		{Arm: "congrad", Languages: "seen", Measure: "win rate at equal length", Value: 0, Source: "made up"},
	}
	files := rendered(t, set)
	got := rows(t, files["tables/published.csv"])
	main := rows(t, files["tables/main.csv"])[2]
	if got[0]["inside"] != "yes" || got[0]["ours"] != main["win rate"] || got[0]["ours low"] != main["win rate low"] || parsed(t, got[0], "ours minus published") > 1e-8 {
		t.Errorf("the arm's own mean: %v, in main %v", got[0], main)
	}
	if d := parsed(t, got[1], "ours minus published"); math.Abs(d-(float64(right)/float64(choices)-1)) > 1e-8 || got[1]["n"] != strconv.Itoa(choices) || got[1]["measure"] != "accuracy of capitals" || got[1]["published low"] != "0" {
		t.Errorf("%d of %d choices are right: %v", right, choices, got[1])
	}
	if got[2]["ours"] != "" || got[2]["inside"] != "" || got[2]["n"] != "" {
		t.Errorf("nothing of the kind was measured: %v", got[2])
	}
	if lengths := rows(t, files["tables/lengths.csv"])[1]; got[3]["ours"] != lengths["win rate at equal length"] || got[3]["inside"] != "no" {
		t.Errorf("at equal length: %v, in lengths %v", got[3], lengths)
	}
	for _, name := range []string{"tables/main.txt", "report.md", "report.html"} {
		if !strings.Contains(string(files[name]), "The table published compares") {
			t.Errorf("%s does not point to the published numbers", name)
		}
	}
	if !strings.Contains(string(files["report.html"]), "made up | twice") || !strings.Contains(string(files["tables/published.tex"]), "twice") {
		t.Error("the source is not shown")
	}
}

func parsed(t *testing.T, row map[string]string, column string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(row[column], 64)
	if err != nil {
		t.Error(err)
	}
	return x
}

// Records that cannot be compared with anything are refused by what is wrong with them.
func TestPublishedNumbersOfNothingAreRefused(t *testing.T) {
	end := 0.5
	for want, p := range map[string]record.Published{
		`published number 1: the study has no arm "x"`:        {Arm: "x", Languages: "seen", Measure: "win rate"},
		`published number 1: the study has no languages "x"`:  {Arm: "joint", Languages: "x", Measure: "win rate"},
		`published number 1: no measure is called "x"`:        {Arm: "joint", Languages: "seen", Measure: "x"},
		`published number 1: the study has no task "x"`:       {Arm: "joint", Languages: "seen", Measure: "accuracy", Task: "x"},
		`published number 1: has only one end of an interval`: {Arm: "joint", Languages: "seen", Measure: "win rate", Low: &end},
	} {
		set := synthetic.Set(synthetic.Small())
		set.Study.Published = []record.Published{p}
		if _, err := render(set, false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
