package results

import (
	"fmt"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/harness/rng"
	"congrad/results/outcome"
	"congrad/results/report"
	"congrad/results/synthetic"
)

// everything is a made-up study with something for every table and figure of a report.
func everything() *record.Set {
	size := synthetic.Small()
	size.Arms = 7
	set := synthetic.Move(synthetic.Iterate(synthetic.Sample(synthetic.Bound(synthetic.Plant(synthetic.Set(size))))))
	s := &set.Study
	s.Sweeps = []record.Sweep{
		{Key: "keep.share", Arms: []string{"congrad", "own_language"}, Values: []float64{0.25, 0.5}},
		{Key: "congrad.sketch_rank", Arms: []string{"congrad", "reward_margin"}, Values: []float64{4, 64}},
	}
	s.Arms[4].Changed = []record.Setting{{Key: "congrad.sketch", Value: "exact"}}
	s.Arms[5].Changed = []record.Setting{{Key: "keep.share", Value: "0.25"}}
	s.Published = []record.Published{{Arm: "joint", Languages: "seen", Measure: "win rate", Value: 0.5, Source: "elsewhere"}}
	s.Claims = []record.Claim{
		{Text: "filtering helps", Measure: "win rate", Arm: "congrad", Minus: "joint", Group: "seen", Direction: "greater", Effect: 0.01},
		{Text: "compression changes few decisions", Measure: "decisions", Arm: "congrad", Group: "all", Direction: "within", Effect: 0.5},
	}
	s.Files = []record.PromptFile{{Path: "p.jsonl", Rows: 9, SHA256: "abc", Languages: []record.FilePrompts{{Lang: "en", Rows: 9, Eval: 3}}}}
	s.Evaluate.Judge, s.Evaluate.Model, s.Evaluate.URL = "endpoint", "a-model", "http://judge"
	for i := range set.Evaluations {
		e := &set.Evaluations[i]
		e.Verdict = &record.Verdict{First: e.Win, Second: e.Win, By: "log-probs"}
		if e.Arm == s.Baseline {
			e.Verdict.By = "same"
		}
	}
	for i := range set.Consensus {
		c := &set.Consensus[i]
		for k := range c.Languages {
			c.Squares = append(c.Squares, 2*c.MeanGram[k][k])
		}
	}
	for i := range set.Steps {
		set.Steps[i].Languages, set.Steps[i].Conflicts, set.Steps[i].Cosine = 3, 0.25, 0.1
	}
	return set
}

// given are names for the arms of everything by their own.
func given(names ...string) map[string]string {
	as := map[string]string{}
	for i, a := range everything().Study.Arms {
		as[a.Name] = names[i]
	}
	return as
}

// Nobody reads anything into a name: under other names, drawn at random or such as belong to another role, all numbers, tables,
// figures and sentences are the same but for the names. The names of the first report occur nowhere else in it.
func TestNamesSayNothing(t *testing.T) {
	tokens := []string{"Aqxa", "Bqxb", "Cqxc", "Dqxd", "Eqxe", "Fqxf", "Gqxg", "Hqxh", "Iqxi"}
	first := rendered(t, synthetic.Rename(everything(), given(tokens...)))
	own := slices.Collect(maps.Keys(given(tokens...)))
	slices.Sort(own)
	shuffled := slices.Clone(own)
	rng.Stream(1, "names").Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	random := make([]string, len(tokens))
	for i := range random {
		random[i] = fmt.Sprintf("arm %d", rng.Stream(2, "names", fmt.Sprint(i)).IntN(1e6))
	}
	for _, names := range [][]string{own, shuffled, random} {
		pairs := []string{}
		for i, token := range tokens {
			pairs = append(pairs, token, names[i])
		}
		rename := strings.NewReplacer(pairs...)
		files := rendered(t, synthetic.Rename(everything(), given(names...)))
		if len(files) != len(first) {
			t.Errorf("%v: %d files, under other names %d", names, len(files), len(first))
		}
		for path, data := range files {
			want, got := rename.Replace(normalised(t, path, first[path])), normalised(t, path, data)
			if got != want {
				t.Errorf("%v: %s differs from %q on", names, path, firstDifference([]byte(got), []byte(want)))
			}
		}
	}
}

var (
	svgText = regexp.MustCompile(`(?s)<(?:text|title)[^>]*>(.*?)</`)
	padding = regexp.MustCompile(`\s+|:?-{2,}:?|─+`)
	drawing = regexp.MustCompile(`(?s)<svg.*?</svg>`)
)

// normalised is what of a file does not depend on how long names are: no padding, and of drawings the words.
func normalised(t *testing.T, path string, data []byte) string {
	t.Helper()
	text := string(data)
	switch {
	case strings.HasSuffix(path, ".svg"):
		var words []string
		for _, m := range svgText.FindAllStringSubmatch(text, -1) {
			words = append(words, html.UnescapeString(m[1]))
		}
		return strings.Join(words, "\n")
	case strings.HasPrefix(path, "report."):
		text = drawing.ReplaceAllString(text, "")
	}
	return padding.ReplaceAllString(html.UnescapeString(strings.ReplaceAll(text, `\_`, "_")), " ")
}

// Where two arms swap names, sentences follow what the arms do.
func TestSentencesFollowRoles(t *testing.T) {
	say := func(set *record.Set) string {
		s, err := outcome.New(set)
		if err != nil {
			t.Fatal(err)
		}
		var text []string
		for _, b := range report.Findings(s) {
			text = append(text, b.Text)
		}
		return strings.Join(text, "\n")
	}
	before := say(synthetic.Set(synthetic.Small()))
	after := say(synthetic.Rename(synthetic.Set(synthetic.Small()), map[string]string{"joint": "random", "random": "joint"}))
	said := func(text string) []string {
		return regexp.MustCompile(`[^.]*training on [^(]*\([^)]*\)`).FindAllString(text, -1)
	}
	if was, is := said(before), said(after); len(was) != 4 || !slices.Equal(was, is) {
		t.Errorf("%q, with names swapped %q", was, is)
	}
	for _, want := range []string{"than random;", "On the same prompts and seeds, congrad", "joint ("} {
		if !strings.Contains(after, want) && !strings.Contains(after, strings.TrimSuffix(want, ";")+".") {
			t.Errorf("nothing says %q:\n%s", want, after)
		}
	}

	set := synthetic.Set(synthetic.Small())
	set.Study.Arms[3].Select, set.Study.Arms[3].Match = "congrad", ""
	set = synthetic.Rename(set, map[string]string{"random": "wide", "congrad": "narrow"})
	set.Study.Arms = append(set.Study.Arms, record.Arm{Name: "drawn", Select: "random", Match: "wide", Trained: true})
	for _, e := range set.Evaluations {
		if e.Arm == "joint" {
			e.Arm = "drawn"
			set.Evaluations = append(set.Evaluations, e)
		}
	}
	for _, p := range set.Pairs {
		if p.Arm == "wide" {
			p.Arm = "drawn"
			set.Pairs = append(set.Pairs, p)
		}
	}
	text := say(set)
	for _, want := range []string{"narrow and training on all pairs", "wide and training on all pairs", "wide and training on pairs drawn at random"} {
		if !strings.Contains(text, want) {
			t.Errorf("of two arms that filter nothing says %q:\n%s", want, text)
		}
	}
	set.Study.Reference = "wide"
	if text := say(set); !strings.Contains(text, "narrow and wide (training on pairs picked by alignment with the consensus)") || strings.Contains(text, "training on all pairs") {
		t.Errorf("the reference is not described by what it does:\n%s", text)
	}
	set.Study.Arms[3].Select, set.Study.Arms[3].Match, set.Study.Arms[4].Match = "random", "narrow", "narrow"
	if text := say(set); !strings.Contains(text, "ConGrad and training on pairs drawn at random") || strings.Contains(text, "training on all pairs") {
		t.Errorf("a reference that draws at random:\n%s", text)
	}
}

// Without a reference no table has columns of differences, and each that would have says why.
func TestWithoutAReference(t *testing.T) {
	set := everything()
	set.Study.Reference = ""
	files := rendered(t, set)
	for _, name := range []string{"main", "languages", "lengths", "ablation", "intervals"} {
		text := strings.Join(strings.Fields(string(files["tables/"+name+".txt"])), " ")
		if strings.Contains(text, "minus") || !strings.Contains(text, "No paired differences: no arm trains on all pairs of all seen languages, and evaluate.reference names no other arm.") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
	if files["figures/differences.svg"] != nil || !strings.Contains(string(files["report.md"]), "No paired differences") {
		t.Error("the report does not say why there is no figure of differences")
	}
}
