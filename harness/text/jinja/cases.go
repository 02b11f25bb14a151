package jinja

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// upper and lower are Python's: some characters become several.
func upper(text string) string { return cases.Upper(language.Und).String(text) }
func lower(text string) string { return cases.Lower(language.Und).String(text) }

func capitalize(text string) string {
	first, rest := cutRune(text)
	if text == "" {
		return ""
	}
	return string(unicode.ToTitle(first)) + lower(rest)
}

// title capitalizes what follows a blank, a hyphen or an opening bracket, as Jinja2's filter does.
func title(text string) string {
	var b strings.Builder
	start := 0
	flush := func(end int) {
		if start < end {
			first, rest := cutRune(text[start:end])
			b.WriteString(upper(string(first)) + lower(rest))
		}
	}
	for i, r := range text {
		if blank(r) || strings.ContainsRune("-({[<", r) {
			flush(i)
			b.WriteRune(r)
			start = i + len(string(r))
		}
	}
	flush(len(text))
	return b.String()
}

// titleLetters capitalizes each run of letters, as the method of a str does.
func titleLetters(text string) string {
	var b strings.Builder
	inside := false
	for _, r := range text {
		switch letter := unicode.IsLetter(r); {
		case letter && inside:
			b.WriteString(lower(string(r)))
		case letter:
			b.WriteRune(unicode.ToTitle(r))
		default:
			b.WriteRune(r)
		}
		inside = unicode.IsLetter(r)
	}
	return b.String()
}
