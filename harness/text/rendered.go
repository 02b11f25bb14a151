package text

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"congrad/harness/text/jinja"
)

// rendered lays conversations out by a model's own chat template.
//
// What contents spell stays text: the characters that special tokens begin with are swapped for private-use ones while the
// template renders, and back once the special tokens that the template wrote have been found.
type rendered struct {
	tokenizer *Tokenizer
	template  *jinja.Template
	use       Use
	begins    []rune   // characters that special tokens begin with, letters and digits apart
	spared    []string // tags that the template looks for in contents
}

// thinking are the switches of templates for models that may think before they answer; all are off.
var thinking = []string{"enable_thinking", "thinking"}

// tag is a word in angle brackets, such as <think>, that templates look for in contents.
var tag = regexp.MustCompile(`</?[A-Za-z_]+>`)

func newRendered(t *Tokenizer, use Use) (*rendered, error) {
	template, err := jinja.Parse(use.Template)
	if err != nil {
		return nil, fmt.Errorf("%s: chat template: %w", use.File, err)
	}
	r := &rendered{tokenizer: t, template: template, use: use}
	for token := range t.special {
		if first, _ := utf8.DecodeRuneInString(token); !unicode.IsLetter(first) && !unicode.IsDigit(first) && !isBlank(first) {
			r.begins = append(r.begins, first)
		}
	}
	slices.Sort(r.begins)
	r.begins = slices.Compact(r.begins)
	for _, literal := range template.Literals() {
		for _, found := range tag.FindAllString(literal, -1) {
			if _, special := t.special[found]; !special {
				r.spared = append(r.spared, found)
			}
		}
	}
	slices.Sort(r.spared)
	r.spared = slices.Compact(r.spared)
	return r, nil
}

// name says which template this is, for the keys of stages.
func (r *rendered) name() string {
	name := fmt.Sprintf("template %x", sha256.Sum256([]byte(r.use.Template)))
	if r.template.Reads("strftime_now") {
		name += " of " + jinja.Date
	}
	return name
}

func (r *rendered) lay(messages []Message, answer bool) (parts, error) {
	if err := checkRoles(messages); err != nil {
		return nil, err
	}
	swap, err := r.swaps(messages)
	if err != nil {
		return nil, err
	}
	list := &jinja.List{}
	for _, m := range messages {
		list.Items = append(list.Items, jinja.NewDict("role", m.Role, "content", swap.hide(lossy(m.Content), r.spared)))
	}
	values := map[string]any{"messages": list, "add_generation_prompt": answer, "tools": nil, "documents": nil}
	for name, token := range r.use.Tokens {
		values[name] = token
	}
	for _, name := range thinking {
		values[name] = false
	}
	text, err := r.template.Render(values)
	if err != nil {
		return nil, fmt.Errorf("%s: chat template: %w", r.use.File, err)
	}
	var p parts
	token := func(id int, taken string) {
		if marker := r.tokenizer.tokens[id]; r.tokenizer.isSpecial(id) {
			p.mark(marker)
		} else {
			p.text(swap.show(taken))
		}
	}
	r.tokenizer.added.cut(text, true, func(piece string, _ int) {
		r.tokenizer.late.cut(piece, true, func(piece string, _ int) { p.text(swap.show(piece)) }, token)
	}, token)
	return p, nil
}

// swaps are pairs of characters, by both.
type swaps struct{ hidden, shown map[rune]rune }

// swaps chooses a private-use character that no content has for each that special tokens begin with.
func (r *rendered) swaps(messages []Message) (swaps, error) {
	taken := map[rune]bool{}
	for _, m := range messages {
		for _, c := range m.Content {
			if unicode.Is(unicode.Co, c) {
				taken[c] = true
			}
		}
	}
	for _, c := range r.use.Template {
		taken[c] = true
	}
	s := swaps{map[rune]rune{}, map[rune]rune{}}
	free := rune(0xE000)
	for _, c := range r.begins {
		for taken[free] {
			free++
		}
		if free > 0xF8FF {
			return s, errors.New("the texts of a conversation take up the characters for private use")
		}
		s.hidden[c], s.shown[free] = free, c
		free++
	}
	return s, nil
}

// hide swaps the characters of a content, except in the words that are spared.
func (s swaps) hide(content string, spared []string) string {
	var b strings.Builder
	for content != "" {
		if at := slices.IndexFunc(spared, func(word string) bool { return strings.HasPrefix(content, word) }); at >= 0 {
			b.WriteString(spared[at])
			content = content[len(spared[at]):]
			continue
		}
		r, size := utf8.DecodeRuneInString(content)
		if h, ok := s.hidden[r]; ok {
			r = h
		}
		b.WriteRune(r)
		content = content[size:]
	}
	return b.String()
}

func (s swaps) show(text string) string {
	return strings.Map(func(r rune) rune {
		if c, ok := s.shown[r]; ok {
			return c
		}
		return r
	}, text)
}
