package data

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"congrad/eval/task"
	"congrad/experiments"
)

// The ready-made tasks read made-up rows in the formats in which their data are published (docs/add-a-task.md).
func TestReadyMadeTasks(t *testing.T) {
	published := func(name string) string { // made by testdata/ready.py
		data, err := os.ReadFile("testdata/" + name + ".parquet")
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	want := map[string]struct {
		file, rows, text, right string
	}{
		"mmmlu":          {"data/mmmlu/de.csv", ",Question,A,B,C,D,Answer,Subject\n0,\"Was ist \n1 + 1? \",1,2,3,4,B,x\n", "Was ist \n1 + 1?\nA. 1\nB. 2\nC. 3\nD. 4\nAnswer:", "B"},
		"global-mmlu":    {"CohereForAI/Global-MMLU/en/test-00000-of-00001.parquet", published("global-mmlu"), "Which day follows Monday?\nA. Sunday\nB. Tuesday\nC. Friday\nD. Saturday\nAnswer:", "B"},
		"arc-challenge":  {"data/arc-challenge/en.parquet", published("arc-challenge"), "Question: What melts?\nAnswer:", "ice"},
		"hellaswag":      {"data/hellaswag/en.parquet", published("hellaswag"), "How to sleep: How to sleep. Lie down. Close your eyes.", "Wait. Breathe."},
		"truthfulqa-mc1": {"data/truthfulqa/en.parquet", published("truthfulqa-mc1"), "Q: Do stones sleep?\nA:", "No"},
	}
	harness := harnessCases(t)
	tasks, err := task.Load(experiments.Files, "tasks")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range tasks {
		if x.Spec == nil {
			continue
		}
		w, ok := want[x.Name]
		if _, known := harness[x.Name]; known && !ok {
			continue // see TestTasksOfTheHarness
		}
		if !ok {
			t.Errorf("%s: no row to test it with", x.Name)
			continue
		}
		delete(want, x.Name)
		lang := "en"
		if x.Name == "mmmlu" {
			lang = "de"
		}
		s := spec(t, "", Columns{}, map[string]string{w.file: w.rows})
		if Hub(x.Spec.Data.Path) {
			parts := strings.SplitN(w.file, "/", 3)
			downloaded(t, parts[0]+"/"+parts[1], map[string]string{parts[2]: w.rows})
		}
		read, err := FromTask(x, []string{lang}, s.Table)
		if err != nil {
			t.Error(err)
			continue
		}
		found := false
		for _, c := range read.Choices(lang, 9) {
			found = found || c.Text == w.text && c.Options[c.Right] == w.right
		}
		if !found {
			t.Errorf("%s: read as %+v", x.Name, read.Choices(lang, 9))
		}
	}
	if len(want) > 0 {
		t.Errorf("no such tasks: %v", want)
	}
}

// harnessCase is a row of a published shape, and what lm-evaluation-harness 0.4.13 makes of it by its own task file (testdata/harness.py).
type harnessCase struct {
	Row     json.RawMessage
	Prompt  string
	Options []string
	Right   int
}

func harnessCases(t *testing.T) (cases map[string]harnessCase) {
	t.Helper()
	text, err := os.ReadFile("testdata/harness.json")
	if err == nil {
		err = json.Unmarshal(text, &cases)
	}
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// The ready-made tasks read data of the hub, and ask in the words of lm-evaluation-harness.
func TestTasksOfTheHarness(t *testing.T) {
	cases := harnessCases(t)
	tasks, err := task.Load(experiments.Files, "tasks")
	if err != nil {
		t.Fatal(err)
	}
	table := spec(t, "", Columns{}, nil).Table
	for _, x := range tasks {
		c, ok := cases[x.Name]
		if !ok {
			continue
		}
		delete(cases, x.Name)
		path, found := strings.CutPrefix(x.Spec.Data.Path, "hub:")
		parts := strings.SplitN(path, "/", 3)
		if !found || len(parts) < 3 {
			t.Errorf("%s: %s is no data of the hub", x.Name, x.Spec.Data.Path)
			continue
		}
		one := *x.Spec // with a text in place of Parquet
		one.Data.Path = strings.TrimSuffix(x.Spec.Data.Path, ".parquet")
		one.Data.Path = strings.TrimSuffix(one.Data.Path, ".jsonl") + ".jsonl"
		x.Spec = &one
		file := strings.TrimSuffix(strings.TrimSuffix(parts[2], ".parquet"), ".jsonl") + ".jsonl"
		var row strings.Builder
		for _, line := range strings.Split(string(c.Row), "\n") {
			row.WriteString(strings.TrimSpace(line))
		}
		downloaded(t, parts[0]+"/"+parts[1], map[string]string{strings.NewReplacer("{lang}", "es", "*", "00000-of-00001").Replace(file): row.String()})
		read, err := FromTask(x, []string{"es"}, table)
		if err != nil {
			t.Error(err)
			continue
		}
		got := read.Choices("es", 9)
		if len(got) != 1 || got[0].Text != c.Prompt || !slices.Equal(got[0].Options, c.Options) || got[0].Right != c.Right {
			t.Errorf("%s: %+v, want %+v", x.Name, got, c)
		}
	}
	if len(cases) > 0 {
		t.Errorf("no such tasks: %v", cases)
	}
}
