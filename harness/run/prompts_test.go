package run

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/judge"
)

// ownPrompts replaces the bench's prompts by a file's: so many in each language, every second with an answer.
func (l *lab) ownPrompts(t *testing.T, n int, answers bool) {
	t.Helper()
	t.Chdir(t.TempDir())
	var text strings.Builder
	for i := range n {
		for _, code := range []string{"en", "de", "sw"} {
			answer := ""
			if i%2 == 0 || answers {
				answer = fmt.Sprint(i)
			}
			fmt.Fprintf(&text, "{\"prompt\":\"%s %d?\",\"lang\":%q,\"about\":%d,\"answer\":%q}\n", code, i, code, i, answer)
		}
	}
	if err := os.WriteFile("mine.jsonl", []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	files, err := data.FromFiles(data.Spec{
		Path: "mine.jsonl", Columns: data.Columns{Prompt: "prompt", Language: "lang", Answer: "answer", Cluster: "about"}, HeldOut: 0.3,
		Seen: []string{"en", "de"}, Unseen: []string{"sw"}, Table: l.languages,
	})
	if err != nil {
		t.Fatal(err)
	}
	l.bench.Source = files
}

// A study of a file's prompts, judged by the model that all arms start from: the scores are those that this model gives when it
// is asked directly, a win is a higher score, and the base model ties with itself.
func TestJudgedByTheStart(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	l.ownPrompts(t, 20, false)
	plan := l.plan(t, "evaluate.judge=self", "seeds=[1,2]")
	files, err := l.run(t, context.Background(), plan, t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	w, err := l.bench.Engine.Upload(l.bench.Base.Weights)
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]string{}
	for _, p := range set.Prompts {
		asked[p.ID] = p.Text
	}
	theirs, known := map[string]float64{}, 0
	for _, e := range set.Evaluations { // the base model's arm comes first
		scores, err := judge.Self{Engine: l.bench.Engine, Weights: w, Chat: l.bench.Chat, Tokens: 256}.Scores(context.Background(), []judge.Item{{Instruction: asked[e.Prompt], Answer: e.Text}})
		if err != nil {
			t.Fatal(err)
		}
		want := 0.0
		if scores[0].Parsed {
			want = scores[0].Value
		}
		key := fmt.Sprint(e.Seed, e.Prompt)
		if e.Arm == "baseline" {
			theirs[key] = e.Score
		}
		win := 0.5
		if e.Score > 0 && theirs[key] > 0 {
			win = 0.5 + 0.5*math.Copysign(1, e.Score-theirs[key])
			if e.Score == theirs[key] {
				win = 0.5
			}
		}
		if math.Abs(e.Score-want) > 1e-5 || e.OpponentScore != theirs[key] || e.Win != win || e.Arm == "baseline" && e.Win != 0.5 || asked[e.Prompt] == "" {
			t.Errorf("%+v: the model gives it %g, the opponent's answer has %g", e, want, theirs[key])
		}
		if e.Known >= 0 {
			known++
		}
	}
	if n := len(set.Evaluations); n != 2*4*3*2 || known == 0 || known == n {
		t.Errorf("%d evaluations, %d with a known answer", n, known)
	}
	if set.Study.Evaluate.Judge != "self" || len(set.Study.Files) != 1 || set.Study.Files[0].Rows != 60 {
		t.Errorf("judged by %q, of %+v", set.Study.Evaluate.Judge, set.Study.Files)
	}
}

// Another file is other work, but not for the tasks, whose items are the world's; one read again is the same.
func TestKeysFollowFiles(t *testing.T) {
	l := newLab(t)
	keys := func(n int) map[string]string {
		if n > 0 {
			l.ownPrompts(t, n, true)
		}
		kinds := map[string]string{}
		for _, s := range l.plan(t).Stages {
			kinds[s.Kind] += string(s.Key)
		}
		return kinds
	}
	embedded, first, again, other := keys(0), keys(20), keys(20), keys(21)
	for kind, key := range first {
		same := kind == "base"
		if (key == other[kind]) != same || (key == embedded[kind]) != same || key != again[kind] {
			if kind != "choices" && kind != "passages" {
				t.Errorf("%s: the key of another file is another: %v; that of the same the same: %v", kind, key != other[kind], key == again[kind])
			}
		}
	}
	answers, plan := 0, l.plan(t)
	for _, s := range plan.Stages {
		if (s.Kind == "choices" || s.Kind == "passages") && by(plan)[s.Inputs[0]].Kind == "base" {
			answers++
			if !strings.Contains(embedded[s.Kind], string(s.Key)) {
				t.Errorf("%s: depends on the prompts", s.Label)
			}
		}
	}
	if answers == 0 {
		t.Error("no task of the base model was found")
	}
}

// What the files lack is said before anything runs.
func TestFilesThatLackSomething(t *testing.T) {
	l := newLab(t)
	l.ownPrompts(t, 20, false)
	known := config.World{Languages: l.languages, Tasks: []string{"tiny-facts", "tiny-text"}, Model: func(string) error { return nil }}
	load := func(sets ...string) error {
		e, err := config.Load("small.toml", []byte(small), sets, known)
		if err != nil {
			t.Fatal(err)
		}
		_, err = NewPlan(e, l.bench, l.tasks)
		return err
	}
	for sets, want := range map[string]string{
		"": `mine.jsonl:28: no reference answer, but evaluate.judge = "reference" (default: our choice) needs one; want "self", or an answer in every row`,
		"evaluate.judge=self judge.kind=reference":                 `mine.jsonl:4: no reference answer, but judge.kind = "reference" (--set) needs one; want "self", or an answer in every row`,
		"evaluate.judge=self evaluate.split=dev":                   `no prompt in en is held out for evaluate.split = "dev" (prompts.held_out = 0.2, prompts.dev = 0)`,
		"evaluate.judge=self prompts.per_language=10 iterations=2": `prompts.per_language = 10 needs 20 prompts per language (2 iterations); en has 16 after holding out 20 % (prompts.held_out). Set per_language = 8, or add prompts`,
	} {
		if err := load(strings.Fields(sets)...); err == nil || err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", sets, err, want)
		}
	}
	if err := load("evaluate.judge=self"); err != nil {
		t.Error(err)
	}
	source := small + "[[arms]]\nname = \"right\"\nselect = \"oracle\"\nwithout = [\"de\"]\n"
	e, err := config.Load("small.toml", []byte(source), []string{"evaluate.judge=self"}, known)
	if err != nil {
		t.Fatal(err)
	}
	const want = `mine.jsonl:4: no reference answer, but the arm "right" (select = "oracle") needs one; remove the arm, or give an answer in every row`
	if _, err = NewPlan(e, l.bench, l.tasks); err == nil || err.Error() != want {
		t.Errorf("an oracle:\ngot  %v\nwant %s", err, want)
	}
}
