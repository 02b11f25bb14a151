package text

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// withAdded is the file of a family with parts replaced and tokens added.
func withAdded(t *testing.T, family string, changes map[string]json.RawMessage, added []json.RawMessage) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/families/" + family + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]json.RawMessage
	var tokens []json.RawMessage
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file["added_tokens"], &tokens); err != nil {
		t.Fatal(err)
	}
	maps.Copy(file, changes)
	if file["added_tokens"], err = json.Marshal(append(tokens, added...)); err != nil {
		t.Fatal(err)
	}
	if data, err = json.Marshal(file); err != nil {
		t.Fatal(err)
	}
	return data
}

// Added tokens are cut out as the reference cuts them, with every combination of their options, and so is the ▁ before texts put there
// (testdata/added.py).
func TestAddedTokensAreThoseOfTheReference(t *testing.T) {
	var golden struct {
		Texts []string
		Cases []struct {
			Family  string
			Changes map[string]json.RawMessage
			Added   []json.RawMessage
			IDs     [][4]json.RawMessage
		}
	}
	readJSON(t, "added.json", &golden)
	for i, c := range golden.Cases {
		tok, err := Parse(withAdded(t, c.Family, c.Changes, c.Added))
		if err != nil {
			t.Errorf("case %d, %s: %v", i, c.Family, err)
			continue
		}
		if len(c.IDs) != len(golden.Texts) || len(c.IDs) < 100 {
			t.Fatalf("case %d: %d results for %d texts", i, len(c.IDs), len(golden.Texts))
		}
		for k, s := range golden.Texts {
			var marked, plain []int
			var read, readMarked string
			for n, to := range []any{&marked, &plain, &read, &readMarked} {
				if err := json.Unmarshal(c.IDs[k][n], to); err != nil {
					t.Fatal(err)
				}
			}
			if got := tok.EncodeMarked(s); !slices.Equal(got, marked) {
				t.Errorf("case %d, %s: %q: ids %v, the reference has %v", i, c.Family, s, got, marked)
			}
			if got := tok.Encode(s); !slices.Equal(got, plain) {
				t.Errorf("case %d, %s: %q with special tokens as text: ids %v, the reference has %v", i, c.Family, s, got, plain)
			}
			if got, gotMarked := tok.Decode(marked), tok.DecodeMarked(marked); got != read || gotMarked != readMarked {
				t.Errorf("case %d, %s: %v read as %q and %q, the reference has %q and %q", i, c.Family, marked, got, gotMarked, read, readMarked)
			}
		}
	}
}

// A text that goes on from another gets no ▁ of its own: a conversation and an answer to its prompt are cut as the whole is.
func TestAnswersFollowWithoutAPrefix(t *testing.T) {
	const template = "{{ bos_token }}{%- for m in messages %}" +
		"{%- if m.role == 'user' %}{{- '[INST] ' + m.content + ' [/INST]' }}{%- else %}{{- ' ' + m.content + eos_token }}{%- endif %}{%- endfor %}"
	var golden struct {
		Cases []struct {
			Family  string
			Changes map[string]json.RawMessage
			Added   []json.RawMessage
		}
	}
	readJSON(t, "added.json", &golden)
	for _, c := range golden.Cases[3:7] { // Prepend, and the three schemes of Metaspace
		tok, err := Parse(withAdded(t, c.Family, c.Changes, nil))
		if err != nil {
			t.Fatal(err)
		}
		chat, err := OpenChat(tok, Use{Template: template, File: "x", Tokens: map[string]string{"bos_token": "<bos>", "eos_token": "<eos>"}})
		if err != nil || chat.Trains() != nil {
			t.Fatal(err, chat.Trains())
		}
		prompt, err := chat.Prompt("Habari ya dunia?")
		if err != nil {
			t.Fatal(err)
		}
		answer := "Nzuri sana."
		whole := append(prompt, mustAnswer(t, chat, answer)...)
		if want := tok.EncodeMarked("<bos>[INST] Habari ya dunia? [/INST] " + answer + "<eos>"); !slices.Equal(whole, want) {
			t.Errorf("%s: %q, want %q", c.Changes, tok.DecodeMarked(whole), tok.DecodeMarked(want))
		}
		if got := chat.Decode(mustAnswer(t, chat, answer)); strings.TrimPrefix(got, " ") != answer {
			t.Errorf("%s: reads %q", c.Changes, got)
		}
	}
}

// A special token that the normalizer changes would be found in some places and not in others.
func TestNormalizedSpecialTokensAreRefused(t *testing.T) {
	var golden struct {
		Cases []struct{ Changes map[string]json.RawMessage }
	}
	readJSON(t, "added.json", &golden)
	const token = `{"id": %d, "content": "<x>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": true, "special": true}`
	data := withAdded(t, "gemma", golden.Cases[3].Changes, nil)
	tok, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	added := []json.RawMessage{json.RawMessage(fmt.Sprintf(token, tok.Size()))}
	if _, err := Parse(withAdded(t, "gemma", golden.Cases[3].Changes, added)); err == nil || !strings.Contains(err.Error(), `"<x>"`) || !strings.Contains(err.Error(), "▁<x>") {
		t.Error(err)
	}
}
