package tool

import (
	"bytes"
	"strings"
	"testing"

	"congrad/harness/model/safetensors"
	"congrad/harness/open"
)

// Whatever a line is, there is an error in words, or what was encoded is decoded again.
func FuzzTokenize(f *testing.F) {
	for _, line := range []string{`"a\nb"`, `[1, 2, 3]`, "plain text", `[1e3, -1]`, `null`, `"\ud83d"`, `[99999999]`, "日本 😀"} {
		f.Add(line, true, false)
		f.Add(line, false, true)
	}
	tokenizer, err := open.Tokenizer("tiny")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, line string, jsonl, special bool) {
		z := tokenizing{jsonl: jsonl, special: special}
		if text, err := z.decodeLine(tokenizer, line); err == nil && text == "" && strings.TrimSpace(line) != "[]" && jsonl {
			t.Fatalf("%q is decoded as nothing", line)
		} else if err != nil && strings.Contains(err.Error(), "json:") {
			t.Fatal(err)
		}
		ids, err := z.encode(tokenizer, line)
		if err != nil {
			if !jsonl {
				t.Fatalf("%q: %v", line, err)
			}
			return
		}
		if _, err := z.decodeLine(tokenizer, ids); err != nil {
			t.Fatalf("%q is encoded as %s: %v", line, ids, err)
		}
	})
}

// Whatever a file of references is, there is an error, or tokens that the logits cover.
func FuzzReference(f *testing.F) {
	for _, header := range []string{
		`{"input_ids":{"dtype":"I64","shape":[1,1],"data_offsets":[0,8]},"logits":{"dtype":"F32","shape":[1,1,2],"data_offsets":[8,16]}}`,
		`{"input_ids":{"dtype":"I64","shape":[0,1],"data_offsets":[0,0]},"logits":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}`,
		`{"logits":{"dtype":"F32","shape":[1,1,1],"data_offsets":[0,4]}}`,
	} {
		f.Add(header, make([]byte, 16))
	}
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		if len(header) > 1<<16 {
			return
		}
		n := len(header)
		file := append([]byte{byte(n), byte(n >> 8), byte(n >> 16), 0, 0, 0, 0, 0}, header...)
		c, err := safetensors.Parse(append(file, bytes.Clone(body)...))
		if err != nil {
			return
		}
		r, err := readReference(c)
		if err != nil {
			return
		}
		for _, row := range r.ids {
			for _, id := range row {
				if id < 0 || id >= r.vocab {
					t.Fatalf("%s: the id %d of %d", header, id, r.vocab)
				}
			}
		}
	})
}
