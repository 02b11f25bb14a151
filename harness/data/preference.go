package data

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Preference is one preference pair of a user's file.
type Preference struct {
	Lang, Prompt, Chosen, Rejected string
	Line                           int // in the file, from 1
}

// ReadPreferences reads JSON lines {"lang", "prompt", "chosen", "rejected"}, all of them strings, as preference data is
// commonly published, plus the language; other keys and blank lines are ignored. name is used in errors, which
// carry the line; up to ten faults are reported at once.
func ReadPreferences(r io.Reader, name string) ([]Preference, error) {
	var list []Preference
	f := eachLine(r, name, func(line int, object map[string]json.RawMessage) error {
		p, err := preference(object)
		if err == nil {
			p.Line = line
			list = append(list, p)
		}
		return err
	})
	if len(list)+len(f.list) == 0 {
		return nil, fmt.Errorf(`%s: has no pairs; want a line {"lang": ..., "prompt": ..., "chosen": ..., "rejected": ...} for each`, name)
	}
	return list, f.err()
}

// preference reads one line.
func preference(object map[string]json.RawMessage) (p Preference, err error) {
	for _, field := range []struct {
		key  string
		into *string
	}{{"lang", &p.Lang}, {"prompt", &p.Prompt}, {"chosen", &p.Chosen}, {"rejected", &p.Rejected}} {
		value, ok := object[field.key]
		if !ok {
			return p, fmt.Errorf("has no key %q", field.key)
		}
		if value[0] != '"' { // null would do for a string
			err := fmt.Errorf("%s: want a string, have %s", field.key, described(value))
			if value[0] == '[' {
				err = fmt.Errorf("%w: for a conversation, give the text of the turn", err)
			}
			return p, err
		}
		if *field.into, err = jsonText(value); err != nil {
			return p, fmt.Errorf("%s: %w", field.key, err)
		}
		if strings.TrimSpace(*field.into) == "" {
			return p, fmt.Errorf("%s: is empty", field.key)
		}
	}
	if p.Chosen == p.Rejected {
		return p, errors.New("chosen and rejected are the same text, so nothing is preferred")
	}
	return p, nil
}
