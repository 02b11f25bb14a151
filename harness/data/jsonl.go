package data

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"congrad/harness/userfile"
)

// readJSONL reads the wanted keys of JSON lines, paths of keys included; blank lines and other keys are ignored.
func readJSONL(r io.Reader, name string, columns []wanted) ([]row, error) {
	var rows []row
	absent := map[string]bool{} // reported once: mostly every row has the same fault
	f := eachLine(r, name, func(line int, object map[string]json.RawMessage) error {
		x := row{line: line}
		for _, w := range columns {
			value, there, err := dig(object, w.name)
			if err != nil {
				return err
			}
			if !there && w.optional {
				continue
			}
			if !there && absent[w.name] {
				return nil
			}
			if !there {
				absent[w.name] = true
				return w.missing(slices.Sorted(maps.Keys(object)))
			}
			if err := w.take(&x, value); err != nil {
				return err
			}
		}
		rows = append(rows, x)
		return nil
	})
	return rows, f.err()
}

// take fills the column's cell of a row, or its list.
func (w wanted) take(x *row, value json.RawMessage) (err error) {
	if w.turns != nil {
		*w.turns(x), err = w.turnsOf(value)
		return err
	}
	if w.list == nil {
		text, err := w.fromJSON(value)
		if err != nil {
			return err
		}
		return w.put(x, text)
	}
	var list []json.RawMessage
	if json.Unmarshal(value, &list) != nil || list == nil {
		return w.mistyped(described(value))
	}
	texts := make([]string, len(list))
	for i, entry := range list {
		text, err := w.entry(entry)
		if err != nil {
			return err
		}
		texts[i] = text
	}
	*w.list(x) = texts
	return nil
}

// entry is the text of a value in a list.
func (w wanted) entry(value json.RawMessage) (string, error) {
	text, err := wanted{name: w.name, blank: w.blank, number: w.number, flag: w.flag}.fromJSON(value)
	if errors.Is(err, errSurrogate) {
		return "", err
	}
	if err != nil {
		return "", w.mistyped("a list with " + described(value))
	}
	return text, nil
}

// dig returns the value of a key, or of a path of keys with dots between them: "choices.text", "choices.0". Through a list
// of objects a path goes in each of them and returns the list of what it finds. An object on the way with a key twice is an error.
func dig(object map[string]json.RawMessage, path string) (value json.RawMessage, there bool, err error) {
	if value, there := object[path]; there {
		return value, true, nil
	}
	key, rest, deeper := strings.Cut(path, ".")
	value, there = object[key]
	if !deeper || !there {
		return nil, false, nil
	}
	return digValue(value, rest)
}

func digValue(value json.RawMessage, path string) (found json.RawMessage, there bool, err error) {
	object, err := distinctKeys(value)
	if errors.Is(err, errTwice) {
		return nil, false, err
	}
	if err == nil {
		return dig(object, path)
	}
	var list []json.RawMessage
	if json.Unmarshal(value, &list) != nil {
		return nil, false, nil
	}
	key, rest, deeper := strings.Cut(path, ".")
	if at, err := strconv.Atoi(key); err == nil {
		switch {
		case at < 0 || at >= len(list):
			return nil, false, nil
		case deeper:
			return digValue(list[at], rest)
		}
		return list[at], true, nil
	}
	each := make([]json.RawMessage, len(list))
	for i, entry := range list {
		if each[i], there, err = digValue(entry, path); !there || err != nil {
			return nil, false, err
		}
	}
	joined, err := json.Marshal(each)
	return joined, err == nil, err
}

var wholeNumber = regexp.MustCompile(`^-?\d{1,20}$`)

// fromJSON is the text of a value. Where a cell may be blank, so may null.
func (w wanted) fromJSON(value []byte) (text string, err error) {
	value = bytes.TrimSpace(value)
	switch {
	case value[0] == '"':
		text, err = jsonText(value)
		if err != nil {
			err = fmt.Errorf("column %q: %w", w.name, err)
		}
		return text, err
	case w.blank && string(value) == "null":
		return "", nil
	case w.number && wholeNumber.Match(value):
		return string(value), nil
	case w.flag && string(value) == "true":
		return "1", nil
	case w.flag && string(value) == "false":
		return "0", nil
	}
	return "", w.mistyped(described(value))
}

// eachLine calls do with every JSON object of a file of lines, each with its number. name is used in errors; what do
// returns gets its line, and up to ten faults are collected.
func eachLine(r io.Reader, name string, do func(line int, object map[string]json.RawMessage) error) *faults {
	f := &faults{name: name}
	buffered := bufio.NewReader(r)
	if err := notText(buffered, name); err != nil {
		f.list = append(f.list, err)
		return f
	}
	scanner := bufio.NewScanner(buffered)
	scanner.Buffer(nil, longestLine)
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

// notText is the one error of a file that is not text in UTF-8: each of its lines would have one.
func notText(r *bufio.Reader, name string) error {
	head, _ := r.Peek(1 << 10)
	what := userfile.Encoding(head)
	switch {
	case what == "":
		return nil
	case strings.HasSuffix(what, "file"), strings.HasSuffix(what, "archive"), strings.HasPrefix(what, "compressed"), strings.HasPrefix(what, "binary"):
		return fmt.Errorf("%s: is %s; want %s as text in UTF-8", name, what, strings.TrimPrefix(filepath.Ext(name), "."))
	}
	return fmt.Errorf("%s: is %s; save the file as UTF-8", name, what)
}

// jsonObject reads one line. Its keys are taken by name, for the decoder of a struct takes "Prompt" for "prompt".
func jsonObject(text []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("is not UTF-8")
	}
	object, err := distinctKeys(text)
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, errTwice):
		return nil, err
	case errors.As(err, &syntax):
		return nil, invalid(text, syntax)
	case err != nil || object == nil:
		return nil, fmt.Errorf("want a JSON object, have %s", described(text))
	}
	return object, nil
}

// invalid says where a line stops being JSON.
func invalid(text []byte, at *json.SyntaxError) error {
	if i := int(at.Offset) - 1; i >= 0 && at.Error() != "unexpected end of JSON input" && i < len(text) {
		r, _ := utf8.DecodeRune(text[i:])
		return fmt.Errorf("is not valid JSON: unexpected %q at byte %d", string(r), at.Offset)
	}
	return fmt.Errorf("is not valid JSON: it ends too early, after byte %d", at.Offset)
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
