package text

import (
	"errors"
	"fmt"
	"strings"
)

// follow is how a template's answers follow their prompts.
type follow struct {
	before, after string // white space that it puts around an answer
	stop          string // the special token that ends the answer
	where         place  // where an answer begins: behind the prompt's last text or token
}

// probes are answers by which follow is found out.
var probes = []string{"Paris.", "2 + 2 = 4.\n\nSo it is 4, and no more:\n- four"}

// follows lays out a question and answers to it, and finds how they follow. It fails where the prompt is not the beginning of
// the whole, where the answer is not in it as it was given, or where no special token ends it.
func follows(lay func([]Message, bool) (parts, error), t *Tokenizer) (follow, error) {
	question := Message{User, "Hello?"}
	var found follow
	for i, answer := range probes {
		asked, err := lay([]Message{question}, true)
		if err != nil {
			return found, err
		}
		whole, err := lay([]Message{question, {Assistant, answer}}, false)
		if err != nil {
			return found, err
		}
		f, err := whole.behind(asked, answer)
		if err != nil {
			return found, err
		}
		if i > 0 && f != found {
			return found, errors.New("what is around an answer depends on the answer")
		}
		found = f
	}
	return found, nil
}

// behind finds the answer in a conversation behind its prompt.
func (p parts) behind(prompt parts, answer string) (f follow, err error) {
	at := 0 // of the first part behind the prompt
	for ; at < len(prompt); at++ {
		last := at == len(prompt)-1
		if at >= len(p) || p[at].marker != prompt[at].marker || !(p[at].text == prompt[at].text || last && !p[at].marker && strings.HasPrefix(p[at].text, prompt[at].text)) {
			return f, fmt.Errorf("the prompt %q is not the beginning of the conversation with its answer, %q", prompt, p)
		}
	}
	var text string
	if n := len(prompt); n > 0 && !prompt[n-1].marker {
		text = p[at-1].text[len(prompt[n-1].text):]
	} else if at < len(p) && !p[at].marker {
		text = p[at].text
		at++
	}
	before, after, ok := strings.Cut(text, answer)
	switch {
	case !ok || trim(before) != "" || trim(after) != "":
		return f, fmt.Errorf("behind the prompt stands %q, not the answer %q as it was given", text, answer)
	case at >= len(p):
		return f, errors.New("no special token ends an answer")
	}
	return follow{before, after, p[at].text, prompt.end()}, nil
}

// end is the place of a text that follows.
func (p parts) end() place {
	switch n := len(p); {
	case n == 0:
		return atStart
	case p[n-1].marker:
		return behindToken
	}
	return behindText
}
