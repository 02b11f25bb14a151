package text

import (
	"slices"
	"strings"
	"testing"
)

func TestReadUse(t *testing.T) {
	for name, c := range map[string]struct {
		files          map[string]string
		template, file string
		bos            string
		ends           []int
		err            string
	}{
		"nothing":    {nil, "", "tokenizer_config.json", "", nil, ""},
		"null":       {map[string]string{"tokenizer_config.json": `{"chat_template": null, "bos_token": null}`}, "", "tokenizer_config.json", "", nil, ""},
		"a string":   {map[string]string{"tokenizer_config.json": `{"chat_template": "{{ x }}", "bos_token": "<s>"}`}, "{{ x }}", "tokenizer_config.json", "<s>", nil, ""},
		"an object":  {map[string]string{"tokenizer_config.json": `{"bos_token": {"content": "<s>", "lstrip": false}}`}, "", "tokenizer_config.json", "<s>", nil, ""},
		"several":    {map[string]string{"tokenizer_config.json": `{"chat_template": [{"name": "tool_use", "template": "r"}, {"name": "default", "template": "d"}]}`}, "d", "tokenizer_config.json", "", nil, ""},
		"no default": {map[string]string{"tokenizer_config.json": `{"chat_template": [{"name": "rag", "template": "r"}]}`}, "", "", "", nil, "none of the 1 templates"},
		"a number":   {map[string]string{"tokenizer_config.json": `{"chat_template": 1}`}, "", "", "", nil, "chat_template"},
		"bad token":  {map[string]string{"tokenizer_config.json": `{"bos_token": 1}`}, "", "", "", nil, "bos_token: want a text"},
		"no JSON":    {map[string]string{"tokenizer_config.json": `{`}, "", "", "", nil, "tokenizer_config.json"},
		"a file":     {map[string]string{"chat_template.jinja": "j", "tokenizer_config.json": `{"chat_template": "c"}`}, "j", "chat_template.jinja", "", nil, ""},
		"old map":    {map[string]string{"special_tokens_map.json": `{"bos_token": "<o>"}`, "tokenizer_config.json": `{}`}, "", "tokenizer_config.json", "<o>", nil, ""},
		"both":       {map[string]string{"special_tokens_map.json": `{"bos_token": "<o>"}`, "tokenizer_config.json": `{"bos_token": "<s>"}`}, "", "tokenizer_config.json", "<s>", nil, ""},
		"ends":       {map[string]string{"generation_config.json": `{"eos_token_id": [5, 3]}`, "config.json": `{"eos_token_id": 7}`}, "", "tokenizer_config.json", "", []int{5, 3}, ""},
		"one end":    {map[string]string{"generation_config.json": `{}`, "config.json": `{"eos_token_id": 7}`}, "", "tokenizer_config.json", "", []int{7}, ""},
		"bad end":    {map[string]string{"generation_config.json": `{"eos_token_id": "x"}`}, "", "", "", nil, "generation_config.json: eos_token_id: want an id"},
		"less":       {map[string]string{"config.json": `{"eos_token_id": -1}`}, "", "", "", nil, "negative"},
	} {
		files := map[string][]byte{}
		for file, content := range c.files {
			files[file] = []byte(content)
		}
		u, err := ReadUse(files)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v, want %q", name, err, c.err)
			}
			continue
		}
		if err != nil || u.Template != c.template || u.File != c.file || u.Tokens["bos_token"] != c.bos || !slices.Equal(u.Ends, c.ends) {
			t.Errorf("%s: %+v, %v", name, u, err)
		}
	}
}
