package paper

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"congrad/harness/config"
	"congrad/harness/loss"
	"congrad/harness/record"
	"congrad/harness/run"
	"congrad/results/outcome"
	"congrad/results/synthetic"
)

// made is a run of made-up records, with what else is given.
func made(t *testing.T, change func(*Run)) Run {
	t.Helper()
	r := Run{Set: synthetic.Set(synthetic.Small())}
	change(&r)
	var err error
	if r.Study, err = outcome.New(r.Set); err != nil {
		t.Fatal(err)
	}
	return r
}

// items are a checklist's items by name: ticked or not, and the answer.
func items(t *testing.T, text string) map[string][2]string {
	t.Helper()
	list := map[string][2]string{}
	for _, m := range regexp.MustCompile(`(?m)^- \[(.)\] (.*?): (.*)$`).FindAllStringSubmatch(text, -1) {
		list[m[2]] = [2]string{m[1], m[3]}
		if open := strings.Contains(m[3], Open); open == (m[1] == "x") || m[3] == "" {
			t.Errorf("%s is ticked %q with %q", m[2], m[1], m[3])
		}
		if m[1] == "x" && strings.Contains(m[3], "not known: ") {
			t.Errorf("%s is ticked and not known", m[2])
		}
	}
	if len(list) < 20 {
		t.Fatalf("%d items:\n%s", len(list), text)
	}
	return list
}

func manifest() *run.Manifest {
	return &run.Manifest{
		Outcome: "finished", Commit: "abc", Dirty: true, Command: "congrad run x", Licence: "mit",
		Machine: map[string]string{"cpu": "A", "cores": "4", "memory": "1 kB", "os": "linux"}, Device: map[string]string{"backend": "go"},
		Hashes: map[string]string{"weights": "w", "prompts": "p"}, Versions: map[string]string{"go": "1"},
		Spent: []record.Spent{{Seconds: 3600, Calls: 1, Peak: 2e9}, {Seconds: 1800, Calls: 1}},
	}
}

// What the run knows is ticked, with its own numbers.
func TestChecklistOfAKnownRun(t *testing.T) {
	r := made(t, func(r *Run) {
		r.Manifest = manifest()
		r.Settings = []config.Origin{{Key: "prompts.source", Value: "files", From: "x.toml:3"}, {Key: "train.epochs", Value: int64(2), From: "default: our choice"}}
		r.Set.Study.Files = []record.PromptFile{{Path: "p.jsonl", SHA256: "s", Rows: 7}}
	})
	sum, n := 0.0, 0
	for _, e := range r.Set.Evaluations {
		if e.Arm == "joint" {
			sum, n = sum+e.Win, n+1
		}
	}
	text := string(r.Checklist())
	got := items(t, text)
	for name, want := range map[string]string{
		"Hours of computing":    "1.50, wall-clock, in 2 stages, by arm in the table cost",
		"Peak memory":           "2.00 GB of main memory; not known for a GPU",
		"Machine":               "A, 4 cores, 1 kB of memory, linux",
		"Licence of the model":  "mit, from the model's files",
		"Commit of the program": "`abc`, with uncommitted changes",
		"Command":               "`congrad run x`",
		"Training runs":         "3 seeds for every arm (1, 2, 3), of 2 iterations each",
		"File `p.jsonl`":        "7 rows, SHA-256 `s`",
	} {
		if got[name] != [2]string{"x", want} {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	if want := fmt.Sprintf("all (6): %.3f [", sum/float64(n)); !strings.Contains(got["Win rate of joint"][1], want) || !strings.Contains(got["Win rate of joint"][1], fmt.Sprintf("], n = %d", n)) {
		t.Errorf("Win rate of joint: %s, want %s", got["Win rate of joint"][1], want)
	}
	if got["Licence of `p.jsonl`, and consent of its authors"][0] != " " {
		t.Error("the licence of the user's own file is taken to be known")
	}
	for _, want := range []string{"| `train.epochs` | 2 | default: our choice |", "- 3 seeds: ", "was built with uncommitted changes"} {
		if !strings.Contains(text, want) {
			t.Errorf("the checklist has no %q", want)
		}
	}
	if strings.Contains(text, "Unicode") {
		t.Error("a study of files names the licence of the embedded world")
	}
}

// Against a file's answers every arm has a rate, the file is named, and whose it is stays open; so do the licences of tasks from
// files beside the embedded world's prompts. A judge's gaps are counted as what they are.
func TestChecklistAgainstAFile(t *testing.T) {
	r := made(t, func(r *Run) {
		r.Settings = []config.Origin{{Key: "prompts.source", Value: "tiny", From: "x.toml:3"}}
		s := &r.Set.Study
		s.Opponent, s.Answers, s.Evaluate.Judge = "refs.jsonl", &record.AnswerFile{Path: "refs.jsonl", Rows: 9, Used: 7, SHA256: "s"}, "self"
		s.Tasks[1].Items, s.Tasks[1].Files = 8, []record.TaskFile{{Path: "mine.jsonl", Rows: 8}}
		for i := range r.Set.Evaluations {
			r.Set.Evaluations[i].Score, r.Set.Evaluations[i].OpponentScore = 3, float64(i%2)
		}
	})
	text := string(r.Checklist())
	got := items(t, text)
	for name, want := range map[string]string{
		"Licence of `refs.jsonl`, and who wrote these answers": Open, "Licences of the tasks' items (udhr)": Open, "Opponent": "the answers in refs.jsonl: 9 rows, 7 of them for these prompts, SHA-256 s",
	} {
		if got[name][1] != want {
			t.Errorf("%s: %q, want %q", name, got[name][1], want)
		}
	}
	n := len(r.Set.Evaluations)
	if want := fmt.Sprintf("The judge gave one of the answers no score in %d of %d comparisons", (n+1)/2, n); got["Win rate of baseline"][0] != "x" || !strings.Contains(text, want) {
		t.Errorf("no rate of the base model, or no %q:\n%s", want, text)
	}
}

// What it does not know stays open: nothing is ticked of machine, settings or licence.
func TestChecklistOfRecordsAlone(t *testing.T) {
	got := items(t, string(made(t, func(r *Run) {
		s := &r.Set.Study
		s.Model, s.Judge, s.Generate, s.Seeds = record.Model{}, record.Judge{}, record.Generate{}, s.Seeds[:1]
	}).Checklist()))
	for _, name := range []string{"Machine, device, versions and hours", "Every setting", "Licence of the model", "Model and its size", "Source of the prompts", "Judge of the training pairs", "Preference prompts"} {
		if answer, ok := got[name]; !ok || answer[0] != " " {
			t.Errorf("%s: %q", name, answer)
		}
	}
	partly := items(t, string(made(t, func(r *Run) {
		r.Manifest = manifest()
		r.Manifest.Spent[1] = record.Spent{}
		r.Manifest.Commit, r.Manifest.Licence = "", ""
	}).Checklist()))
	if h := partly["Hours of computing"]; h[0] != " " || !strings.HasPrefix(h[1], "at least 1.00") {
		t.Errorf("of one of two stages nothing is known: %q", h)
	}
	if partly["Commit of the program"][0] != " " || partly["Licence of the model"][0] != " " {
		t.Error("a commit or a licence is claimed that is not known")
	}
}

// front reads the head of a card as the narrow YAML that it is written in: "key: value", and lists of "- value" below a key.
func front(t *testing.T, card string) map[string][]string {
	t.Helper()
	head, ok := strings.CutPrefix(card, "---\n")
	head, _, closed := strings.Cut(head, "\n---\n")
	if !ok || !closed {
		t.Fatalf("no head:\n%s", card)
	}
	values, last := map[string][]string{}, ""
	line := regexp.MustCompile(`^(?:([a-z_]+):(?: ("[^"]*"|[a-z-]+))?|- ("[^"]*"))$`)
	for _, text := range strings.Split(head, "\n") {
		if strings.HasPrefix(text, "#") {
			continue
		}
		m := line.FindStringSubmatch(text)
		if m == nil {
			t.Errorf("%q is neither a key nor an entry", text)
			continue
		}
		if m[1] != "" {
			last = m[1]
			if values[last] != nil {
				t.Errorf("%s stands there twice", last)
			}
		}
		if value := strings.Trim(m[2]+m[3], `"`); value != "" {
			values[last] = append(values[last], value)
		}
	}
	return values
}

func card() Card {
	e := &config.Experiment{Name: "x", Model: "org/name@v1", Iterations: 2, Languages: config.Languages{Seen: []string{"en", "no", "ja"}}}
	return Card{Experiment: e, Arm: config.Arm{Name: "joint", Select: "all", Without: []string{"ja"}, Loss: loss.Loss{Kind: "dpo"}}, Seed: 2, Iteration: 2, DType: "float32", Run: "congrad run x"}
}

func TestFrontMatter(t *testing.T) {
	c := card()
	c.BaseID, c.Licence = "org/name", "other: house-rules"
	got := front(t, string(c.Markdown()))
	for key, want := range map[string]string{"base_model": "org/name", "language": "en no", "license": "other", "license_name": "house-rules", "library_name": "transformers", "tags": "congrad preference-alignment multilingual dpo"} {
		if have := strings.Join(got[key], " "); have != want {
			t.Errorf("%s: %q, want %q", key, have, want)
		}
	}
	if !strings.Contains(string(c.Markdown()), "- \"no\"\n") {
		t.Error("Norwegian is written as a truth value")
	}
	bare := string(card().Markdown())
	if got := front(t, bare); got["base_model"] != nil || got["license"] != nil || !strings.Contains(bare, "\n# license: ") {
		t.Errorf("a base model or a licence is claimed that is not known: %v", got)
	}
}

// The numbers are those of the exported seed's training and of all seeds' evaluation.
func TestCardOfAKnownRun(t *testing.T) {
	r := made(t, func(*Run) {})
	met, sum, n := 0, 0.0, 0
	for _, p := range r.Set.Pairs {
		if p.Arm == "joint" && p.Seed == 2 {
			met++
		}
	}
	for _, e := range r.Set.Evaluations {
		if e.Arm == "joint" {
			sum, n = sum+e.Win, n+1
		}
	}
	c := card()
	c.Known = &r
	text := string(c.Markdown())
	for _, want := range []string{
		fmt.Sprintf("%d pairs seen", met), fmt.Sprintf("| all (6) | %d | %.3f [", n, sum/float64(n)), "3 seeds (1, 2, 3); these weights are those of seed 2", "| udhr | bits per byte |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the card has no %q:\n%s", want, text)
		}
	}
	c.Iteration = 1
	if text := string(c.Markdown()); strings.Contains(text, "| all (6)") || !strings.Contains(text, "evaluates only the last iteration (2), not this one") {
		t.Error("a policy on the way has the evaluation of the last one")
	}
	c.Known = nil
	if text := string(c.Markdown()); !strings.Contains(text, "there are no results") || strings.Contains(text, "pairs seen") {
		t.Error("a run without records has numbers")
	}
}
