package run

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"congrad/eval/task"
	"congrad/harness/config"
	"congrad/harness/data"
)

// contextOf has the lab's model say how many tokens it reads.
func (l *lab) contextOf(n int) {
	l.bench.Base.Source = fmt.Appendf(nil, `{"model_type": "llama", "max_position_embeddings": %d}`, n)
}

// wontPlan is the error of planning small with changes, one per line.
func (l *lab) wontPlan(t *testing.T, sets ...string) []string {
	t.Helper()
	known := config.World{Languages: l.languages, Model: func(string) error { return nil }}
	for _, x := range l.tasks {
		known.Tasks = append(known.Tasks, x.Name)
	}
	e, err := config.Load("small.toml", []byte(small), sets, known)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = NewPlan(e, l.bench, l.tasks); err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

// tokens is the length of a prompt by the chat itself.
func (l *lab) tokens(t *testing.T, text string) int {
	t.Helper()
	ids, err := l.bench.Chat.Prompt(text)
	if err != nil {
		t.Fatal(err)
	}
	return len(ids)
}

// longPrompts replaces the bench's prompts by a file's of ten lines per language, of which some are long.
func (l *lab) longPrompts(t *testing.T, long func(code string, i int) string) {
	t.Helper()
	t.Chdir(t.TempDir())
	var text strings.Builder
	for i := range 10 {
		for _, code := range []string{"en", "de", "sw"} {
			fmt.Fprintf(&text, "{\"prompt\":\"%d%s?\",\"lang\":%q,\"answer\":\"1\"}\n", i, long(code, i), code)
		}
	}
	if err := os.WriteFile("mine.jsonl", []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	files, err := data.FromFiles(data.Spec{
		Path: "mine.jsonl", Columns: data.Columns{Prompt: "prompt", Language: "lang", Answer: "answer"}, HeldOut: 0.3,
		Seen: []string{"en", "de"}, Unseen: []string{"sw"}, Table: l.languages,
	})
	if err != nil {
		t.Fatal(err)
	}
	l.bench.Source = files
}

// A prompt that leaves no room for its answer is an error with its line, at the very token; what fits to the last token does not matter.
func TestPromptsFitInTheContext(t *testing.T) {
	l := newLab(t)
	long := strings.Repeat(" word", 60)
	l.longPrompts(t, func(code string, i int) string {
		if code == "de" && i == 4 {
			return long
		}
		return ""
	})
	n := l.tokens(t, "4"+long+"?")
	all, reference := "prompts.per_language=7", "judge.kind=reference" // all that are not held out
	l.contextOf(n + 4)                                                 // generate.max_tokens
	if got := l.wontPlan(t, all, reference); got != nil {
		t.Errorf("a prompt that fits: %q", got)
	}
	l.contextOf(n + 3)
	want := []string{
		fmt.Sprintf("mine.jsonl:14: prompt de/14 has %d tokens with the 4 of generate.max_tokens; the model's context has %d", n+4, n+3),
		"nothing is cut: shorten these texts or leave them out, or lower generate.max_tokens = 4 (small.toml:13)",
	}
	if got := l.wontPlan(t, all); len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	judged, err := l.bench.Chat.Judgement("4"+long+"?", "")
	if err != nil {
		t.Fatal(err)
	}
	l.contextOf(len(judged) + 3)
	if got := l.wontPlan(t, all, "judge.kind=self"); len(got) != 2 || !strings.HasPrefix(got[0], "mine.jsonl:14: the judge's prompt about prompt de/14 has ") {
		t.Errorf("a judge without room: %q", got)
	}
	l.contextOf(4)
	if got := l.wontPlan(t); len(got) != 1 || got[0] != "generate.max_tokens = 4 (small.toml:13): the model's context has 4 tokens, for prompt and answer together" {
		t.Errorf("answers of the whole context: %q", got)
	}
	l.bench.Base.Source = nil
	if got := l.wontPlan(t, all, reference); got != nil {
		t.Errorf("an unknown context: %q", got)
	}
}

// Ten of many are listed, each once, and the others are counted.
func TestTooLongPromptsAreCounted(t *testing.T) {
	l := newLab(t)
	l.longPrompts(t, func(string, int) string { return strings.Repeat(" word", 60) })
	l.contextOf(40)
	got := l.wontPlan(t, "evaluate.tasks=[]", "seeds=[1,2]", "prompts.per_language=5")
	asked := map[string]bool{}
	e := l.planned(t, "evaluate.tasks=[]", "seeds=[1,2]", "prompts.per_language=5")
	for _, code := range []string{"en", "de", "sw"} {
		for _, seed := range e.Seeds {
			list, err := l.bench.Source.Preference(seed, code, 1, 5)
			if code == "sw" || err != nil {
				continue
			}
			for _, p := range list {
				asked[p.ID] = true
			}
		}
		held, err := l.bench.Source.Held("eval", code, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range held {
			asked[p.ID] = true
		}
	}
	if len(got) != 12 || got[10] != fmt.Sprintf("and %d more texts are longer than the context", len(asked)-10) {
		t.Errorf("%d are too long: %q", len(asked), got)
	}
}

// planned is small with changes, as an experiment.
func (l *lab) planned(t *testing.T, sets ...string) *config.Experiment {
	t.Helper()
	e, err := config.Load("small.toml", []byte(small), sets, config.World{Languages: l.languages, Model: func(string) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// An item of a task is too long with its solved items, too.
func TestItemsFitInTheContext(t *testing.T) {
	l := newLab(t)
	t.Chdir(t.TempDir())
	source := `title = "Mine"
kind = "choice"
source = "files"
[data]
path = "mine.csv"
language = "lang"
[prompt]
layout = "plain"
question = "{q}"
[choice]
options = ["{a}", "{b}"]
right = "right"
by = "index"
[shots]
number = 2
`
	rows := "lang,q,a,b,right\n"
	for i := range 8 {
		rows += fmt.Sprintf("en,%s question %d?,yes,no,0\n", strings.Repeat("long ", 8), i)
	}
	if err := errors.Join(os.WriteFile("mine.toml", []byte(source), 0o644), os.WriteFile("mine.csv", []byte(rows), 0o644)); err != nil {
		t.Fatal(err)
	}
	x, err := task.Open("mine.toml")
	if err != nil {
		t.Fatal(err)
	}
	exam, err := data.FromTask(x, []string{"en"}, l.languages)
	if err != nil {
		t.Fatal(err)
	}
	l.tasks, l.bench.Exams = append(l.tasks, x), map[string]*data.Exam{x.Name: exam}
	first := exam.Choices("en", 1)[0]
	one := len(l.bench.Chat.Encode(first.Text))
	l.contextOf(one) // the item with its two solved ones, and an option
	e := l.planned(t, "evaluate.tasks=[]")
	e.Evaluate.Tasks, e.Evaluate.TaskItems = []string{"mine.toml"}, 1
	err = WithinContext(e, l.bench, l.tasks)
	if err == nil || !strings.HasPrefix(err.Error(), exam.Place("en", first.ID)+fmt.Sprintf(": item %s of task %s, with its 2 solved items, has ", first.ID, x.Name)) {
		t.Errorf("an item that is too long: %v", err)
	}
	l.contextOf(one + 100)
	if err := WithinContext(e, l.bench, l.tasks); err != nil {
		t.Errorf("an item that fits: %v", err)
	}
}
