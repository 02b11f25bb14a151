package data

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
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
	unpaired := 0 // lines of a file of prompts
	lacking, more := "", 0
	f := eachLine(r, name, func(line int, object map[string]json.RawMessage) error {
		p, err := preference(object)
		if object["prompt"] != nil && object["chosen"] == nil && object["rejected"] == nil {
			unpaired++
		}
		if err == nil {
			p.Line = line
			list = append(list, p)
		}
		if lack := (lacks{}); errors.As(err, &lack) {
			if lacking == lack.Error() { // reported once: mostly every line has the same fault
				more++
				return nil
			}
			lacking = cmp.Or(lacking, lack.Error())
		}
		return err
	})
	if len(list)+len(f.list) == 0 {
		return nil, fmt.Errorf(`%s: has no pairs; want a line {"lang": ..., "prompt": ..., "chosen": ..., "rejected": ...} for each`, name)
	}
	if len(f.list) > 0 && len(list) == 0 && unpaired == len(f.list)+more {
		err := fmt.Errorf("%w; the file has prompts, not preference pairs", f.list[0])
		if unpaired > 1 {
			err = fmt.Errorf("%w (other lines have the same error)", err)
		}
		return nil, err
	}
	if more > 0 {
		f.list = append(f.list, fmt.Errorf("%s: other lines have the same error as the first: %d", name, more))
	}
	return list, f.err()
}

// lacks says which keys a line has not, and which it has.
type lacks struct{ missing, there []string }

func (l lacks) Error() string {
	keys := "key"
	if len(l.missing) > 1 {
		keys = "keys"
	}
	text := fmt.Sprintf("has no %s %s", keys, strings.Join(l.missing, ", "))
	if len(l.there) == 0 {
		return text
	}
	return fmt.Sprintf("%s; it has %s (rename keys that mean the same)", text, quoted(l.there))
}

// preference reads one line.
func preference(object map[string]json.RawMessage) (p Preference, err error) {
	fields := []struct {
		key  string
		into *string
	}{{"lang", &p.Lang}, {"prompt", &p.Prompt}, {"chosen", &p.Chosen}, {"rejected", &p.Rejected}}
	var missing []string
	for _, field := range fields {
		if _, ok := object[field.key]; !ok {
			missing = append(missing, strconv.Quote(field.key))
		}
	}
	if len(missing) > 0 {
		return p, lacks{missing, slices.Sorted(maps.Keys(object))}
	}
	for _, field := range fields {
		value := object[field.key]
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
