package text

import "fmt"

// addTokens numbers the tokens: the model's vocabulary and the added tokens, which stand in it or follow it.
func (t *Tokenizer) addTokens(vocab map[string]int, tokens []addedToken) error {
	t.ids, t.special, t.added = make(map[string]int, len(vocab)+len(tokens)), map[string]int{}, newAdded()
	t.late = newAdded()
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
		if a.Content == "" || listed[a.Content] {
			return fmt.Errorf("added_tokens: %q (id %d) is not supported: a content has to be listed once and not be empty", a.Content, a.ID)
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
		if a.Special {
			t.special[a.Content] = id
		}
	}
	return nil
}

// cutAdded says which tokens are cut from texts, and how. The normalizer has to be known.
func (t *Tokenizer) cutAdded(tokens []addedToken) error {
	for _, special := range []bool{true, false} { // where normalized ones are spelled alike, the reference looks for special ones first
		for _, a := range tokens {
			if a.Special != special {
				continue
			}
			m := &addedMark{t.ids[a.Content], special, a.SingleWord, a.LStrip, a.RStrip}
			if !a.Normalized {
				t.added.add(a.Content, m)
				continue
			}
			spelled := t.prefix.normalized(t.normalize(a.Content), atStart)
			if special && spelled != a.Content {
				return fmt.Errorf("added_tokens: %q (id %d) is a special token that is normalized, here to %q; this is not supported", a.Content, a.ID, spelled)
			}
			if spelled != "" {
				t.late.add(spelled, m)
			}
			t.spelled[m.id] = t.spell(spelled) // the reference reads such a token as it is in normalized text
		}
	}
	return nil
}
