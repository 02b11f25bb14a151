package text

import "fmt"

// Fit fits the tokenizer to a model with a number of rows. Special tokens beyond them, such as Gemma-3's token for an image in
// a model of text, are no tokens any more: what spells one is text. Any other token beyond the rows is an error.
func (t *Tokenizer) Fit(rows int) error {
	for id := rows; id < len(t.tokens); id++ {
		token := t.tokens[id]
		if at, ok := t.special[token]; !ok || at != id {
			return fmt.Errorf("the tokenizer has %d tokens, the model %d; token %d, %q, is not a special one", len(t.tokens), rows, id, token)
		}
		delete(t.special, token)
		t.added.remove(token)
		t.late.remove(token)
	}
	return nil
}
