package endpoint

import (
	"math"
	"regexp"
	"strings"
	"unicode"
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

// The reasons why a pair has no verdict.
const (
	refused    = "refused"
	unreadable = "no verdict in the reply"
	unlikely   = "labels with little probability"
	tooLong    = "too long for the judge"
	noAnswer   = "no answer from the server"
)

// leastLabels is the probability that both labels must have together where the verdict is. Below it the judge would rather say
// something else, and a share of what is left is no preference.
const leastLabels = 0.5

// preference is how much answer A is preferred. The text decides whether there is a verdict, and where: an "A" elsewhere is an article.
// Where the server gives log-probs they are read at the verdict's place: the share of A in what A and B have together.
func (r Reply) preference() (p float64, by, failed string) {
	if r.Refusal != "" || r.Finish == "content_filter" {
		return 0, "", refused
	}
	said, at := verdict(r.Text)
	if said == "" {
		return 0, "", unreadable
	}
	a, b, labels := r.probabilities(said, at)
	switch {
	case labels >= leastLabels:
		return a / (a + b), LogProbs, ""
	case labels > 0:
		return 0, "", unlikely
	case said == "A":
		return 1, Text, ""
	}
	return 0, Text, ""
}

// labels is the probability that both labels have together where the verdict is; 0 without a verdict or log-probs.
func (r Reply) labels() float64 {
	said, at := verdict(r.Text)
	if said == "" || r.Refusal != "" {
		return 0
	}
	_, _, labels := r.probabilities(said, at)
	return labels
}

// probabilities are those of both labels where the verdict is, and what they have together; zeros without log-probs.
func (r Reply) probabilities(said string, at int) (a, b, labels float64) {
	i := r.place(said, at)
	if i < 0 {
		return 0, 0, 0
	}
	// the first word of a reply may be a label in lower case; later "a" is an article, be it one that was not chosen
	return probabilities(r.Tokens[i].Top, strings.TrimSpace(r.Text[:at]) == "", r.Text[at] >= 'a')
}

// written is a token's text as the reply has it; some servers give the vocabulary's spelling of spaces.
var written = strings.NewReplacer("Ġ", " ", "▁", " ", "Ċ", "\n")

// place is the position of the token with the verdict, which is at a byte of the text; -1 if the tokens are not those of the text and
// no single one is that label.
func (r Reply) place(said string, at int) int {
	var all strings.Builder
	ends := make([]int, len(r.Tokens))
	for i, t := range r.Tokens {
		all.WriteString(written.Replace(t.Text))
		ends[i] = all.Len()
	}
	if start := strings.Index(all.String(), strings.TrimSpace(r.Text)); start >= 0 {
		at += start - (len(r.Text) - len(strings.TrimLeftFunc(r.Text, unicode.IsSpace)))
		for i, t := range r.Tokens {
			if at < ends[i] && label(t.Text) == said {
				return i
			} else if at < ends[i] {
				return -1
			}
		}
	}
	found := -1
	for i, t := range r.Tokens {
		if label(t.Text) == said {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// probabilities are those of both labels, and what they have together; zeros if neither is among the options. A label that is not among
// them counts with the most that it can have: what is left of 1, and no more than the least likely option.
func probabilities(options []Option, anyCase, lower bool) (a, b, labels float64) {
	left, least := 1.0, math.Inf(1)
	for _, o := range options {
		x := math.Exp(o.LogProb)
		left, least = left-x, min(least, x)
		if !anyCase && lower != strings.ContainsAny(o.Text, "ab") {
			continue
		}
		switch label(o.Text) {
		case "A":
			a += x
		case "B":
			b += x
		}
	}
	labels = a + b
	if !(labels > 0) || math.IsInf(labels, 0) { // no log-prob gives that
		return 0, 0, 0
	}
	bound := max(0, min(left, least))
	switch {
	case a == 0:
		a = bound
	case b == 0:
		b = bound
	}
	return a, b, min(labels, 1)
}

// label is the label that a token is, "A" or "B", without the space before it and what is set around it; empty where it is another.
func label(token string) string {
	s := strings.TrimFunc(written.Replace(token), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if s = strings.ToUpper(s); s == "A" || s == "B" {
		return s
	}
	return ""
}

// told is a line that is a verdict and nothing else: a label alone, or a capital one after such words as "the better answer is", or any
// one after a colon. A line that goes on after the label, in whatever language or with a colon, is a sentence or an answer.
var told = regexp.MustCompile(`^` + around + `*(?:` +
	`([ABab])` +
	`|(?:(?i:the|my|better|best|final|answer|response|verdict|choice|winner|is)` + around + `+)+([AB])` +
	`|(?:(?i:the|my|better|best|final|answer|response|verdict|choice|winner|is)` + around + `+)*(?i:answer|response|verdict|choice|winner|is)` + closing + `*[:：]` + around + `*([ab])` +
	`)` + closing + `*$`)

// What may be around a label: spaces, marks of emphasis, quotes, brackets and, before it only, a colon or a bullet.
const (
	closing = `[\s.,;!。！*_~"'”’»」』)\]}` + "`" + `]`
	around  = `[\s.,:：*_~"'“”‘’«»「」『』()\[\]{}` + "`" + `-]`
)

// verdict is the label that the first or the last line of a text gives, and the byte at which it is; empty where none does, or each
// another.
func verdict(text string) (said string, at int) {
	first, last := strings.TrimSpace(text), 0
	start := strings.Index(text, first)
	if i := strings.LastIndex(first, "\n"); i >= 0 {
		last = i + 1
	}
	firstLine, _, _ := strings.Cut(first, "\n")
	for i, line := range []string{firstLine, first[last:]} {
		m := told.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		k := max(m[2], m[4], m[6])
		l := strings.ToUpper(line[k : k+1])
		switch {
		case said == "":
			said, at = l, start+i*last+k
		case said != l:
			return "", 0
		}
	}
	return said, at
}
