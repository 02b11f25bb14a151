package endpoint

import (
	"fmt"
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
		if got := verdict(said); got != want {
			t.Errorf("%q is read as %q, want %q", said, got, want)
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
	want := []Verdict{{1, 1, Text, ""}, {0, 0, Text, ""}, {1, 0, Text, ""}, {0.5, 0.5, "", refused}, {0.5, 0.5, "", refused}, {0.5, 0.5, "", tooLong}, {0.5, 0.5, "", tooLong}, {0.5, 0.5, "", unreadable}}
	if d := cmp.Diff(want, b.compare(t, pairs...)); d != "" {
		t.Error(d)
	}
	asked := s.asked()
	b.open(t, s.URL, nil)
	if d := cmp.Diff(want, b.compare(t, pairs...)); d != "" || s.asked() != asked+3 { // errors are not kept, all else is
		t.Errorf("%d requests at first and %d again\n%s", asked, s.asked()-asked, d)
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
