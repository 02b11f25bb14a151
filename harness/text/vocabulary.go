package text

import "fmt"

// addTokens numbers the tokens: the model's vocabulary and the added tokens, which stand in it or follow it.
func (t *Tokenizer) addTokens(vocab map[string]int, tokens []addedToken) error {
	t.ids, t.special, t.added = make(map[string]int, len(vocab)+len(tokens)), map[string]int{}, newAdded()
	t.tokens = make([]string, len(vocab), len(vocab)+len(tokens))
	seen := make([]bool, len(vocab))
	for token, id := range vocab {
		if id < 0 || id >= len(vocab) {
			return fmt.Errorf("model.vocab: token %q has the id %d; the ids of %d tokens have to be 0 to %d", token, id, len(vocab), len(vocab)-1)
		}
		if seen[id] {
			return fmt.Errorf("model.vocab: %q and %q have the id %d", t.tokens[id], token, id)
		}
		seen[id] = true
		t.tokens[id], t.ids[token] = token, id
	}
	listed := map[string]bool{}
	next := len(vocab)
	for _, a := range tokens {
		if a.SingleWord || a.LStrip || a.RStrip || a.Normalized || a.Content == "" || listed[a.Content] {
			return fmt.Errorf("added_tokens: %q (id %d) has an option that is not supported: single_word, lstrip, rstrip and normalized have to be false, "+
				"its content not empty and listed once", a.Content, a.ID)
		}
		listed[a.Content] = true
		id, ok := t.ids[a.Content]
		if !ok { // the reference numbers such tokens itself, whatever the file says
			id = next
			next++
			t.tokens = append(t.tokens, a.Content)
			t.ids[a.Content] = id
		}
		if a.ID != id {
			return fmt.Errorf("added_tokens: %q has the id %d; the reference library would give it %d", a.Content, a.ID, id)
		}
		t.added.add(a.Content, id, a.Special)
		if a.Special {
			t.special[a.Content] = id
		}
	}
	return nil
}
