package endpoint

import (
	"math"
	"regexp"
	"strings"
	"unicode"

	"github.com/openai/openai-go/v3"
)

// Reply is what of a server's answer is kept.
type Reply struct {
	Text    string  `json:"text"`
	Refusal string  `json:"refusal,omitempty"`
	Finish  string  `json:"finish,omitempty"`
	Served  string  `json:"served,omitempty"` // the model that it says it is
	Tokens  []Token `json:"tokens,omitempty"` // where it gives log-probs
}

// Token is a place of the reply with the likeliest tokens there.
type Token struct {
	Text string   `json:"text"`
	Top  []Option `json:"top,omitempty"`
}

// Option is a token that could stand in a place.
type Option struct {
	Text    string  `json:"text"`
	LogProb float64 `json:"logprob"`
}

func replyOf(c *openai.ChatCompletion) Reply {
	choice := c.Choices[0]
	r := Reply{Text: choice.Message.Content, Refusal: choice.Message.Refusal, Finish: choice.FinishReason, Served: c.Model}
	for _, t := range choice.Logprobs.Content {
		token := Token{Text: t.Token}
		for _, o := range t.TopLogprobs {
			token.Top = append(token.Top, Option{o.Token, o.Logprob})
		}
		r.Tokens = append(r.Tokens, token)
	}
	return r
}

// The reasons why a pair has no verdict.
const (
	refused    = "refused"
	unreadable = "no verdict in the reply"
	tooLong    = "too long for the judge"
	noAnswer   = "no answer from the server"
)

// preference is how much answer A is preferred. Where the server gives log-probs they are read at the verdict's place: the share
// of A in what A and B have together, be it with a space before them or in lower case. Else the text decides.
func (r Reply) preference() (p float64, by, failed string) {
	if r.Refusal != "" || r.Finish == "content_filter" {
		return 0, "", refused
	}
	said := verdict(r.Text)
	if at := r.place(said); at >= 0 {
		if p, ok := share(r.Tokens[at].Top); ok {
			return p, LogProbs, ""
		}
	}
	switch said {
	case "A":
		return 1, Text, ""
	case "B":
		return 0, Text, ""
	}
	return 0, "", unreadable
}

// place is that of the verdict among the tokens: the first token of all that is more than space, if it is a label, else the first
// that is what the text says; -1 where there is none.
func (r Reply) place(said string) int {
	for i, t := range r.Tokens {
		if strings.TrimSpace(t.Text) == "" {
			continue
		}
		if l := label(t.Text); l != "" && (said == "" || l == said) {
			return i
		}
		break
	}
	if said == "" {
		return -1
	}
	for i := len(r.Tokens) - 1; i >= 0; i-- { // a word "a" may stand before it
		if label(r.Tokens[i].Text) == said {
			return i
		}
	}
	return -1
}

// share is that of A; false where neither label is among the options.
func share(options []Option) (float64, bool) {
	var a, b float64
	for _, o := range options {
		switch label(o.Text) {
		case "A":
			a += math.Exp(o.LogProb)
		case "B":
			b += math.Exp(o.LogProb)
		}
	}
	p := a / (a + b)
	return p, p >= 0 && p <= 1 // neither 0/0 nor what no log-prob gives
}

// label is the label that a token is, "A" or "B", without the space before it (written Ġ or ▁ by some servers) and what is set
// around it; empty where it is another.
func label(token string) string {
	s := strings.TrimFunc(strings.TrimLeft(token, "Ġ▁Ċ"), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if s = strings.ToUpper(s); s == "A" || s == "B" {
		return s
	}
	return ""
}

// told is a line that is a verdict: a label alone, or behind such words as "the better answer is".
var told = regexp.MustCompile(`(?i)^\W*(?:(?:the|better|best|answer|response|verdict|choice|winner|is)\W+)*([AB])\W*$`)

// verdict is the label that the first or the last line of a text gives; empty where none does, or each another.
func verdict(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	said := ""
	for _, line := range []string{lines[0], lines[len(lines)-1]} {
		m := told.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		l := strings.ToUpper(m[1])
		if said != "" && said != l {
			return ""
		}
		said = l
	}
	return said
}
