package data

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"congrad/harness/data/parquet"
)

// Turn is one turn of a conversation, as preference data has it: {"role": "user", "content": "..."}. A plain text has no role.
type Turn struct{ Role, Content string }

// turnsOf reads a cell that holds a text or a conversation; null and a blank text are no turns. Content may be a list of parts, as of models that
// see images too, if all of them are text.
func (w wanted) turnsOf(value json.RawMessage) ([]Turn, error) {
	value = bytes.TrimSpace(value)
	switch value[0] {
	case 'n':
		return nil, nil
	case '"':
		text, err := jsonText(value)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", w.name, err)
		}
		return textTurn(text), nil
	}
	var list []json.RawMessage
	if json.Unmarshal(value, &list) != nil {
		return nil, fmt.Errorf("column %q: want a text or a conversation, have %s", w.name, described(value))
	}
	turns := make([]Turn, len(list))
	for i, entry := range list {
		object, err := distinctKeys(entry)
		if err == nil {
			turns[i], err = turn(object)
		}
		if err != nil {
			return nil, fmt.Errorf("column %q: turn %d of %d: %w; want {\"role\": ..., \"content\": ...}", w.name, i+1, len(list), err)
		}
	}
	return turns, nil
}

// turn reads one turn.
func turn(object map[string]json.RawMessage) (t Turn, err error) {
	for _, field := range []struct {
		key  string
		into *string
	}{{"role", &t.Role}, {"content", &t.Content}} {
		value := bytes.TrimSpace(object[field.key])
		switch {
		case len(value) == 0:
			return t, fmt.Errorf("has no %q", field.key)
		case value[0] == '"':
			*field.into, err = jsonText(value)
		case value[0] == '[' && field.key == "content":
			*field.into, err = parts(value)
		default:
			err = fmt.Errorf("%q is %s", field.key, described(value))
		}
		if err != nil {
			return t, err
		}
	}
	return t, nil
}

// parts joins the parts of a turn's content.
func parts(value json.RawMessage) (string, error) {
	var list []map[string]json.RawMessage
	if err := json.Unmarshal(value, &list); err != nil {
		return "", fmt.Errorf("its content is a list of something else than parts")
	}
	var text strings.Builder
	for _, part := range list {
		if string(part["type"]) != `"text"` || len(part["text"]) == 0 || part["text"][0] != '"' {
			return "", fmt.Errorf("its content has a part that is not text")
		}
		s, err := jsonText(part["text"])
		if err != nil {
			return "", err
		}
		text.WriteString(s)
	}
	return text.String(), nil
}

// textTurn is a text as the only turn.
func textTurn(text string) []Turn {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return []Turn{{Content: text}}
}

// conversation finds the two columns in which Parquet has the roles and contents of a column of conversations, and reads them.
func (w wanted) conversation(file *parquet.File) (turns [][]Turn, found bool, err error) {
	var lists [2][][]parquet.Cell
	for i, field := range []string{".role", ".content"} {
		at := slices.IndexFunc(file.Columns, func(c parquet.Column) bool { return c.Name == w.name+field && c.List })
		if at < 0 {
			return nil, false, nil
		}
		if have := w.refuses(file.Columns[at]); have != "" {
			return nil, true, w.mistyped("lists of " + have)
		}
		if lists[i], err = file.ReadLists(file.Columns[at]); err != nil {
			return nil, true, fmt.Errorf("column %q: %w", w.name, err)
		}
	}
	turns = make([][]Turn, len(lists[0]))
	for i, roles := range lists[0] {
		contents := lists[1][i]
		if len(contents) != len(roles) {
			return nil, true, fmt.Errorf("column %q: row %d has %d roles and %d contents", w.name, i+1, len(roles), len(contents))
		}
		for k, role := range roles {
			if role.Null || contents[k].Null {
				return nil, true, fmt.Errorf("column %q: row %d: turn %d has no role or no content", w.name, i+1, k+1)
			}
			turns[i] = append(turns[i], Turn{role.Text, contents[k].Text})
		}
	}
	return turns, true, nil
}
