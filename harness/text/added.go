package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// added are tokens that are cut from a text as they are spelled: those of a file from the raw text, those that it calls normalized from
// what the normalizer leaves.
type added struct {
	marks []*addedMark // by node: the token that ends there, nil for none
	next  map[edge]int32
	first [256]bool // bytes that a token begins with
}

// addedMark is an added token: its id and how it is cut.
type addedMark struct {
	id          int
	special     bool
	word        bool // only between characters that belong to no word (single_word)
	left, right bool // with the white space before, behind (lstrip, rstrip)
}

// edge leads from a node of the trie by one more byte.
type edge struct {
	node int32
	b    byte
}

func newAdded() *added { return &added{marks: []*addedMark{nil}, next: map[edge]int32{}} }

// add takes a token in, unless one is spelled like it: the reference keeps the first of them.
func (a *added) add(token string, m *addedMark) {
	node := int32(0)
	for i := range len(token) {
		e := edge{node, token[i]}
		child, ok := a.next[e]
		if !ok {
			child = int32(len(a.marks))
			a.next[e] = child
			a.marks = append(a.marks, nil)
		}
		node = child
	}
	if a.marks[node] == nil {
		a.marks[node] = m
	}
	a.first[token[0]] = true
}

// remove takes a token out, if it is there.
func (a *added) remove(token string) {
	node := int32(0)
	for i := range len(token) {
		child, ok := a.next[edge{node, token[i]}]
		if !ok {
			return
		}
		node = child
	}
	a.marks[node] = nil
}

// cut hands out a text in order: the tokens in it, the longest of those that begin at a place, each with what it takes of the text, and
// the texts between, none of them empty, each with where it begins. Special tokens are passed over as if they were text unless markers is set; what else a passed one
// holds is not looked at, as in the reference.
func (a *added) cut(s string, markers bool, text func(piece string, at int), token func(id int, taken string)) {
	done := 0
	for i := 0; i < len(s); {
		m, end := a.at(s, i)
		switch {
		case m == nil:
			i++
			continue
		case m.special && !markers, m.word && (endsInWord(s[:i]) || beginsInWord(s[end:])):
			i = end
			continue
		}
		from, to := i, end
		if m.left { // what the last token took is gone
			from = max(len(strings.TrimRightFunc(s[:i], isSpace)), done)
		}
		if m.right {
			to = len(s) - len(strings.TrimLeftFunc(s[end:], isSpace))
		}
		if done < from {
			text(s[done:from], done)
		}
		token(m.id, s[min(max(from, done), to):to])
		i, done = end, to
	}
	if done < len(s) {
		text(s[done:], done)
	}
}

// at is the longest token at a place of a text, and where it ends; nil without one.
func (a *added) at(s string, i int) (found *addedMark, end int) {
	if !a.first[s[i]] {
		return nil, 0
	}
	node := int32(0)
	for j := i; j < len(s); j++ {
		child, ok := a.next[edge{node, s[j]}]
		if !ok {
			break
		}
		if node = child; a.marks[node] != nil {
			found, end = a.marks[node], j+1
		}
	}
	return found, end
}

func isSpace(r rune) bool { return classes()[r]&space != 0 }

func endsInWord(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return s != "" && inWord(r)
}

func beginsInWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && inWord(r)
}

// inWord is \w of the reference's regular expressions (UTS 18, annex C).
func inWord(r rune) bool {
	return classes()[r]&(letter|mark) != 0 || unicode.In(r, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic, unicode.Join_Control)
}
