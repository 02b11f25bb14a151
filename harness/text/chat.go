package text

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Chat lays conversations out as token ids, the way a model was trained to read them. It is the one place where a prompt
// becomes ids, so what a layout begins with stands there exactly once, and special tokens stand where the layout puts
// them and nowhere else, whatever a text spells.
//
// An answer follows its prompt as it would follow in a conversation: Prompt and Answer together are the beginning of
// Conversation of the two, as long as no merge crosses the line between them: white space may, where a template does not trim it.
type Chat struct {
	tokenizer  *Tokenizer
	layout     *layout
	start, end int
	stop       int // -1: no token ends an answer
	ends       []int
	talks      error // why there is no conversation
	trains     error // why answers do not follow their prompts
	where      place // where an answer begins: behind the prompt's last text or token
}

// NewChat is the chat of a tokenizer without other files: the layout of the family that its special tokens belong to.
func NewChat(t *Tokenizer) (*Chat, error) {
	c, err := OpenChat(t, Use{})
	if err == nil {
		err = c.Talks()
	}
	return c, err
}

// OpenChat finds how a model reads conversations: by its own chat template; without one, as the family that its special
// tokens belong to. A model that has neither, or whose template cannot be rendered, still reads plain text: Talks says why
// there is no conversation, Trains why answers cannot be trained on.
func OpenChat(t *Tokenizer, u Use) (*Chat, error) {
	c := &Chat{tokenizer: t, stop: -1}
	family := familyOf(t)
	switch {
	case u.Template != "" && (family == nil || family.name != Embedded || u.Template != embeddedTemplate):
		c.layout = &layout{}
		var asked parts
		r, err := newRendered(t, u)
		if err == nil {
			c.layout.name, c.layout.lay = r.name(), r.lay
			asked, err = r.lay([]Message{{User, "Hello?"}}, true)
		}
		if c.talks = err; err == nil {
			c.layout.stop, c.trains = c.layout.follows()
			c.where = asked.end()
		}
	case family != nil: // whose prompts end in text
		l := *family
		c.layout = &l
		_, c.talks = c.Conversation([]Message{{User, ""}}, true) // the tokens of a turn have to be special, or texts could spell them
	default:
		c.layout = &layout{}
		c.talks = errors.New("the model has no chat template, and its special tokens are of no family that is known")
	}
	return c, c.bound(family, u)
}

// bound finds the tokens that texts begin and end with: those of the family, or of the files.
func (c *Chat) bound(family *layout, u Use) error {
	t := c.tokenizer
	if family != nil {
		c.layout.start, c.layout.end = family.start, family.end
	} else {
		c.layout.start, c.layout.end = u.Tokens["bos_token"], u.Tokens["eos_token"]
	}
	id := func(token string) int {
		if n, ok := t.special[token]; ok {
			return n
		}
		return -1
	}
	c.start, c.end, c.stop = id(c.layout.start), id(c.layout.end), id(c.layout.stop)
	if family == nil && len(t.before) == 0 { // the tokenizer puts nothing before a text
		c.start = -1
	}
	for _, n := range append([]int{c.stop, c.end}, u.Ends...) {
		if n >= 0 && !slices.Contains(c.ends, n) {
			c.ends = append(c.ends, n)
		}
	}
	if c.end < 0 {
		at := slices.IndexFunc(c.ends, func(n int) bool { return n < t.Size() })
		if at < 0 {
			return errors.New("no token ends a text: generation_config.json, config.json and tokenizer_config.json name none")
		}
		c.end = c.ends[at]
	}
	if c.stop < 0 {
		c.stop = c.end
	}
	if c.start < 0 {
		c.start = c.end
	}
	return nil
}

// Talks says why the model has no conversations; nil if it has.
func (c *Chat) Talks() error { return c.talks }

// Trains says why answers cannot be trained on: the model has no conversations, or its template does not put an answer behind
// its prompt. nil if nothing is in the way.
func (c *Chat) Trains() error {
	if c.trains != nil {
		return fmt.Errorf("answers cannot be trained on by this model's chat template: %w", c.trains)
	}
	return c.talks
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
	if c.talks != nil {
		return nil, c.talks
	}
	parts, err := c.layout.lay(messages, answer)
	if err != nil {
		return nil, err
	}
	var ids []int
	for i, p := range parts {
		if !p.marker {
			where := atStart
			if i > 0 {
				where = behindToken
			}
			ids = append(ids, c.tokenizer.encode(p.text, where, false)...)
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
func (c *Chat) Prompt(instruction string) ([]int, error) {
	return c.Conversation([]Message{{User, instruction}}, true)
}

// Follows is a text as it follows a prompt.
func (c *Chat) Follows(s string) []int { return c.tokenizer.encode(s, c.where, false) }

// judging asks for a score where a layout has no token for that. The words are ours: the paper's are not public.
const judging = `Rate the answer to the instruction below from 1 (useless) to 5 (excellent). A good answer does what was asked, is correct, ` +
	`complete and clear, holds nothing superfluous, and is in the language of the instruction. Reply with the digit alone.

Instruction:
%s

Answer:
%s`

// Judgement is an answered instruction up to where the score begins.
func (c *Chat) Judgement(instruction, answer string) ([]int, error) {
	if c.layout.judge == "" {
		return c.Prompt(fmt.Sprintf(judging, instruction, answer))
	}
	judge, err := c.tokenizer.Special(c.layout.judge)
	if err != nil {
		return nil, err
	}
	ids, err := c.Prompt(instruction)
	return append(append(ids, c.Follows(answer)...), judge), err
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
func (c *Chat) Markers() (start, stop string) {
	return c.tokenizer.tokens[c.start], c.tokenizer.tokens[c.stop]
}

// Stop is the token that ends an answer in training.
func (c *Chat) Stop() int { return c.stop }

// Ends are the tokens that end what is generated: Stop, the one that ends plain text, and those of the model's files.
func (c *Chat) Ends() []int { return c.ends }
