package text

import (
	"errors"
	"fmt"
	"strings"
)

// Here is where the instruction is in the prompt of PlainChat.
const Here = "{prompt}"

// PlainChat lays questions out as plain text, for models that have no conversations: prompt is the text that asks, with Here
// where the instruction is. It may begin with examples of questions and answers. An answer follows as it is and ends with the
// token that ends plain text.
func PlainChat(t *Tokenizer, u Use, prompt string) (*Chat, error) {
	before, after, ok := strings.Cut(prompt, Here)
	if !ok || strings.Contains(after, Here) {
		return nil, fmt.Errorf("%q: want the place of the instruction, %s, once", prompt, Here)
	}
	c := &Chat{tokenizer: t, stop: -1, layout: &layout{name: fmt.Sprintf("plain %q", prompt)}}
	if err := c.bound(familyOf(t), u); err != nil {
		return nil, err
	}
	c.layout.stop = t.tokens[c.end]
	start, marked := "", len(c.Opening()) > 0
	if marked {
		start = t.tokens[c.start]
	}
	c.layout.lay = func(messages []Message, answer bool) (p parts, err error) {
		if err := checkRoles(messages); err != nil {
			return nil, err
		}
		if len(messages) > 2 || messages[0].Role != User || len(messages) == 2 && (messages[1].Role != Assistant || answer) {
			return nil, errors.New("a model that reads plain text is asked one question and gives one answer")
		}
		if marked {
			p.mark(start)
		}
		p.text(before + messages[0].Content + after)
		if len(messages) == 2 {
			p.text(messages[1].Content)
			p.mark(c.layout.stop)
		}
		return p, nil
	}
	return c, nil
}
