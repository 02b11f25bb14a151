package text

import (
	"encoding/json"
	"fmt"
)

// Pad adds tokens that no text has to a tokenizer.json, until it has so many: each is spelled as its id, "<2048>". A model of
// random weights says any of its tokens, and what it says should be tellable apart.
func Pad(file []byte, size int) ([]byte, error) {
	var outer, inner map[string]json.RawMessage
	vocab := map[string]int{}
	if err := json.Unmarshal(file, &outer); err != nil {
		return nil, fmt.Errorf("padding a tokenizer: %w", err)
	}
	if err := json.Unmarshal(outer["model"], &inner); err != nil {
		return nil, fmt.Errorf("padding a tokenizer: model: %w", err)
	}
	if err := json.Unmarshal(inner["vocab"], &vocab); err != nil {
		return nil, fmt.Errorf("padding a tokenizer: vocab: %w", err)
	}
	t, err := Parse(file)
	if err != nil {
		return nil, err
	}
	for id := t.Size(); id < size; id++ {
		vocab[fmt.Sprintf("<%d>", id)] = id
	}
	if inner["vocab"], err = json.Marshal(vocab); err != nil {
		return nil, err
	}
	if outer["model"], err = json.Marshal(inner); err != nil {
		return nil, err
	}
	return json.Marshal(outer)
}
