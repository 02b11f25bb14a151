package text

import "strings"

// Chat lays conversations out as token ids, the way the embedded model was trained to read them:
//
//	<|bos|><|user|>instruction<|assistant|>answer<|end|>
//	<|bos|><|user|>instruction<|assistant|>answer<|judge|>score
//
// It is the one place where a prompt becomes ids, so every prompt starts with exactly one <|bos|>, and special tokens
// stand where the layout puts them and nowhere else, whatever a text spells.
type Chat struct {
	tokenizer                         *Tokenizer
	bos, user, assistant, judge, stop int
}

// SpecialTokens are those of the embedded model's tokenizer, in the order of their ids. Padding has the id 0.
var SpecialTokens = []string{"<|pad|>", "<|bos|>", "<|user|>", "<|assistant|>", "<|judge|>", "<|end|>"}

// NewChat finds the special tokens in the tokenizer.
func NewChat(t *Tokenizer) (*Chat, error) {
	c := &Chat{tokenizer: t}
	for token, id := range map[string]*int{"<|bos|>": &c.bos, "<|user|>": &c.user, "<|assistant|>": &c.assistant, "<|judge|>": &c.judge, "<|end|>": &c.stop} {
		var err error
		if *id, err = t.Special(token); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Prompt is an instruction up to where the answer begins.
func (c *Chat) Prompt(instruction string) []int {
	ids := append([]int{c.bos, c.user}, c.tokenizer.Encode(instruction)...)
	return append(ids, c.assistant)
}

// Answer is an answer with its end token.
func (c *Chat) Answer(answer string) []int { return append(c.tokenizer.Encode(answer), c.stop) }

// Judgement is an answered instruction up to where the score begins.
func (c *Chat) Judgement(instruction, answer string) []int {
	ids := append(c.Prompt(instruction), c.tokenizer.Encode(answer)...)
	return append(ids, c.judge)
}

// Plain is the start of plain text, and Encode what follows.
func (c *Chat) Plain() []int { return []int{c.bos} }

// Encode is text without anything around it.
func (c *Chat) Encode(s string) []int { return c.tokenizer.Encode(s) }

// Decode is the text of generated ids. Each run of bytes that is not UTF-8 becomes one U+FFFD, as when the recorded runs
// were made; Tokenizer.Decode writes one for each part of such a run.
func (c *Chat) Decode(ids []int) string {
	return strings.ToValidUTF8(rawBytes(c.tokenizer.spelling(ids, false)), "\uFFFD")
}

// Stop is the token that ends an answer.
func (c *Chat) Stop() int { return c.stop }
