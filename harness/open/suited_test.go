package open

import (
	"strings"
	"testing"

	"congrad/eval/task"
	"congrad/harness/config"
	"congrad/harness/text"
)

// What samples or trains needs a chat; tasks alone need one only where they ask in it.
func TestSuited(t *testing.T) {
	base, _, err := Shape("tiny", config.Chat{})
	if err != nil {
		t.Fatal(err)
	}
	tokenizer, err := text.Parse([]byte(strings.ReplaceAll(string(base.Tokenizer), "|user|", "|usr|")))
	if err != nil {
		t.Fatal(err)
	}
	chat, err := text.OpenChat(tokenizer, text.Use{Ends: []int{5}})
	if err != nil {
		t.Fatal(err)
	}
	plain, asked := &task.Spec{}, &task.Spec{}
	plain.Prompt.Layout, asked.Prompt.Layout = task.Plain, task.Chat
	tasks := []task.Task{
		{Name: "prose", Kind: task.Text}, {Name: "own", Kind: task.Choice}, {Name: "plain", Kind: task.Generate, Spec: plain}, {Name: "asked", Kind: task.Choice, Spec: asked},
	}
	for _, c := range []struct {
		tasks, selects, err string
	}{
		{"prose plain", "none", ""},
		{"prose asked", "none", "task asked asks in a chat (prompt.layout): some: the model has no chat template"},
		{"own", "none", "task own: some: the model has no chat template"},
		{"prose plain", "all", "some: the model has no chat template"},
		{"", "none", "some: the model has no chat template"},
	} {
		e := &config.Experiment{Model: "some", Arms: []config.Arm{{Name: "baseline", Select: "none"}, {Name: "x", Select: c.selects}}}
		e.Evaluate.Tasks = strings.Fields(c.tasks)
		if err := Suited(e, chat, tasks); (err == nil) != (c.err == "") || err != nil && !strings.HasPrefix(err.Error(), c.err) {
			t.Errorf("tasks %q, an arm with select %q: %v, want %q", c.tasks, c.selects, err, c.err)
		}
	}
}
