package world

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain says which part of the Universal Declaration of Human Rights a passage is from.
type Plain string

const (
	PlainBase Plain = "base"     // articles 1 to 20, part of the base mixture
	PlainHeld Plain = "held-out" // articles 21 to 30, for bits per byte
)

// lastBaseArticle divides the declaration: those after it are held out.
const lastBaseArticle = 20

// Plain returns the passages of one part in one language, in the order of the text.
func (w *World) Plain(part Plain, language string) []string {
	return append([]string(nil), w.passages[part][language]...)
}

func readPassages(fsys fs.FS, s Settings) (map[Plain]map[string][]string, error) {
	const name = "tiny/udhr.json.gz"
	file, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("world: %w", err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("world: %s: %w", name, err)
	}
	var articles map[string][][]string // language -> article -> paragraph
	if err := json.NewDecoder(unzipped).Decode(&articles); err != nil {
		return nil, fmt.Errorf("world: %s: %w", name, err)
	}
	passages := map[Plain]map[string][]string{PlainBase: {}, PlainHeld: {}}
	for _, code := range s.Languages {
		if len(articles[code]) <= lastBaseArticle {
			return nil, fmt.Errorf("world: %s has %d articles in %s; want more than %d", name, len(articles[code]), code, lastBaseArticle)
		}
		for i, article := range articles[code] {
			part := PlainBase
			if i >= lastBaseArticle {
				part = PlainHeld
			}
			for _, paragraph := range article {
				passages[part][code] = append(passages[part][code], cut(paragraph, s.LongestPassage)...)
			}
		}
	}
	return passages, nil
}

// sentenceEnds are the marks after which a passage may end, weaker ones when there is no stronger one.
var sentenceEnds = []string{".!?。！？।؟", ";:；：،؛", ",，、"}

// cut divides a paragraph into passages of at most so many bytes: after the last sentence that fits, or after the last
// clause, or at the last space, or in the middle of what has none of these.
func cut(paragraph string, longest int) []string {
	var passages []string
	rest := []rune(strings.TrimSpace(paragraph))
	for fits := fitting(rest, longest); fits < len(rest); fits = fitting(rest, longest) {
		at := breakBefore(rest, fits)
		passages = append(passages, strings.TrimSpace(string(rest[:at])))
		rest = []rune(strings.TrimSpace(string(rest[at:])))
	}
	if len(rest) > 0 {
		passages = append(passages, string(rest))
	}
	return passages
}

// fitting is how many of the code points go into so many bytes, at least one.
func fitting(text []rune, bytes int) int {
	for i, r := range text {
		if bytes -= utf8.RuneLen(r); bytes < 0 {
			return max(i, 1)
		}
	}
	return len(text)
}

// breakBefore is where a passage ends, at most after so many code points; a break in the first third would leave a
// crumb.
func breakBefore(text []rune, most int) int {
	for _, marks := range append(sentenceEnds[:len(sentenceEnds):len(sentenceEnds)], "") {
		for at := most; at > most/3; at-- {
			if marks == "" && unicode.IsSpace(text[at]) || marks != "" && strings.ContainsRune(marks, text[at-1]) {
				return at
			}
		}
	}
	for at := most; at > 1; at-- { // a combining mark stays with its letter
		if !unicode.Is(unicode.M, text[at]) {
			return at
		}
	}
	return most
}
