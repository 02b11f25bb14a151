package endpoint

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is said in words is read; what is no verdict, and what is refused, is counted with its reason and kept.
func TestText(t *testing.T) {
	for said, want := range map[string]string{
		"A": "A", " b.\n": "B", "**A**": "A", "The better answer is B.": "B", "Answer: A": "A", "because of the facts\n\nB": "B", "(A)": "A",
		"A\nB is worse": "A", "": "", "neither": "", "A or B": "", "A\nor\nB": "", "A good answer": "", "AB": "", "ＡＢ": "", "I like A": "",
	} {
		got, at := verdict(said)
		if got != want || got != "" && strings.ToUpper(said[at:at+1]) != got {
			t.Errorf("%q is read as %q at %d, want %q", said, got, at, want)
		}
	}
	s := serve(t, func(w http.ResponseWriter, prompt string, n int) {
		switch strings.Split(prompt, "|")[0] {
		case "refuse":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":null,"refusal":"I can't"}}]}`)
		case "filter":
			fail(w, 400, "content_filter", "no")
		case "long":
			fail(w, 400, "context_length_exceeded", "no")
		case "longer": // as vLLM says it, with a number for a code
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(400)
			fmt.Fprint(w, `{"error":{"message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.","type":"BadRequestError","param":null,"code":400}}`)
		case "vague":
			say(w, "it depends")
		default:
			right(w, prompt, n)
		}
	})
	b := newBench(t, s.URL)
	pairs := []Pair{{"q", "good", "bad"}, {"q", "bad", "good"}, {"q", "good", "good 2"}, {"refuse", "x", "y"}, {"filter", "x", "y"}, {"long", "x", "y"}, {"longer", "x", "y"}, {"vague", "x", "y"}}
	want := []Verdict{{First: 1, Second: 1, By: Text}, {First: 0, Second: 0, By: Text}, {First: 1, Second: 0, By: Text}, {First: 0.5, Second: 0.5, Failed: refused}, {First: 0.5, Second: 0.5, Failed: refused}, {First: 0.5, Second: 0.5, Failed: tooLong}, {First: 0.5, Second: 0.5, Failed: tooLong}, {First: 0.5, Second: 0.5, Failed: unreadable}}
	if d := cmp.Diff(want, b.compare(t, pairs...)); d != "" {
		t.Error(d)
	}
	asked := s.asked()
	b.open(t, s.URL, nil)
	if d := cmp.Diff(want, b.compare(t, pairs...)); d != "" || s.asked() != asked+3 { // errors are not kept, all else is
		t.Errorf("%d requests at first and %d again\n%s", asked, s.asked()-asked, d)
	}
}

// An article is no label, whatever the language of the sentence, and neither is the beginning of an answer to the instruction. Models of
// every family begin sentences with "A"; AlpacaEval 2 (Dubois et al. 2024) reads the first token alone and takes them for verdicts.
func TestArticleIsNoLabel(t *testing.T) {
	for _, said := range []string{
		"A careful look shows that the second answer is right", "A melhor resposta é a B", "A resposta B é melhor.", "A válasz B jobb, mert helyes", "A close call, but I prefer B.",
		"A good answer names its source.", "B's answer", "B's answer is better.", "B ist", "B ist besser.", "A is not", "A: 2 + 2 =", "A: 4", "A:", "B: 7\nA: 4", "A?", "A or", "A/B", "A = B",
		"not A", "不是A", "не A", "A ではない", "A는 틀렸다", "A не права", "É a", "The best answer is a", "The better answer is a", "a good one", "<answer A>", "<answer A>\nParis\n</answer A>", "**A** good answer", "Ａ",
	} {
		r := Reply{Text: said, Tokens: []Token{{"A", probable("A", 0.95, "The", 0.03, "B", 0.01)}}}
		for _, word := range strings.SplitAfter(said, " ")[1:] {
			r.Tokens = append(r.Tokens, Token{word, probable(word, 0.9)})
		}
		if p, by, failed := r.preference(); p != 0 || r.labels() != 0 || by != "" || failed != unreadable {
			t.Errorf("%q: %g by %q, failed %q", said, p, by, failed)
		}
	}
	for said, want := range map[string]string{"a)": "A", "b.": "B", "(a)": "A", "**A**": "A", "`B`": "B", "[[B]]": "B", "Answer: a": "A", "**Answer:** b": "B", "Final verdict: A.": "A", "- B": "B", "{\"answer\": \"B\"}": "B", "Thinking.\n\n**B**": "B"} {
		if got, _ := verdict(said); got != want {
			t.Errorf("%q is read as %q, want %q", said, got, want)
		}
	}
}

func probable(pairs ...any) (list []Option) {
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, Option{pairs[i].(string), math.Log(pairs[i+1].(float64))})
	}
	return list
}

// Log-probs are read where the verdict is, and are a preference only if the labels have most of the probability there. What is not listed
// is bounded by what is left, not zero: a probability of 1 for a label would claim what the server did not say.
func TestPreferenceAtTheVerdict(t *testing.T) {
	for name, c := range map[string]struct {
		reply     Reply
		p, labels float64
		by        string
		failed    string
	}{
		"the first token":      {Reply{Text: "A", Tokens: []Token{{"A", probable("A", 0.6, " a", 0.2, "B", 0.1, "The", 0.1)}}}, 8. / 9, 0.9, LogProbs, ""},
		"behind a word a":      {Reply{Text: "Because a cat.\nA", Tokens: []Token{{"Because", nil}, {" a", probable(" a", 0.9, " B", 0.1)}, {" cat.", nil}, {"\n", nil}, {"A", probable("A", 0.6, "B", 0.4)}}}, 0.6, 1, LogProbs, ""},
		"before a word a":      {Reply{Text: "Answer: A\nIt is a good one", Tokens: []Token{{"ĠAnswer", nil}, {":", nil}, {"ĠA", probable("ĠA", 0.75, "ĠB", 0.25)}, {"Ċ", nil}, {"It", nil}, {"Ġis", nil}, {"Ġa", probable("Ġa", 0.9, "ĠB", 0.1)}, {"Ġgood", nil}, {"Ġone", nil}}}, 0.75, 1, LogProbs, ""},
		"an article as option": {Reply{Text: "The winner is B", Tokens: []Token{{"The", nil}, {" winner", nil}, {" is", nil}, {" B", probable(" B", 0.6, " a", 0.3, " A", 0.1)}}}, 1. / 7, 0.7, LogProbs, ""},
		"little probability":   {Reply{Text: "A", Tokens: []Token{{"A", probable("A", 0.3, "The", 0.2, "B", 0.1)}}}, 0, 0.4, "", unlikely},
		"one label, a rest":    {Reply{Text: "A", Tokens: []Token{{"A", probable("A", 0.9, "The", 0.06)}}}, 0.9 / 0.94, 0.9, LogProbs, ""},
		"one label, a tail":    {Reply{Text: "B", Tokens: []Token{{"B", probable("B", 0.9, "The", 0.02)}}}, 0.02 / 0.92, 0.9, LogProbs, ""},
		"one label, no rest":   {Reply{Text: "B", Tokens: []Token{{"B", probable("B", 0.9, "The", 0.1)}}}, 0, 0.9, LogProbs, ""},
		"tokens of another":    {Reply{Text: "A", Tokens: []Token{{"x", probable("A", 0.9)}, {"y", nil}}}, 1, 0, Text, ""},
		"no options":           {Reply{Text: "A", Tokens: []Token{{"A", nil}}}, 1, 0, Text, ""},
	} {
		p, by, failed := c.reply.preference()
		labels := c.reply.labels()
		if math.Abs(p-c.p) > 1e-9 || math.Abs(labels-c.labels) > 1e-9 || by != c.by || failed != c.failed {
			t.Errorf("%s: %g, labels %g by %q, failed %q; want %g, %g", name, p, labels, by, failed, c.p, c.labels)
		}
	}
}

func FuzzPreference(f *testing.F) {
	f.Add("A", "A", -0.1, " b", -3.0)
	f.Add("The better answer is A\nB", "The", 0.0, "", -1e308)
	f.Add("\n**B**", "\n", -9999.0, "B", 1e308)
	f.Fuzz(func(t *testing.T, text, token string, x float64, other string, y float64) {
		top := []Option{{token, x}, {other, y}}
		p, by, failed := Reply{Text: text, Tokens: []Token{{token, top}, {other, top}}}.preference()
		if !(p >= 0 && p <= 1) || (by == "") != (failed != "") {
			t.Errorf("%g by %q, failed %q", p, by, failed)
		}
		swap := strings.NewReplacer("A", "B", "a", "b", "B", "A", "b", "a")
		q, by2, failed2 := Reply{Text: text}.preference()
		r, by3, failed3 := Reply{Text: swap.Replace(text)}.preference()
		if by2 == Text && by3 == Text && q+r != 1 && !strings.ContainsAny(text, "thetrsvdcoiwn") || by2 == LogProbs || by3 == LogProbs {
			t.Errorf("%q: %g and %g, %q %q %q %q", text, q, r, by2, failed2, by3, failed3)
		}
	})
}
