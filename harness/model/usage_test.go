package model

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func decoded(t *testing.T, data []byte) (m map[string]any) {
	t.Helper()
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	return m
}

// What a model's files say stays, and what they do not say is added.
func TestComplete(t *testing.T) {
	talk := Talk{Start: 3, Stop: 4, StartToken: "<s>", StopToken: "</s>", Template: "{{ messages }}"}
	type object = map[string]any
	for name, c := range map[string]struct {
		usage             Usage
		source            string
		generation, ids   object
		tokenizer, failed string
	}{
		"nothing":    {Usage{}, `{}`, object{"bos_token_id": 3., "eos_token_id": []any{4.}}, object{"bos_token_id": 3., "eos_token_id": 4.}, `"</s>"`, ""},
		"another id": {Usage{generationConfig: []byte(`{"eos_token_id": 7, "top_p": 0.8}`)}, `{"eos_token_id": 7, "bos_token_id": null}`, object{"bos_token_id": 3., "eos_token_id": []any{7., 4.}, "top_p": 0.8}, object{"eos_token_id": 7., "bos_token_id": nil}, "", ""},
		"a list":     {Usage{generationConfig: []byte(`{"eos_token_id": [4, 7], "bos_token_id": 1}`)}, `{}`, object{"bos_token_id": 1., "eos_token_id": []any{4., 7.}}, object{"bos_token_id": 3., "eos_token_id": 4.}, "", ""},
		"its own":    {Usage{tokenizerConfig: []byte(`{"eos_token": "x"}`)}, `{}`, object{"bos_token_id": 3., "eos_token_id": []any{4.}}, object{"bos_token_id": 3., "eos_token_id": 4.}, `"eos_token": "x"`, ""},
		"no JSON":    {Usage{generationConfig: []byte(`[`)}, `{}`, nil, nil, "", "generation_config.json: "},
		"no id":      {Usage{generationConfig: []byte(`{"eos_token_id": "x"}`)}, `{}`, nil, nil, "", "generation_config.json: eos_token_id: "},
	} {
		f := &Folder{Source: []byte(c.source), Usage: c.usage}
		err := f.Complete(talk)
		if (err == nil) != (c.failed == "") || err != nil && !strings.Contains(err.Error(), c.failed) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			continue
		}
		if got := decoded(t, f.Usage[generationConfig]); !reflect.DeepEqual(got, c.generation) {
			t.Errorf("%s: %v, want %v", name, got, c.generation)
		}
		got := decoded(t, f.Source)
		delete(got, "dtype")
		if !reflect.DeepEqual(got, c.ids) {
			t.Errorf("%s: %v, want %v", name, got, c.ids)
		}
		if !strings.Contains(string(f.Usage[tokenizerConfig]), c.tokenizer) {
			t.Errorf("%s: %s", name, f.Usage[tokenizerConfig])
		}
	}
}

func TestUsageOfMetadata(t *testing.T) {
	g := GGUFTokenizer{Tokens: []string{"<s>", "</s>", "<turn>"}, BOS: 0, EOS: 1, EOT: 2, Unknown: -1, Padding: 1, ChatTemplate: "{{ x < y }}"}
	u, err := g.Usage()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"bos_token_id": 0., "eos_token_id": []any{1., 2.}, "pad_token_id": 1.}
	if got := decoded(t, u[generationConfig]); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	want = map[string]any{
		"bos_token": "<s>", "eos_token": "</s>", "pad_token": "</s>", "chat_template": "{{ x < y }}",
		"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": false,
	}
	if got := decoded(t, u[tokenizerConfig]); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
