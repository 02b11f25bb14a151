package data

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Preference is one preference pair of a user's file.
type Preference struct {
	Lang, Prompt, Chosen, Rejected string
	Line                           int // where it stands, from 1
}

// The longest line that is read, and how many faults are reported before reading stops.
const (
	longestLine = 16 << 20
	mostFaults  = 10
)

// ReadPreferences reads JSON lines {"lang", "prompt", "chosen", "rejected"}, all of them strings, as preference data is
// commonly published beside the language; other keys are passed over, and so are blank lines. name is used in errors, which
// carry the line; up to ten faults are reported at once.
func ReadPreferences(r io.Reader, name string) ([]Preference, error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, longestLine)
	var list []Preference
	var faults []error
	line := 0
	for scanner.Scan() && len(faults) < mostFaults {
		line++
		text := scanner.Bytes()
		if line == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		p, err := preference(text)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %w", name, line, err))
			continue
		}
		p.Line = line
		list = append(list, p)
	}
	switch err := scanner.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		faults = append(faults, fmt.Errorf("%s:%d: the line is longer than %d MB", name, line+1, longestLine>>20))
	case err != nil:
		faults = append(faults, fmt.Errorf("reading %s: %w", name, err))
	case len(list)+len(faults) == 0:
		faults = append(faults, fmt.Errorf(`%s: holds no pairs; want a line {"lang": ..., "prompt": ..., "chosen": ..., "rejected": ...} for each`, name))
	}
	return list, errors.Join(faults...)
}

// preference reads one line.
func preference(text []byte) (p Preference, err error) {
	if !utf8.Valid(text) {
		return p, errors.New("is not UTF-8")
	}
	var object map[string]json.RawMessage // by name, for the decoder takes "Prompt" for "prompt"
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return p, fmt.Errorf("is no JSON: %w, after %d bytes", err, syntax.Offset)
		}
		return p, fmt.Errorf("want a JSON object, have %s", described(text))
	}
	for _, field := range []struct {
		key  string
		into *string
	}{{"lang", &p.Lang}, {"prompt", &p.Prompt}, {"chosen", &p.Chosen}, {"rejected", &p.Rejected}} {
		value, ok := object[field.key]
		if !ok {
			return p, fmt.Errorf("lacks the key %q", field.key)
		}
		if json.Unmarshal(value, field.into) != nil || value[0] != '"' { // null would do for a string
			err := fmt.Errorf("%s: want a string, have %s", field.key, described(value))
			if value[0] == '[' {
				err = fmt.Errorf("%w: of a conversation, give the text of the turn", err)
			}
			return p, err
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

// described names a JSON value by its kind.
func described(value []byte) string {
	switch value = bytes.TrimSpace(value); value[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "a number"
}
