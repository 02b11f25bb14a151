package data

import (
	"os"
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
		"global-mmlu":    {"data/global-mmlu/en.parquet", published("global-mmlu"), "Which day follows Monday?\nA. Sunday\nB. Tuesday\nC. Friday\nD. Saturday\nAnswer:", "B"},
		"arc-challenge":  {"data/arc-challenge/en.parquet", published("arc-challenge"), "Question: What melts?\nAnswer:", "ice"},
		"hellaswag":      {"data/hellaswag/en.parquet", published("hellaswag"), "How to sleep: How to sleep. Lie down. Close your eyes.", "Wait. Breathe."},
		"truthfulqa-mc1": {"data/truthfulqa/en.parquet", published("truthfulqa-mc1"), "Q: Do stones sleep?\nA:", "No"},
	}
	tasks, err := task.Load(experiments.Files, "tasks")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range tasks {
		if x.Spec == nil {
			continue
		}
		w, ok := want[x.Name]
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
