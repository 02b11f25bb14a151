package text

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Use is what a model's files say about how the model is talked to.
type Use struct {
	Template string            // of chats, in Jinja; empty where there is none
	File     string            // where the template is
	Tokens   map[string]string // the special tokens by their names, bos_token for one
	Ends     []int             // ids of the tokens that end a generation
}

// ReadUse reads the files of a model's folder, by name: chat_template.jinja, tokenizer_config.json, special_tokens_map.json,
// generation_config.json and config.json. Each may be absent. Of several chat templates the one named default is taken.
//
// The tokens that end a generation are those of generation_config.json; where that names none, those of config.json.
func ReadUse(files map[string][]byte) (Use, error) {
	u := Use{Tokens: map[string]string{}}
	var template json.RawMessage
	for _, name := range []string{"special_tokens_map.json", "tokenizer_config.json"} { // the second overrides the first
		var keys map[string]json.RawMessage
		if data := files[name]; len(data) > 0 {
			if err := json.Unmarshal(data, &keys); err != nil {
				return u, fmt.Errorf("%s: %w", name, err)
			}
		}
		for _, key := range []string{"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"} {
			token, err := tokenText(keys[key])
			if err != nil {
				return u, fmt.Errorf("%s: %s: %w", name, key, err)
			}
			if token != "" {
				u.Tokens[key] = token
			}
		}
		template = keys["chat_template"]
	}
	var err error
	if u.Template, err = defaultTemplate(template); err != nil {
		return u, fmt.Errorf("tokenizer_config.json: chat_template: %w", err)
	}
	u.File = "tokenizer_config.json"
	if own, ok := files["chat_template.jinja"]; ok {
		u.Template, u.File = string(own), "chat_template.jinja"
	}
	for _, name := range []string{"generation_config.json", "config.json"} {
		var keys struct {
			Ends json.RawMessage `json:"eos_token_id"`
		}
		if data := files[name]; len(data) > 0 {
			if err := json.Unmarshal(data, &keys); err != nil {
				return u, fmt.Errorf("%s: %w", name, err)
			}
		}
		if u.Ends, err = idList(keys.Ends); err != nil {
			return u, fmt.Errorf("%s: eos_token_id: %w", name, err)
		}
		if len(u.Ends) > 0 {
			break
		}
	}
	return u, nil
}

// tokenText reads a special token: a text, an object with its content, or null.
func tokenText(data json.RawMessage) (string, error) {
	var token string
	if null(data) || json.Unmarshal(data, &token) == nil {
		return token, nil
	}
	var object struct {
		Content *string `json:"content"`
	}
	if json.Unmarshal(data, &object) != nil || object.Content == nil {
		return "", errors.New("want a text, an object with a content, or null")
	}
	return *object.Content, nil
}

// defaultTemplate reads a template: a text, a list of named ones, or null.
func defaultTemplate(data json.RawMessage) (string, error) {
	var template string
	if null(data) || json.Unmarshal(data, &template) == nil {
		return template, nil
	}
	var several []struct{ Name, Template string }
	if err := json.Unmarshal(data, &several); err != nil {
		return "", err
	}
	for _, s := range several {
		if s.Name == "default" {
			return s.Template, nil
		}
	}
	return "", fmt.Errorf("none of the %d templates is named default", len(several))
}

// idList reads one id, a list of ids, or null.
func idList(data json.RawMessage) (ids []int, err error) {
	var id int
	if null(data) {
		return nil, nil
	}
	if json.Unmarshal(data, &id) == nil {
		ids = []int{id}
	} else if json.Unmarshal(data, &ids) != nil {
		return nil, errors.New("want an id, a list of ids, or null")
	}
	if slices.ContainsFunc(ids, func(id int) bool { return id < 0 }) {
		return nil, errors.New("an id is negative")
	}
	return ids, nil
}
