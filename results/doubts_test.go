package results

import (
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/results/synthetic"
)

// What makes numbers no result is the first finding, is in the tables that it spoils and in the main one, which the terminal shows, and
// no finding says "no difference" about it.
func TestDoubts(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*record.Set)
		want   string
		tables []string
		never  []string
	}{
		"no pairs": {func(set *record.Set) {
			for i := range set.Pairs {
				set.Pairs[i].Kept = set.Pairs[i].Kept && set.Pairs[i].Arm != "congrad"
			}
			set.Steps = stepsWithout(set.Steps, func(s record.Step) bool { return s.Arm == "congrad" })
			alike(set, "congrad", "baseline")
		}, "congrad was trained on no pair, so it is the base model", []string{"main", "pairs", "tax"}, []string{"No difference between ConGrad"}},
		"no pairs in a seed": {func(set *record.Set) {
			for i := range set.Pairs {
				set.Pairs[i].Kept = set.Pairs[i].Kept && (set.Pairs[i].Arm != "congrad" || set.Pairs[i].Seed != 2)
			}
			set.Steps = stepsWithout(set.Steps, func(s record.Step) bool { return s.Arm == "congrad" && s.Seed == 2 })
		}, "congrad was trained on no pair in 1 of 3 seeds (2)", []string{"main", "pairs"}, []string{"No difference between ConGrad"}},
		"the judge contradicts itself": {func(set *record.Set) {
			servedBy(set, func(int) record.Verdict { return record.Verdict{First: 0.9, Second: 0.1, By: "text"} })
		}, "The judge contradicts itself: when the order of the answers is swapped, it prefers the other answer on 100 %", []string{"main", "judge", "languages"}, []string{"No difference between", "not significantly different from 0.5"}},
		"the judge reads nothing": {func(set *record.Set) {
			servedBy(set, func(i int) record.Verdict {
				if i%4 == 0 {
					return record.Verdict{First: 1, Second: 1, By: "text"}
				}
				return record.Verdict{First: 0.5, Second: 0.5, Failed: "no verdict in the reply"}
			})
		}, "The judge gave no verdict on", []string{"main", "judge"}, []string{"No difference between"}},
		"the judge sees ties only": {func(set *record.Set) {
			servedBy(set, func(int) record.Verdict { return record.Verdict{First: 0.5, Second: 0.5, By: "text"} })
		}, "comparisons are ties though answers differ", []string{"main", "judge"}, []string{"No difference between"}},
		"collapsed": {func(set *record.Set) {
			for i := range set.Evaluations {
				if e := &set.Evaluations[i]; e.Arm == "congrad" {
					e.Text, e.Known = "the the the", 0
				}
			}
		}, `congrad gives the same answer to most prompts in English, Arabic, Japanese, Hindi, Thai, Swahili (such as "the the the")`, []string{"main", "languages"}, []string{"No difference between ConGrad"}},
		"endless": {func(set *record.Set) {
			for i := range set.Evaluations {
				if e := &set.Evaluations[i]; e.Arm == "congrad" {
					e.Finished = i%10 == 0
				}
			}
		}, "of the answers of congrad do not end within the limit (base model: 0 %)", []string{"main", "languages"}, []string{"No difference between ConGrad"}},
		"the same answers": {
			func(set *record.Set) { alike(set, "congrad", "joint") },
			"The answers of joint, congrad are the same on all 72 held-out prompts",
			[]string{"main", "languages"},
			[]string{"No difference between ConGrad and training on all pairs"},
		},
		"impossible options": {func(set *record.Set) {
			for i := range set.Choices {
				set.Choices[i].LogLikelihoods = []float64{-9, -8}
				if set.Choices[i].Arm == "joint" {
					set.Choices[i].LogLikelihoods = []float64{-900, -800}
				}
			}
		}, "joint finds every option of task capitals next to impossible: the best one has a mean log-likelihood of -800, with the base model -8", []string{"main", "tax"}, nil},
		"impossible text": {func(set *record.Set) {
			for i := range set.Passages {
				if set.Passages[i].Arm == "joint" {
					set.Passages[i].Bits = 40 * float64(set.Passages[i].Bytes)
				}
			}
		}, "joint needs 40.0 bits per byte on task udhr", []string{"main", "tax"}, nil},
		"one seen language": {func(set *record.Set) {
			for i := range set.Study.Languages {
				set.Study.Languages[i].Seen = i == 0
			}
		}, "congrad has the pairs of one language (en), so there is no conflict between languages to filter", []string{"main", "pairs"}, []string{"No difference between ConGrad"}},
	} {
		size := synthetic.Small()
		set := synthetic.Set(size)
		c.change(set)
		files := rendered(t, set)
		report := string(files["report.md"])
		_, first, _ := strings.Cut(report, "## At a glance\n\n")
		_, findings, _ := strings.Cut(report, "## Findings\n\n")
		findings, _, _ = strings.Cut(findings, "\n## ")
		if first, _, _ = strings.Cut(first, "\n"); !strings.Contains(first, c.want) {
			t.Errorf("%s: the first sentence is %q, want %q", name, first, c.want)
		}
		for _, table := range c.tables {
			if text := strings.Join(strings.Fields(string(files["tables/"+table+".txt"])), " "); !strings.Contains(text, c.want) {
				t.Errorf("%s: the table %s does not say %q:\n%s", name, table, c.want, text)
			}
		}
		for _, never := range c.never {
			if strings.Contains(findings, never) {
				t.Errorf("%s: the findings say %q:\n%s", name, never, findings)
			}
		}
	}
	if report := string(rendered(t, synthetic.Set(synthetic.Small()))["report.md"]); strings.Contains(report, "no result") {
		t.Error("a study without a fault has numbers that are no result")
	}
}

func stepsWithout(steps []record.Step, drop func(record.Step) bool) (kept []record.Step) {
	for _, s := range steps {
		if !drop(s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// alike gives an arm another one's answers.
func alike(set *record.Set, arm, other string) {
	type key struct {
		seed   uint64
		prompt string
	}
	texts := map[key]record.Evaluation{}
	for _, e := range set.Evaluations {
		if e.Arm == other {
			texts[key{e.Seed, e.Prompt}] = e
		}
	}
	for i := range set.Evaluations {
		if e := &set.Evaluations[i]; e.Arm == arm {
			from := texts[key{e.Seed, e.Prompt}]
			e.Text, e.Win, e.Known = from.Text, from.Win, from.Known
		}
	}
}

// servedBy has a server judge the trained arms' answers.
func servedBy(set *record.Set, verdict func(i int) record.Verdict) {
	set.Study.Evaluate.Judge, set.Study.Evaluate.Model = "endpoint", "a-model"
	for i := range set.Evaluations {
		e := &set.Evaluations[i]
		v := verdict(i)
		if e.Arm == "baseline" {
			v = record.Verdict{First: 0.5, Second: 0.5, By: "same"}
		}
		e.Verdict, e.Win = &v, (v.First+v.Second)/2
	}
}

// A language that loses under every arm is in the findings: in the figure it strikes first, and a mean over languages hides it.
func TestLostLanguageIsAFinding(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	for i := range set.Evaluations {
		if e := &set.Evaluations[i]; e.Lang == "sw" && e.Arm != "baseline" {
			e.Win = float64(count(i%7 == 0))
		}
	}
	report := string(rendered(t, set)["report.md"])
	if !strings.Contains(report, "Swahili loses against the base model under every arm (joint 0.1") || strings.Contains(report, "Thai loses against") {
		t.Errorf("the findings do not name Swahili, or name another:\n%s", report[:4000])
	}
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}
