package text

import (
	"slices"
	"testing"
)

// Question and option are encoded as one text, cut where the question's own ids end; the token that texts begin with stands there
// once, in families that have one.
func TestContinuations(t *testing.T) {
	for _, l := range layouts {
		chat, tok := layoutChat(t, l)
		for _, c := range []struct {
			text    string
			options []string
		}{
			{"Question: is it so?\nAnswer:", []string{" yes", " no, never"}},
			{"Question: is it so? \n", []string{"yes", "no"}},   // white space at the end belongs to the option
			{"inter", []string{"national", "nal affairs", "!"}}, // pieces may cross
			{"東京は日本の", []string{"首都", "町です。"}},
			{l.start + l.stop, []string{l.stop, " x"}}, // what spells a marker is text
		} {
			prompt, rest := chat.Continuations(c.text, c.options)
			begins := chat.Opening()
			if len(prompt) == 0 || len(rest) != len(c.options) {
				t.Fatalf("%s: %q: prompt %v, rest %v", l.name, c.text, prompt, rest)
			}
			if len(begins) > 0 && (prompt[0] != begins[0] || slices.Contains(prompt[1:], begins[0])) {
				t.Errorf("%s: %q begins with %v", l.name, c.text, prompt)
			}
			if slices.Equal(prompt, chat.Plain()) {
				begins = chat.Plain()
			}
			for k, option := range c.options {
				if got, want := slices.Concat(prompt[len(begins):], rest[k]), tok.Encode(c.text+option); !slices.Equal(got, want) {
					t.Errorf("%s: %q + %q: %v, encoded as one %v", l.name, c.text, option, got, want)
				}
				if len(rest[k]) == 0 {
					t.Errorf("%s: %q + %q: nothing is left to predict", l.name, c.text, option)
				}
			}
		}
		own := chat.Encode("Is it so?")
		if prompt, rest := chat.Continuations("Is it so?\n", []string{"a", "b"}); len(prompt) > len(own)+1 || len(rest[0]) < 2 {
			t.Errorf("%s: the line's end stands in %v, %v", l.name, prompt, rest)
		}
	}
}
