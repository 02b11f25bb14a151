package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"congrad/eval/task"
	"congrad/harness/config"
	"congrad/harness/open"
	"congrad/harness/record"
	"congrad/results"
	"congrad/results/synthetic"
)

// Every measure that a file may give a published number of is one that reports know.
func TestPublishedMeasuresAreReported(t *testing.T) {
	f, ok := config.FindField("published.measure")
	if !ok || len(f.Words) == 0 {
		t.Fatal("published.measure has no words")
	}
	set := synthetic.Set(synthetic.Small())
	for _, measure := range f.Words {
		set.Study.Published = append(set.Study.Published, record.Published{Arm: "joint", Languages: "seen", Measure: measure, Value: 0.5, Source: "made up"})
	}
	if _, err := results.Render(set); err != nil {
		t.Error(err)
	}
}

// Every measure but the win rates is one of some task's.
func TestPublishedMeasuresAreOfTasks(t *testing.T) {
	f, _ := config.FindField("published.measure")
	kinds := map[string]int{}
	for _, measure := range f.Words {
		for _, kind := range []string{task.Choice, task.Text, task.Generate} {
			if (task.Task{Kind: kind, Spec: &task.Spec{}}).Measured(measure, []string{"en"}) == nil {
				kinds[measure]++
			}
		}
		if want := !strings.HasPrefix(measure, "win rate"); (kinds[measure] == 1) != want {
			t.Errorf("%q is a measure of %d kinds of tasks", measure, kinds[measure])
		}
	}
}

// The table that the documents and new files show is one that is read.
func TestPublishedAsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/reading-results.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?ms)^```toml\n(\\[\\[published.*?)^```").FindSubmatch(text)
	if shown == nil {
		t.Fatal("docs/reading-results.md shows no published number")
	}
	_, tiny, err := open.File("tiny-1") // which makes no claims of its own
	if err != nil {
		t.Fatal(err)
	}
	commented := regexp.MustCompile(`(?m)^# `).ReplaceAllString(regexp.MustCompile(`(?ms)^# \[\[.*`).FindString(publishedComment), "")
	commented = regexp.MustCompile(`value = \.\.\.`).ReplaceAllString(commented, "value = 0.5")
	file := filepath.Join(t.TempDir(), "x.toml")
	if err := os.WriteFile(file, []byte(string(tiny)+"\n"+string(shown[1])+commented), 0o644); err != nil {
		t.Fatal(err)
	}
	e, _, err := open.Experiment(file, open.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Published) != 2 {
		t.Errorf("%d published numbers, want 2", len(e.Published))
	}
}

// Every measure and direction that a claim may have is one that reports know, and the claim that the documents show is one that is read.
func TestClaimsAsDocumented(t *testing.T) {
	measures, _ := config.FindField("claims.measure")
	directions, _ := config.FindField("claims.direction")
	set := synthetic.Set(synthetic.Small())
	for _, measure := range measures.Words {
		for _, direction := range directions.Words {
			set.Study.Claims = append(set.Study.Claims, record.Claim{Text: "made up", Measure: measure, Arm: "congrad", Minus: "joint", Group: "seen", Direction: direction, Effect: 0.1})
		}
	}
	if _, err := results.Render(set); err != nil || len(set.Study.Claims) < 20 {
		t.Errorf("%d claims: %v", len(set.Study.Claims), err)
	}
	text, err := os.ReadFile("../../docs/reading-results.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?ms)^```toml\n(\\[\\[claims.*?)^```").FindSubmatch(text)
	if shown == nil {
		t.Fatal("docs/reading-results.md shows no claim")
	}
	_, tiny, err := open.File("tiny-1") // which makes no claims of its own
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x.toml")
	if err := os.WriteFile(file, []byte(string(tiny)+"\n"+string(shown[1])), 0o644); err != nil {
		t.Fatal(err)
	}
	if e, _, err := open.Experiment(file, open.Options{}); err != nil || len(e.Claims) < 2 {
		t.Errorf("the documented claims: %v", err)
	}
}
