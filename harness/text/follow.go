package text

import (
	"errors"
	"fmt"
	"strings"
)

// probes are answers by which it is found out whether answers follow their prompts.
var probes = []string{"Paris.", "2 + 2 = 4.\n\nSo it is 4, and no more:\n- four"}

// follows lays out answers to a question and returns the special token that ends them. It fails where the prompt is not the
// beginning of the whole, where the answer is not in it, or where no special token ends it.
func (l *layout) follows() (stop string, err error) {
	for i, answer := range probes {
		_, end, err := l.behind(answer)
		if err != nil {
			return "", err
		}
		if i > 0 && end != stop {
			return "", errors.New("the token that ends an answer depends on the answer")
		}
		stop = end
	}
	return stop, nil
}

// behind lays out an answer and returns what the layout writes behind the prompt, up to the special token that ends it. It may
// differ from the answer in the white space at its ends, which many templates trim, and in nothing else.
func (l *layout) behind(answer string) (text, stop string, err error) {
	answer = lossy(answer) // as templates get it
	question := Message{User, "Hello?"}
	prompt, err := l.lay([]Message{question}, true)
	if err != nil {
		return "", "", err
	}
	p, err := l.lay([]Message{question, {Assistant, answer}}, false)
	if err != nil {
		return "", "", err
	}
	at := 0 // of the first part behind the prompt
	for ; at < len(prompt); at++ {
		last := at == len(prompt)-1
		if at >= len(p) || p[at].marker != prompt[at].marker || !(p[at].text == prompt[at].text || last && !p[at].marker && strings.HasPrefix(p[at].text, prompt[at].text)) {
			return "", "", fmt.Errorf("the prompt %q is not the beginning of the conversation with its answer, %q", prompt, p)
		}
	}
	if n := len(prompt); n > 0 && !prompt[n-1].marker {
		text = p[at-1].text[len(prompt[n-1].text):]
	} else if at < len(p) && !p[at].marker {
		text = p[at].text
		at++
	}
	switch {
	case trim(text) != trim(answer):
		return "", "", fmt.Errorf("behind the prompt is %q, not the answer %q", text, answer)
	case at >= len(p):
		return "", "", errors.New("no special token ends an answer")
	}
	return text, p[at].text, nil
}

// Rendered is an answer as the model's chat template writes it behind its prompt, without the token that ends it: the template may
// trim the white space at its ends, or add some. An error if it changes anything else.
func (c *Chat) Rendered(answer string) (string, error) {
	if err := c.Trains(); err != nil {
		return "", err
	}
	text, _, err := c.layout.behind(answer)
	if err != nil {
		return "", fmt.Errorf("the chat template changes an answer: %w", err)
	}
	return text, nil
}

// Trims reports whether the model's chat template trims white space off an answer that it has.
func (c *Chat) Trims(answer string) bool {
	text, err := c.Rendered(answer)
	return err == nil && !strings.Contains(text, lossy(answer))
}

// Answer is an answer as it follows its prompt, as ids with its end token. Errors are those of Rendered.
func (c *Chat) Answer(answer string) ([]int, error) {
	text, err := c.Rendered(answer)
	if err != nil {
		return nil, err
	}
	return append(c.Follows(text), c.stop), nil
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
