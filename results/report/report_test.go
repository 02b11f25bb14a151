package report

import (
	"fmt"
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/synthetic"
)

// contest is a study in which every arm's wins are known: shares of wins per seed, by arm and for seen languages only.
func contest(wins map[string][]float64) *record.Set {
	set := &record.Set{Study: record.Study{
		Name: "contest", Iterations: 1, Languages: []record.Language{{Code: "en", Name: "English", Seen: true}, {Code: "de", Name: "German", Seen: true}},
	}}
	for _, a := range []string{"baseline", "joint", "congrad", "random"} {
		shares, ok := wins[a]
		if !ok {
			continue
		}
		arm := record.Arm{Name: a, Trained: a != "baseline", Select: map[string]string{"baseline": "none", "joint": "all"}[a]}
		switch a {
		case "baseline":
			set.Study.Baseline = a
		case "joint":
			set.Study.Reference = a
		case "congrad":
			arm.Select, arm.Keep = a, &record.Keep{Share: 0.5}
		case "random":
			arm.Select, arm.Match = a, "congrad"
		}
		set.Study.Arms = append(set.Study.Arms, arm)
		for seed, share := range shares {
			if a == "baseline" {
				set.Study.Seeds = append(set.Study.Seeds, uint64(seed))
			}
			for _, l := range []string{"en", "de"} {
				for i := range 200 {
					e := record.Evaluation{Seed: uint64(seed), Arm: a, Lang: l, Prompt: fmt.Sprint(i), Cluster: fmt.Sprint(i), Known: 1, Text: fmt.Sprint(a, seed, i)}
					// The prompts that are won are spread by a stride coprime to 200, other ones for every arm.
					if a == "baseline" {
						e.Win = 0.5
					} else if (i*37+len(a)*11)%200 < int(200*share) {
						e.Win = 1
					}
					set.Evaluations = append(set.Evaluations, e)
				}
			}
		}
	}
	return set
}

func TestFindingsFollowTheNumbers(t *testing.T) {
	even := []float64{0.5, 0.5, 0.5}
	for name, c := range map[string]struct {
		wins      map[string][]float64
		want, not []string
	}{
		"congrad wins": {
			map[string][]float64{"baseline": even, "joint": {0.50, 0.51, 0.49}, "congrad": {0.80, 0.81, 0.80}, "random": {0.5, 0.5, 0.51}},
			[]string{
				"congrad (0.803", "is above 0.5", "joint (0.500", "are not significantly different from 0.5",
				"wins more often than joint", "ConGrad did better than training on all pairs in the 2 seen languages",
				"ConGrad did better than training on pairs drawn at random in the 2 seen languages",
			},
			[]string{"did worse", "below 0.5"},
		},
		"congrad loses": {
			map[string][]float64{"baseline": even, "joint": {0.80, 0.81, 0.80}, "congrad": {0.30, 0.31, 0.30}},
			[]string{"joint (0.803", "is above 0.5", "congrad (0.303", "is below 0.5", "wins less often than joint", "ConGrad did worse than training on all pairs"},
			[]string{"did better", "random"},
		},
		"everything loses": {
			map[string][]float64{"baseline": even, "joint": {0.30, 0.31, 0.30}, "congrad": {0.30, 0.31, 0.30}},
			[]string{"joint (0.303", "are below 0.5", "No difference between ConGrad and training on all pairs was detected"},
			[]string{"did better", "did worse", "above 0.5"},
		},
		"seeds disagree": {
			map[string][]float64{"baseline": even, "joint": even, "congrad": {0.40, 0.55, 0.75}},
			[]string{"congrad", "not significantly different from 0.5", "No difference between ConGrad and training on all pairs was detected", "Four in five such studies would detect"},
			[]string{"did better", "did worse"},
		},
		"all answers alike": {
			map[string][]float64{"baseline": even, "joint": {1, 1, 1}, "congrad": {1, 1, 1}},
			[]string{"No difference between ConGrad and training on all pairs was detected in the 2 seen languages"},
			[]string{"would be detected"},
		},
		"no joint arm": {
			map[string][]float64{"baseline": even, "congrad": even},
			[]string{"congrad (0.500", "not significantly different from 0.5"},
			[]string{"joint", "ConGrad"},
		},
		"nothing trained": {
			map[string][]float64{"baseline": even},
			[]string{"nothing to compare"},
			nil,
		},
	} {
		s, err := outcome.New(contest(c.wins))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(findings(s), "\n")
		for _, w := range c.want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: the findings lack %q:\n%s", name, w, text)
			}
		}
		for _, w := range c.not {
			if strings.Contains(text, w) {
				t.Errorf("%s: the findings say %q:\n%s", name, w, text)
			}
		}
	}
}

func page(t *testing.T, set *record.Set) (markdown, html string) {
	t.Helper()
	s, err := outcome.New(set)
	if err != nil {
		t.Fatal(err)
	}
	d := New(s, []Section{{ID: "run", Blocks: Run(s)}, {ID: "findings", Blocks: Findings(s)}, {ID: "examples", Blocks: Examples(s)}, {ID: "reading", Blocks: Reading(s)}})
	m, err := d.Markdown()
	if err != nil {
		t.Fatal(err)
	}
	h, err := d.HTML()
	if err != nil {
		t.Fatal(err)
	}
	return string(m), string(h)
}

// Answers are what a model wrote: they must not turn into markup, nor change the direction of the text around them.
func TestAnswersAreQuotedSafely(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	for i := range set.Pairs {
		set.Pairs[i].Chosen = "<script>alert(1)</script>"
		set.Pairs[i].Rejected = "# مايو | *x*\n</bdi>" + strings.Repeat("長", 400)
	}
	markdown, html := page(t, set)
	for _, bad := range []string{"<script", "</bdi>長"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if strings.Contains(markdown, "<script") || strings.Contains(markdown, "*x*") && !strings.Contains(markdown, `\*x\*`) {
		t.Error("the Markdown holds an answer's markup")
	}
	if !strings.Contains(html, `<bdi lang="ar" dir="rtl">`) {
		t.Error("answers are not isolated")
	}
	if strings.Contains(html, strings.Repeat("長", 301)) || !strings.Contains(html, "長 \u2026") {
		t.Error("long answers are not cut")
	}
}

// One file that works without a network and without scripts.
func TestPageLoadsNothing(t *testing.T) {
	_, html := page(t, synthetic.Set(synthetic.Small()))
	for _, bad := range []string{"<script", "<link", "@import", "url(", "src="} {
		if strings.Contains(html, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, want := range []string{`<meta name="viewport"`, "prefers-color-scheme: dark", "@media print", `<html lang="en">`} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestPartialRecordsAreAnnounced(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	set.Study.Partial = "--limit 8"
	markdown, html := page(t, set)
	for kind, text := range map[string]string{"Markdown": markdown, "HTML": html} {
		if !strings.Contains(text, "Partial records (--limit 8)") || strings.Contains(text, "hold the whole experiment") {
			t.Errorf("%s does not announce partial records", kind)
		}
	}
}

func TestClipped(t *testing.T) {
	for in, want := range map[string]string{
		"":          "(empty)",
		" \n":       "(empty)",
		"a\nb\r\nc": "a \u23ce b \u23ce c",
		"plain":     "plain",
	} {
		if got := clipped(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// A sentence orders the scores by how well they find planted conflicts, where there are some.
func TestPlantedConflictsAreReported(t *testing.T) {
	plain, _ := page(t, synthetic.Set(synthetic.Small()))
	markdown, _ := page(t, synthetic.Plant(synthetic.Set(synthetic.Small())))
	for _, want := range []string{"were swapped", "AUROC in iteration 1, best first): congrad 0.", "On the same pairs, random ("} {
		if !strings.Contains(markdown, want) || strings.Contains(plain, want) {
			t.Errorf("%q: with planted pairs %v, without %v", want, strings.Contains(markdown, want), strings.Contains(plain, want))
		}
	}
}
