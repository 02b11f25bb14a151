package data

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// What encoding/json takes silently and a file of prompts must not have: of a key that is given twice it takes the last value,
// and half of a surrogate pair becomes U+FFFD, so that two texts become one.
var (
	errTwice     = errors.New("a key is given twice")
	errSurrogate = errors.New(`has half of a surrogate pair, such as "\ud83d" without its other half, which is not text: an emoji was cut in two`)
)

// distinctKeys reads a JSON object that has every key once; nested objects may be anything. null is a nil object.
func distinctKeys(text []byte) (map[string]json.RawMessage, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		return nil, err
	}
	if countKeys(text) == len(object) {
		return object, nil
	}
	seen := map[string]bool{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	_, _ = decoder.Token() // {
	for decoder.More() {
		key, _ := decoder.Token()
		name, _ := key.(string)
		if seen[name] {
			return nil, fmt.Errorf("%w: %q", errTwice, name)
		}
		seen[name] = true
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
	}
	return object, nil
}

// countKeys counts the colons of the outermost object of valid JSON: a decoder that lists keys takes several times as long.
func countKeys(text []byte) (n int) {
	depth, inString := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case c == ':' && depth == 1:
			n++
		}
	}
	return n
}

// jsonText reads a JSON string.
func jsonText(value []byte) (text string, err error) {
	if err := json.Unmarshal(value, &text); err != nil {
		return "", err
	}
	if bytes.Contains(value, []byte(`\u`)) && cutPair(value) {
		return "", errSurrogate
	}
	return text, nil
}

// cutPair reports whether a valid JSON string has half of a surrogate pair.
func cutPair(value []byte) bool {
	high := false // the unit before is the first of a pair
	for i := 0; i < len(value); {
		unit, size := uint64(0), 1
		switch {
		case value[i] != '\\':
		case value[i+1] == 'u':
			unit, _ = strconv.ParseUint(string(value[i+2:i+6]), 16, 16)
			size = 6
		default:
			size = 2
		}
		low := unit >= 0xdc00 && unit < 0xe000
		if high != low {
			return true
		}
		high = unit >= 0xd800 && unit < 0xdc00
		i += size
	}
	return false
}
