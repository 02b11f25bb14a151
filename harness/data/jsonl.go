package data

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"unicode/utf8"
)

// readJSONL reads the wanted keys of JSON lines; blank lines and other keys are passed over.
func readJSONL(r io.Reader, name string, columns []wanted) ([]row, error) {
	var rows []row
	lacking := map[string]bool{} // said once, for it is mostly so in every row
	f := eachLine(r, name, func(line int, object map[string]json.RawMessage) error {
		x := row{line: line}
		for _, w := range columns {
			value, there := object[w.name]
			if !there && lacking[w.name] {
				return nil
			}
			if !there {
				lacking[w.name] = true
				return w.missing(slices.Sorted(maps.Keys(object)))
			}
			text, err := w.fromJSON(value)
			if err != nil {
				return err
			}
			if err := w.put(&x, text); err != nil {
				return err
			}
		}
		rows = append(rows, x)
		return nil
	})
	return rows, f.err()
}

var wholeNumber = regexp.MustCompile(`^-?\d{1,20}$`)

// fromJSON is the text of a value. Where a cell may be blank, so may null.
func (w wanted) fromJSON(value []byte) (text string, err error) {
	value = bytes.TrimSpace(value)
	switch {
	case value[0] == '"' && json.Unmarshal(value, &text) == nil:
		return text, nil
	case w.blank && string(value) == "null":
		return "", nil
	case w.number && wholeNumber.Match(value):
		return string(value), nil
	}
	return "", w.mistyped(described(value))
}

// eachLine calls do with every JSON object of a file of lines, each with its number. name is used in errors; what do
// returns gets its line, and up to ten faults are collected.
func eachLine(r io.Reader, name string, do func(line int, object map[string]json.RawMessage) error) *faults {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, longestLine)
	f := &faults{name: name}
	line := 0
	for !f.enough() && scanner.Scan() {
		line++
		text := scanner.Bytes()
		if line == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		object, err := jsonObject(text)
		if err == nil {
			err = do(line, object)
		}
		f.at(line, err)
	}
	switch err := scanner.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		f.at(line+1, fmt.Errorf("the line is longer than %d MB", longestLine>>20))
	case err != nil:
		f.list = append(f.list, fmt.Errorf("reading %s: %w", name, err))
	}
	return f
}

// jsonObject reads one line. Its keys are taken by name, for the decoder of a struct takes "Prompt" for "prompt".
func jsonObject(text []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("is not UTF-8")
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("is no JSON: %w, after %d bytes", err, syntax.Offset)
		}
		return nil, fmt.Errorf("want a JSON object, have %s", described(text))
	}
	return object, nil
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
