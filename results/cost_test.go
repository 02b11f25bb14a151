package results

import (
	"math"
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

// Each stage is in one block, the blocks add up to the whole, an arm's own and shared ones to what it takes alone.
func TestCostAddsUp(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	three := []string{"joint", "congrad", "random"}
	spent := []record.Spent{
		{Kind: "base", Title: "reading the base model", Arms: []string{"baseline", "joint", "congrad", "random"}, Seconds: 1, Calls: 1, Peak: 1e9, Machine: "a"},
		{Kind: "generate", Title: "sampling answers", Arms: three, Generated: 700, Seconds: 10, Calls: 2, Peak: 3e9, Machine: "b; a"},
		{Kind: "train", Title: "training", Arms: []string{"joint"}, Trained: 500, Seconds: 20, Calls: 1, Machine: "b"},
		{Kind: "gradients", Title: "per-pair gradients", Arms: []string{"congrad"}, Seconds: 40, Calls: 3, Lost: true, Machine: "a"},
		{Kind: "train", Title: "training", Arms: []string{"congrad"}, Trained: 250},
		{Kind: "train", Title: "training", Arms: []string{"congrad"}, Trained: 50, Seconds: 9, Calls: 1, Machine: "a"},
	}
	files, err := Cost(set, spent, "12 programs compiled, 3 loaded from the cache, 4.5 s")
	if err != nil {
		t.Fatal(err)
	}
	byPath := map[string]string{}
	for _, f := range files {
		byPath[f.Path] = string(f.Data)
	}
	if !strings.Contains(byPath["tables/cost.md"], "In the last call: 12 programs compiled, 3 loaded from the cache, 4.5 s.") {
		t.Error("the table does not say what compilation took")
	}
	got := map[string]map[string]string{}
	sum := 0.0
	for _, row := range rows(t, []byte(byPath["tables/cost.csv"])) {
		got[row["arm"]+", "+row["stages of"]] = row
		if row["stages of"] != "total" && row["stages of"] != "own and shared" {
			sum += parsed(t, row, "share")
		}
	}
	if math.Abs(sum-1) > 1e-8 {
		t.Errorf("the shares of all kinds add up to %g", sum)
	}
	for name, want := range map[string][5]string{
		"whole run, total":  {"6", "700", "800", "80", "3"},
		"joint, training":   {"1", "", "500", "20", ""},
		"congrad, training": {"2", "", "300", "9", ""},
		"congrad, total":    {"3", "", "300", "49", ""},
		"shared by joint, congrad, random, sampling answers": {"1", "700", "", "10", "3"},
		"shared by all arms, reading the base model":         {"1", "", "", "1", "1"},
		"joint, own and shared":                              {"3", "700", "500", "31", "3"},
		"congrad, own and shared":                            {"5", "700", "300", "60", "3"},
		"random, own and shared":                             {"2", "700", "", "11", "3"},
		"baseline, own and shared":                           {"1", "", "", "1", "1"},
	} {
		row := got[name]
		have := [5]string{row["number"], row["tokens generated"], row["tokens trained"], row["seconds"], row["peak"]}
		if have != want {
			t.Errorf("%s: %v, want %v", name, have, want)
		}
	}
	text := strings.Join(strings.Fields(byPath["tables/cost.txt"]), " ")
	for _, note := range []string{"Measured on: a; b.", "+ the seconds of 1 stage are unknown", "+ 1 stage lost seconds", "2 stages were stopped and resumed", "80.0 +"} {
		if !strings.Contains(text, note) {
			t.Errorf("the table does not say %q:\n%s", note, byPath["tables/cost.txt"])
		}
	}
	if files, err := Cost(set, nil, ""); len(files) > 0 || err != nil {
		t.Errorf("of nothing %d files, error %v", len(files), err)
	}
}
