package run

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"congrad/eval/chrf"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/stage"
	"congrad/results/records"
)

// answersOf opens a file of answers to the bench's held-out prompts; say makes them.
func (l *lab) answersOf(t *testing.T, say func(p data.Prompt) string) {
	t.Helper()
	var text strings.Builder
	for _, code := range []string{"en", "de", "sw"} {
		list, err := l.bench.Source.Held("eval", code, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			if a := say(p); a != "" {
				fmt.Fprintf(&text, "{\"id\":%q,\"lang\":%q,\"answer\":%q}\n", strings.TrimPrefix(p.ID, code+"/"), code, a)
			}
		}
	}
	if err := os.WriteFile("refs.jsonl", []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	var err error
	if l.bench.Answers, err = data.OpenAnswers("refs.jsonl", data.AnswerColumns{Language: "lang", Answer: "answer", ID: "id"}, l.languages); err != nil {
		t.Fatal(err)
	}
}

// Against a file's answers every arm is compared, the base model's too, by known answers that an independent count gives.
func TestAgainstTheAnswersOfAFile(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	t.Chdir(t.TempDir())
	l := newLab(t)
	given, right := map[string]string{}, map[string]string{}
	l.answersOf(t, func(p data.Prompt) string {
		given[p.ID], right[p.ID] = p.Right, p.Right
		if len(given)%2 == 0 { // every second one
			given[p.ID] = "x"
		}
		return given[p.ID]
	})
	plan := l.plan(t, "evaluate.opponent=refs.jsonl", "evaluate.answers.id=id", "seeds=[1,2]")
	files, err := l.run(t, context.Background(), plan, t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	counts := map[string]int{}
	for _, e := range set.Evaluations {
		ours, theirs := chrf.Known(e.Text, right[e.Prompt]), chrf.Known(given[e.Prompt], right[e.Prompt])
		want := 0.5
		if ours > theirs {
			want = 1
		} else if ours < theirs {
			want = 0
		}
		if e.Win != want || e.Opponent != theirs || e.OpponentText != given[e.Prompt] || e.Known != ours {
			t.Errorf("%+v: want %g against %q", e, want, given[e.Prompt])
		}
		counts[e.Arm]++
		if e.Win == 0 {
			counts["lost by "+e.Arm]++
		}
	}
	s := set.Study
	if counts["baseline"] != 12 || counts["joint"] != 12 || counts["lost by baseline"] == 0 || s.Opponent != "refs.jsonl" || s.Baseline != "baseline" || s.Answers == nil || s.Answers.Used != 6 || s.Answers.Rows <= 6 || len(s.Answers.SHA256) != 64 {
		t.Errorf("%v, %+v, %+v", counts, s.Answers, s)
	}
	for _, a := range set.Answers {
		if a.Iteration == 1 && a.Arm != "baseline" {
			t.Errorf("sampled by %q", a.Arm)
		}
	}
}

// A study that only scores evaluates nothing, so it reads no answers; its records name arms that it has all the same.
func TestScoringWithAFileAsTheOpponent(t *testing.T) {
	l := newLab(t)
	plan := l.plan(t, "evaluate.opponent=refs.jsonl", "evaluate.answers.id=id", "train.epochs=0")
	files, err := l.run(t, context.Background(), plan, t.TempDir(), &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, files)
	if s, err := records.New(set); err != nil || s.Untouched() == nil || s.Untouched().Name != "baseline" || s.Answers != nil || len(set.Answers) == 0 {
		t.Errorf("%+v, %v", set.Study, err)
	}
}

// Other answers are other work for what depends on them, and for nothing else; what a file lacks is said before anything runs.
func TestKeysFollowAnswers(t *testing.T) {
	t.Chdir(t.TempDir())
	l := newLab(t)
	const opponent, id = "evaluate.opponent=refs.jsonl", "evaluate.answers.id=id"
	before := map[stage.Ref]bool{}
	for _, s := range l.plan(t).Stages {
		before[s.Key] = true
	}
	added := func(sets ...string) (kinds, keys string) {
		for _, s := range l.plan(t, append(sets, opponent, id)...).Stages {
			if !before[s.Key] {
				kinds, keys = kinds+s.Kind+" ", keys+string(s.Key)
			}
		}
		return kinds, keys
	}
	l.answersOf(t, func(p data.Prompt) string { return "x" })
	kinds, first := added()
	if kinds != "given " {
		t.Errorf("a file as the opponent adds %q", kinds)
	}
	judged, _ := added("evaluate.judge=self")
	if want := "given judge judge judge judge judge "; judged != want {
		t.Errorf("and judged %q, want %q", judged, want)
	}
	compared, _ := added(judgedByServer...)
	if want := "given compare compare compare compare "; compared != want {
		t.Errorf("and compared %q, want %q", compared, want)
	}
	l.answersOf(t, func(p data.Prompt) string { return "y" })
	if _, other := added(); other == first {
		t.Error("other answers have the same key")
	}
	l.answersOf(t, func(p data.Prompt) string {
		if p.Lang == "de" {
			return ""
		}
		return "x"
	})
	known := config.World{Languages: l.languages, Tasks: []string{"tiny-facts", "tiny-text"}, Model: func(string) error { return nil }}
	e, err := config.Load("small.toml", []byte(small), []string{opponent, id}, known)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = NewPlan(e, l.bench, l.tasks); err == nil || !strings.Contains(err.Error(), "refs.jsonl (evaluate.opponent): has no answer to 2 of 6 held-out prompts: the id \"") || strings.Contains(err.Error(), "\"de/") {
		t.Errorf("%v", err)
	}
}
