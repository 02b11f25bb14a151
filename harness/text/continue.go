package text

import (
	"slices"
	"strings"
)

// Continuations are the ids of plain text and of what may follow it: a prompt that all have in common, and for each the rest.
//
// A text and what follows it are encoded as one, for that is how a model has read such texts; white space at the text's end
// belongs to what follows. Where the last piece of the text would merge with what follows, the prompt ends before it,
// for all continuations alike, so that they are compared on equal terms. The prompt begins with the token that texts begin
// with, exactly once, and is never empty.
func (c *Chat) Continuations(text string, continuations []string) (prompt []int, rest [][]int) {
	head := strings.TrimRightFunc(text, isBlank)
	own := c.tokenizer.Encode(head)
	common := len(own)
	for _, s := range continuations {
		whole := c.tokenizer.Encode(text + s)
		same := 0
		for same < min(common, len(whole)-1) && whole[same] == own[same] {
			same++
		}
		common = same
		rest = append(rest, whole)
	}
	for i, whole := range rest {
		rest[i] = whole[common:]
	}
	return c.Open(own[:common]), rest
}

// Open is plain text as ids, from the token that texts begin with. Where a family has none the text begins with itself, or, if
// it is empty, with the token that ends the one before it.
func (c *Chat) Open(ids []int) []int {
	if prompt := slices.Concat(c.Opening(), ids); len(prompt) > 0 {
		return prompt
	}
	return c.Plain()
}
