package run

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"congrad/harness/text"
	"congrad/results"
)

// A base model without a chat is scored on tasks of plain text where no arm makes pairs: nothing is sampled, and the report says so.
func TestTasksOfABaseModelWithoutAChat(t *testing.T) {
	l := newLab(t)
	file := bytes.ReplaceAll(l.bench.Base.Tokenizer, []byte("|user|"), []byte("|usr|"))
	tokenizer, err := text.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	if l.bench.Chat, err = text.OpenChat(tokenizer, text.Use{Ends: []int{5}}); err != nil || l.bench.Chat.Talks() == nil {
		t.Fatalf("the tokenizer still has a chat: %v", err)
	}
	l.bench.Base.Tokenizer = file
	source, _, _ := strings.Cut(small, "[[arms]]")
	source = strings.Replace(source, "reference = \"joint\"\n", "", 1) + "[[arms]]\nname = \"baseline\"\nselect = \"none\"\n"
	plan := l.planOf(t, source, `evaluate.tasks=["tiny-text"]`)
	if err := plan.Reckon(l.bench); err != nil {
		t.Fatal(err)
	}
	files, err := l.run(t, context.Background(), plan, t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	if len(set.Passages) == 0 || len(set.Evaluations)+len(set.Choices)+len(set.Pairs) > 0 || len(plan.Stages) != 2 {
		t.Errorf("%d stages; %d passages, %d evaluations, %d choices, %d pairs", len(plan.Stages), len(set.Passages), len(set.Evaluations), len(set.Choices), len(set.Pairs))
	}
	rendered, err := results.Render(set)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range rendered {
		if f.Path == "report.md" && !strings.Contains(string(f.Data), "Only tasks are scored: no arm is trained.") {
			t.Errorf("the report does not say what is scored:\n%s", f.Data)
		}
	}
}
