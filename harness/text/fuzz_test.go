package text

import (
	"os"
	"testing"
)

// Whatever a model's files say of tokens and templates, there is an error or a chat, which asks and reads without a fault.
func FuzzUse(f *testing.F) {
	f.Add(`{"chat_template": "{% for m in messages %}{{ m['content'] }}{% endfor %}", "bos_token": {"content": "<s>"}}`, `{"eos_token_id": [5, 3]}`, "")
	f.Add(`{"chat_template": [{"name": "default", "template": "{{ bos_token }}"}], "eos_token": null}`, `{}`, "{{ messages[0].content }}")
	f.Add(`{"bos_token": 1}`, `{"eos_token_id": -1}`, "{{ x | y }}")
	file, err := os.ReadFile("testdata/tokenizer.json")
	if err != nil {
		f.Fatal(err)
	}
	tokenizer, err := Parse(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, config, generation, template string) {
		files := map[string][]byte{"tokenizer_config.json": []byte(config), "generation_config.json": []byte(generation)}
		if template != "" {
			files["chat_template.jinja"] = []byte(template)
		}
		u, err := ReadUse(files)
		if err != nil {
			return
		}
		chat, err := OpenChat(tokenizer, u)
		if err != nil || chat.Talks() != nil {
			return
		}
		ids, err := chat.Conversation([]Message{{"user", "a\nb"}, {"assistant", "日本"}}, false)
		for _, id := range ids {
			if err == nil && (id < 0 || id >= tokenizer.Size()) {
				t.Fatalf("%q: the id %d", template, id)
			}
		}
	})
}
