package text

import (
	"slices"
	"strings"
	"testing"
)

// Templates of our own, of the kinds that models have.
const (
	ownChatML = `{%- if messages[0].role != 'system' %}{{- '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}{%- endif %}
{%- for m in messages %}{{- '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}`
	ownLlama = `{{- bos_token }}{%- for m in messages %}{{- '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' + m['content'] | trim + '<|eot_id|>' }}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}`
	ownThought = `{%- for m in messages %}{{- '<|im_start|>' + m.role + '\n' }}
{%- if m.role == 'assistant' %}{{- m.content.split('</think>')[-1].lstrip('\n') }}{%- else %}{{- m.content }}{%- endif %}{{- '<|im_end|>\n' }}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}`
	ownAlwaysThinks = `{#- enable_thinking has no effect -#}{%- for m in messages %}{{- '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n<think>\n' }}{%- endif %}`
	ownSpaced = `{%- for m in messages %}{%- if m.role == 'user' %}{{- '<|im_start|>' + m.content + '<|im_end|>' }}{%- else %}{{- ' ' + m.content + ' <|endoftext|>' }}{%- endif %}{%- endfor %}`
	ownBare   = `{%- for m in messages %}{{- m.role + ': ' + m.content + '\n' }}{%- endfor %}{%- if add_generation_prompt %}{{- 'assistant: ' }}{%- endif %}`
)

func templateChat(t *testing.T, tokenizer, template string, tokens map[string]string) (*Chat, *Tokenizer) {
	t.Helper()
	tok := family(t, tokenizer)
	c, err := OpenChat(tok, Use{Template: template, File: "chat_template.jinja", Tokens: tokens})
	if err != nil {
		t.Fatal(err)
	}
	return c, tok
}

// A template comes to the ids that the layout of the same form comes to, which is checked against published templates.
func TestTemplatesComeToTheIdsOfLayouts(t *testing.T) {
	for _, c := range []struct {
		tokenizer, template, layout string
		bos                         string
	}{{"qwen", ownChatML, "Qwen2", ""}, {"llama", ownLlama, "Llama-3", "<|begin_of_text|>"}} {
		chat, _ := templateChat(t, c.tokenizer, c.template, map[string]string{"bos_token": c.bos})
		if err := chat.Trains(); err != nil {
			t.Fatalf("%s: %v", c.layout, err)
		}
		at := slices.IndexFunc(layouts, func(l layout) bool { return l.name == c.layout })
		oracle, _ := layoutChat(t, layouts[at])
		hostile := strings.Join(layouts[at].tokens, " ") + "[INST] \uE000\uE001 <think> </think> \xff"
		compared := 0
		conversations := [][]Message{{{User, hostile}}, {{System, hostile}, {User, "a"}, {Assistant, hostile}, {User, hostile}}}
		for _, r := range renderings(t) {
			if len(r.Messages) > 0 {
				conversations = append(conversations, r.Messages)
			}
		}
		for _, m := range conversations {
			for _, answer := range []bool{true, false} {
				got, err := chat.Conversation(m, answer)
				want, err2 := oracle.Conversation(m, answer)
				if err != nil || err2 != nil || !slices.Equal(got, want) {
					t.Errorf("%s: %q: %v, %v; the layout has %v, %v", c.layout, m, got, err, want, err2)
				}
				compared++
			}
		}
		if got, want := mustAnswer(t, chat, hostile), mustAnswer(t, oracle, hostile); !slices.Equal(got, want) {
			t.Errorf("%s: the answer is %v, by the layout %v", c.layout, got, want)
		}
		if compared < 100 || !slices.Equal(chat.Plain(), oracle.Plain()) || chat.Stop() != oracle.Stop() || !slices.Equal(chat.Ends(), oracle.Ends()) {
			t.Errorf("%s: %d compared, start %v, stop %d, ends %v", c.layout, compared, chat.Plain(), chat.Stop(), chat.Ends())
		}
	}
}

// No two templates are taken for one: what is printed is what the template says.
func TestNoTemplateIsTakenForAnother(t *testing.T) {
	for name, c := range map[string]struct{ tokenizer, template, want string }{
		"another system": {"qwen", strings.Replace(ownChatML, "You are a helpful assistant.", "Answer in Swahili.", 1), "<|im_start|>system\nAnswer in Swahili.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"},
		"always thinks":  {"qwen", ownAlwaysThinks, "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n"},
	} {
		chat, tok := templateChat(t, c.tokenizer, c.template, nil)
		if got := tok.DecodeMarked(mustPrompt(t, chat, "Hi")); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Where an answer does not follow its prompt, or not as it was given, training is refused with the reason; prompts stay.
func TestTrainingNeedsAnswersBehindTheirPrompts(t *testing.T) {
	for name, c := range map[string]struct{ template, err string }{
		"thinks":       {ownAlwaysThinks, "is not the beginning of the conversation"},
		"no end":       {ownBare, "no special token ends an answer"},
		"other answer": {strings.Replace(ownChatML, "m.content +", "m.content | upper +", 1), "not the answer"},
		"refuses":      {"{%- if messages | length > 1 %}{{- raise_exception('one only') }}{%- endif %}<|im_start|>{{ messages[0].content }}", "one only"},
	} {
		chat, _ := templateChat(t, "qwen", c.template, nil)
		if err := chat.Talks(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := chat.Trains(); err == nil || !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, want %q", name, err, c.err)
		}
	}
	chat, tok := templateChat(t, "qwen", ownSpaced, nil)
	if err := chat.Trains(); err != nil {
		t.Fatal(err)
	}
	if got := tok.DecodeMarked(mustAnswer(t, chat, "Yes")); got != " Yes <|endoftext|>" {
		t.Errorf("an answer between blanks comes to %q", got)
	}
	if chat, _ = templateChat(t, "qwen", ownThought, nil); chat.Trains() != nil {
		t.Errorf("an answer without a thought: %v", chat.Trains())
	}
}

// What a template cannot do is said with file, line and construct, and the model still reads plain text.
func TestTemplatesThatCannotBeRenderedAreRefused(t *testing.T) {
	for template, want := range map[string]string{
		"\n{{ messages | escape }}":      `chat_template.jinja: chat template: line 2: the filter "escape" is not supported`,
		"{{ raise_exception('never') }}": "refuses this conversation: never",
		"{{ messages[0].q.r }}":          `"q" is undefined`,
		"{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}": "steps",
	} {
		chat, tok := templateChat(t, "qwen", template, nil)
		if err := chat.Talks(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", template, err, want)
		}
		if err := chat.Trains(); err == nil {
			t.Errorf("%q can be trained on", template)
		}
		if _, err := chat.Prompt("x"); err == nil {
			t.Errorf("%q makes a prompt", template)
		}
		if got := tok.Decode(chat.Encode("plain")); got != "plain" {
			t.Errorf("%q: plain text comes to %q", template, got)
		}
	}
}

// An answer ends at each of the tokens that the files list; training ends it with the one that the template writes.
func TestAnswersEndAtEachOfTheListed(t *testing.T) {
	tok := family(t, "qwen")
	start, stop, end := tok.special["<|im_start|>"], tok.special["<|im_end|>"], tok.special["<|endoftext|>"]
	chat, err := OpenChat(tok, Use{Template: ownChatML, Ends: []int{end, start}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(chat.Ends(), []int{stop, end, start}) || chat.Stop() != stop {
		t.Errorf("ends %v, stop %d", chat.Ends(), chat.Stop())
	}
}

// The name of a layout, which keys of stages have, says which template it is, and on which day if that matters.
func TestNamesOfTemplates(t *testing.T) {
	names := map[string]bool{}
	for _, template := range []string{ownChatML, ownThought, ownChatML + "{{- strftime_now('%d') }}"} {
		chat, _ := templateChat(t, "qwen", template, nil)
		names[chat.Layout()] = true
		if dated := strings.HasSuffix(chat.Layout(), " of 2024-07-26"); dated != strings.Contains(template, "strftime") {
			t.Errorf("%s", chat.Layout())
		}
	}
	if len(names) != 3 {
		t.Errorf("names %v", names)
	}
}
