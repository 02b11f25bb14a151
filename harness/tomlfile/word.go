package tomlfile

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"
)

var (
	given   = regexp.MustCompile(`^Key '(.*)' (has already been defined|was already created)`)
	bare    = regexp.MustCompile(`^expected value but found "?([^"]*?)"? instead$`)
	noEqual = regexp.MustCompile(`^expected '\.' or '=', but got (.*?)(?: instead)?$`)
	tooMuch = regexp.MustCompile(`^expected a top-level item to end .* but got (.*) instead$`)
	control = regexp.MustCompile(`control characters: '(.*)'`)
)

// worded is what the library says about a file that is not TOML, with what to write.
func worded(source string, e toml.ParseError) string {
	text := e.Message
	if m := given.FindStringSubmatch(text); m != nil {
		return twice(source, m[1], e.Position.Line)
	}
	if m := bare.FindStringSubmatch(text); m != nil {
		switch word := m[1]; {
		case strings.HasPrefix(word, "'"), word == "end of file":
			return "a key has no value: want key = value"
		case strings.EqualFold(word, "true"), strings.EqualFold(word, "false"):
			return fmt.Sprintf("%s is not a value: write %s", word, strings.ToLower(word))
		default:
			return fmt.Sprintf("%s is not a value: text needs quotes, as in \"x\"", word)
		}
	}
	if m := noEqual.FindStringSubmatch(text); m != nil {
		return "want key = value, or a table [name]; after the key there is " + strings.ReplaceAll(m[1], `'\n'`, "the end of the line")
	}
	if m := tooMuch.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("after the value there is %s: write one key = value per line, and text in quotes", m[1])
	}
	if m := control.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("has the control character %s, which TOML does not allow", m[1])
	}
	switch {
	case text == "strings cannot contain newlines", strings.HasPrefix(text, "unexpected EOF; expected '"):
		return "a string has no closing quote"
	case strings.HasPrefix(text, "expected a comma (',') or array terminator"):
		return "a list has no closing bracket ], or no comma between two values"
	case strings.HasPrefix(text, "expected '.' or ']' to end table name"), strings.HasPrefix(text, "expected end of table array name"):
		return "a table's name has no closing bracket: want [name] or [[name]]"
	case strings.HasPrefix(text, "invalid UTF-8 byte"):
		return "is not UTF-8: save the file as UTF-8"
	case strings.HasPrefix(text, "invalid escape in string"):
		return text[len("invalid "):] + `: write a backslash as \\, or the string in single quotes`
	}
	return text
}

// twice says where a key or table that is given again was given first.
func twice(source, key string, line int) string {
	lines := strings.SplitAfter(source, "\n")
	source = strings.Join(lines[:min(line, len(lines))], "") // the rest need not be TOML
	open := ""
	for _, s := range statements(source) {
		path := strings.Join(s.key, ".")
		if s.header {
			open = path
		} else if open != "" {
			path = open + "." + path
		}
		switch {
		case s.line >= line:
		case path == key && s.header:
			return fmt.Sprintf("[%s]: line %d opened this table already: write all of its keys in one place", key, s.line)
		case path == key:
			return fmt.Sprintf("%s: is given a second time; line %d has it already", key, s.line)
		}
	}
	return fmt.Sprintf("%s: is given a second time", key)
}
