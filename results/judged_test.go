package results

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

// A study without known answers says in every table, figure and finding of win rates by whom they were judged, shows the judge's
// mean score, and has no column of what only known answers tell.
func TestJudgedWithoutKnownAnswers(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	unknown(set)
	for i := range set.Answers {
		set.Answers[i].Known = -1
	}
	sums, counts := map[string]float64{}, map[string]float64{}
	for i := range set.Evaluations {
		e := &set.Evaluations[i]
		if e.Score, e.OpponentScore = 1+float64(i%37)/10, 3; i%5 == 0 {
			e.Score, e.Win = 0, 0.5
			continue
		}
		sums[e.Arm] += e.Score
		counts[e.Arm]++
	}
	set.Study.Evaluate.Judge = "self"
	set.Study.Files = []record.PromptFile{{Path: "mine.csv", SHA256: "abc", Rows: 70, Languages: []record.FilePrompts{{Lang: "en", Rows: 70, Preference: 40, Eval: 20, Dev: 9}}}}
	files := rendered(t, set)
	checkFiles(t, "judged", files)
	for _, path := range []string{"tables/main.md", "tables/languages.md", "tables/intervals.md"} {
		if !strings.Contains(string(files[path]), "judged by the base model itself") || strings.Contains(string(files[path]), "exact") {
			t.Errorf("%s does not say who judged, or speaks of exact answers:\n%s", path, files[path])
		}
	}
	report := string(files["report.md"])
	for _, want := range []string{
		"Win rates against the base model, judged by that model itself, in", "It gave no score to " + strconv.Itoa((len(set.Evaluations)+4)/5) + " of",
		"mine.csv", "SHA-256 abc", "a higher win rate shows that it prefers",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	for _, name := range []string{"differences", "win-rates"} {
		if !strings.Contains(string(files["figures/"+name+".svg"]), "judged by the base model itself") {
			t.Errorf("the figure %s does not say who judged", name)
		}
	}
	for path, not := range map[string]string{"tables/data.csv": "exact", "tables/pairs.csv": "right", "tables/pairs.md": "AUROC"} {
		if strings.Contains(string(files[path]), not) {
			t.Errorf("%s has %q:\n%s", path, not, files[path])
		}
	}
	for _, row := range rows(t, files["tables/main.csv"]) {
		if row["languages"] != "all" {
			continue
		}
		if got, err := strconv.ParseFloat(row["score"], 64); err != nil || math.Abs(got-sums[row["arm"]]/counts[row["arm"]]) > 1e-8 {
			t.Errorf("%s has the score %s, want %g", row["arm"], row["score"], sums[row["arm"]]/counts[row["arm"]])
		}
	}
	if got := rows(t, files["tables/prompts.csv"]); len(got) != 1 || got[0]["rows"] != "70" || got[0]["preferences"] != "40" {
		t.Errorf("%v", got)
	}
}

// A server's judgements: its name is in every note, its place bias and what it did not judge in a table of their own. The bias
// is planted: whatever the answers, 0.8 for the one shown first.
func TestJudgedByAServer(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	unknown(set)
	set.Study.Evaluate.Judge, set.Study.Evaluate.Model = "endpoint", "a-model"
	failed := 0
	for i := range set.Evaluations {
		e := &set.Evaluations[i]
		e.Verdict, e.Win = &record.Verdict{First: 0.8, Second: 0.2, By: "log-probs", Labels: 0.9}, 0.5
		switch {
		case e.Arm == "baseline":
			e.Verdict = &record.Verdict{First: 0.5, Second: 0.5, By: "same"}
		case i%7 == 0:
			e.Verdict = &record.Verdict{First: 0.5, Second: 0.5, Failed: "refused"}
			failed++
		case i%7 == 1:
			e.Verdict.By, e.Verdict.Labels = "text", 0
		case i%7 == 2: // a judge that would rather say something else
			e.Verdict = &record.Verdict{First: 0.5, Second: 0.5, Failed: "labels with little probability", Labels: 0.2}
			failed++
		}
	}
	files := rendered(t, set)
	checkFiles(t, "server", files)
	for _, path := range []string{"tables/main.md", "tables/languages.md", "tables/lengths.md"} {
		if text := string(files[path]); !strings.Contains(text, "judged by a-model") || strings.Contains(text, "base model itself") || strings.Contains(text, "score") {
			t.Errorf("%s does not say who judged:\n%s", path, text)
		}
	}
	report := string(files["report.md"])
	for _, want := range []string{"Win rates against the base model, judged by a-model, in", "It gave no verdict on " + strconv.Itoa(failed) + " of", "failed: labels with little probability ", "; refused ", "this judge prefers", "A win is the mean of the judge's two preferences"} {
		if !strings.Contains(report, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	if strings.Contains(report, "equal scores") {
		t.Error("the report speaks of scores, which a server gives none of")
	}
	sum := 0
	for _, row := range rows(t, files["tables/judge.csv"]) {
		count := func(name string) int {
			n, err := strconv.Atoi(row[name])
			if err != nil {
				t.Fatalf("%s: %v in %v", name, err, row)
			}
			return n
		}
		sum += count("answers failed")
		if count("answers judged")+count("answers failed") != count("answers all") || count("read by log-probs")+count("read by text") != count("answers judged") || count("read by text") == 0 || count("answers ties") != count("answers judged") {
			t.Errorf("%v", row)
		}
		first, err := strconv.ParseFloat(row["shown first"], 64)
		if row["arm"] == "baseline" || err != nil || math.Abs(first-0.8) > 1e-9 || row["orders opposed"] != "1" || !strings.HasPrefix(row["labels"], "0.7") {
			t.Errorf("%v", row)
		}
	}
	if sum != failed {
		t.Errorf("%d failures, want %d", sum, failed)
	}
}

// Against the answers of a file every arm has a win rate, the base model among them, and everything that names the opponent names
// the file.
func TestAgainstAFile(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	set.Study.Opponent, set.Study.Baseline = "refs.jsonl", "baseline"
	set.Study.Answers = &record.AnswerFile{Path: "refs.jsonl", SHA256: "abc", Rows: 99, Used: 72}
	wins, n := 0.0, 0.0
	for i := range set.Evaluations {
		e := &set.Evaluations[i]
		e.OpponentText = strings.Repeat("x", 9)
		if e.Win = float64(i % 2); e.Arm == "baseline" {
			wins, n = wins+e.Win, n+1
		}
	}
	files := rendered(t, set)
	checkFiles(t, "file", files)
	for path, data := range files {
		if text := string(data); strings.Contains(text, "answers of baseline") || strings.Contains(text, "against the base model") || strings.Contains(text, "base model's answers") {
			t.Errorf("%s names another opponent", path)
		}
	}
	for _, path := range []string{"tables/main.md", "tables/languages.md", "tables/lengths.md", "report.md"} {
		if !strings.Contains(string(files[path]), "the file refs.jsonl") {
			t.Errorf("%s does not name the file", path)
		}
	}
	if !strings.Contains(string(files["report.md"]), "Win rates against the file refs.jsonl in") {
		t.Error("the findings do not name the file")
	}
	for _, path := range []string{"tables/main.csv", "tables/lengths.csv", "tables/intervals.csv"} {
		found := false
		for _, row := range rows(t, files[path]) {
			if row["languages"] != "all" || row["arm"] != "baseline" {
				continue
			}
			found = true
			for name, text := range row {
				if name != "win rate" && name != "win rate raw" && name != "win rate crossed" {
					continue
				}
				if got, err := strconv.ParseFloat(text, 64); err != nil || math.Abs(got-wins/n) > 1e-6 {
					t.Errorf("%s: %s is %s, want %g", path, name, text, wins/n)
				}
			}
			if own, ok := row["characters opponent"]; ok && own != "9" {
				t.Errorf("the file's answers have %s characters", own)
			}
		}
		if !found {
			t.Errorf("%s has no row of the base model", path)
		}
	}
}
