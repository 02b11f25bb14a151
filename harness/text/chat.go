package text

import (
	"fmt"
	"strings"
)

// Chat lays conversations out as token ids, the way a model was trained to read them. It is the one place where a prompt
// becomes ids, so what a layout begins with stands there exactly once, and special tokens stand where the layout puts
// them and nowhere else, whatever a text spells.
//
// An answer follows its prompt as it would follow in a conversation: Prompt and Answer together are the beginning of
// Conversation of the two, as long as the answer does not begin with white space.
type Chat struct {
	tokenizer   *Tokenizer
	layout      *layout
	start, stop int
	end         int
}

// NewChat finds the layout that the tokenizer's special tokens belong to.
func NewChat(t *Tokenizer) (*Chat, error) { return TemplateChat(t, "") }

// TemplateChat finds the layout that a model's chat template describes (ReadTemplate). Without a template the special
// tokens decide. A model that has neither of a known layout is refused.
func TemplateChat(t *Tokenizer, template string) (*Chat, error) {
	l, err := findLayout(t, template)
	if err != nil {
		return nil, err
	}
	c := &Chat{tokenizer: t, layout: l}
	if c.start, err = t.Special(l.start); err != nil {
		return nil, err
	}
	if c.stop, err = t.Special(l.stop); err != nil {
		return nil, err
	}
	if c.end, err = t.Special(l.end); err != nil {
		return nil, err
	}
	// the tokens of a turn have to be special, or texts could spell them
	if _, err := c.Conversation([]Message{{User, ""}}, true); err != nil {
		return nil, err
	}
	return c, nil
}

// Layout is the layout's name.
func (c *Chat) Layout() string { return c.layout.name }

// Template is the layout as a chat template in Jinja, empty for the families, whose models bring theirs.
func (c *Chat) Template() string {
	if c.layout.name == Embedded {
		return embeddedTemplate
	}
	return ""
}

// Conversation is a conversation as ids; with answer set up to where the next answer begins. Roles that the layout does
// not have, or has in another order, are an error.
func (c *Chat) Conversation(messages []Message, answer bool) ([]int, error) {
	parts, err := c.layout.lay(messages, answer)
	if err != nil {
		return nil, err
	}
	var ids []int
	for _, p := range parts {
		if !p.marker {
			ids = append(ids, c.tokenizer.Encode(p.text)...)
			continue
		}
		id, err := c.tokenizer.Special(p.text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.layout.name, err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// Prompt is an instruction up to where the answer begins.
func (c *Chat) Prompt(instruction string) []int {
	ids, err := c.Conversation([]Message{{User, instruction}}, true)
	if err != nil {
		panic(err) // cannot be: TemplateChat has laid out one question
	}
	return ids
}

// Answer is an answer with its end token.
func (c *Chat) Answer(answer string) []int { return append(c.tokenizer.Encode(answer), c.stop) }

// judging asks for a score where a layout has no token for that. The words are ours: the paper's are not public.
const judging = `Rate the answer to the instruction below from 1 (useless) to 5 (excellent). A good answer does what was asked, is correct, ` +
	`complete and clear, holds nothing superfluous, and is in the language of the instruction. Reply with the digit alone.

Instruction:
%s

Answer:
%s`

// Judgement is an answered instruction up to where the score begins.
func (c *Chat) Judgement(instruction, answer string) []int {
	judge, err := c.tokenizer.Special(c.layout.judge)
	if err != nil {
		return c.Prompt(fmt.Sprintf(judging, instruction, answer))
	}
	ids := append(c.Prompt(instruction), c.tokenizer.Encode(answer)...)
	return append(ids, judge)
}

// Plain is the start of plain text, and Encode what follows.
func (c *Chat) Plain() []int { return []int{c.start} }

// Opening is what plain text is given to a model with before it goes on: the token that texts begin with. Families in which
// a text begins with the token that ends the one before it have none of their own.
func (c *Chat) Opening() []int {
	if c.start == c.end {
		return nil
	}
	return c.Plain()
}

// Encode is text without anything around it.
func (c *Chat) Encode(s string) []int { return c.tokenizer.Encode(s) }

// Predicted is the text that a model predicts where it is given s: what the tokenizer's normalizer leaves of it. A text in decomposed
// form is predicted in composed form, in fewer bytes.
func (c *Chat) Predicted(s string) string { return c.Decode(c.Encode(s)) }

// Decode is the text of generated ids. Each run of bytes that is not UTF-8 becomes one U+FFFD in the embedded layout, as
// when the recorded runs were made; Tokenizer.Decode writes one for each part of such a run.
func (c *Chat) Decode(ids []int) string {
	if c.layout.name == Embedded {
		return strings.ToValidUTF8(rawBytes(c.tokenizer.spelling(ids, false)), "\uFFFD")
	}
	return c.tokenizer.Decode(ids)
}

// Markers spell the token that texts begin with and the one that ends an answer.
func (c *Chat) Markers() (start, stop string) { return c.layout.start, c.layout.stop }

// Stop is the token that ends an answer.
func (c *Chat) Stop() int { return c.stop }

// End is the token that ends plain text.
func (c *Chat) End() int { return c.end }
