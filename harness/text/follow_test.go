package text

import (
	"slices"
	"strings"
	"testing"
)

// spacedAnswers have white space of every kind at their ends.
var spacedAnswers = []string{"Hello there", "\n\nHello there ", " \t\u00a0Hello\n\nthere\x1f\n", "\u2003\u3000x", "\u200b kept \u200b", "a\xff \n"}

// An answer is trained on as its layout writes it in a conversation: trimmed as Python's strip does for Llama and Gemma, without
// the first line feeds for Qwen3, as it is for the others.
func TestAnswersAreTrimmedAsTheLayoutDoes(t *testing.T) {
	trims := func(answer string) string {
		return strings.Trim(answer, " \t\n\u00a0\u2003\u3000\x1f")
	}
	asIs := func(answer string) string { return answer }
	for _, l := range layouts {
		want := map[string]func(string) string{
			"Llama-3": trims, "Llama-3.1": trims, "Gemma-2": trims, "Gemma-3": trims, "Qwen3": func(a string) string { return strings.TrimLeft(a, "\n") },
		}[l.name]
		if want == nil {
			want = asIs
		}
		chat, tok := layoutChat(t, l)
		for _, answer := range spacedAnswers {
			said := want(lossy(answer))
			if got := mustAnswer(t, chat, answer); !slices.Equal(got, append(tok.Encode(said), chat.Stop())) {
				t.Errorf("%s: %q comes to %q, want %q", l.name, answer, tok.DecodeMarked(got), said)
			}
			if got := chat.Trims(answer); got != (said != lossy(answer)) {
				t.Errorf("%s: %q is said to be trimmed: %v", l.name, answer, got)
			}
		}
	}
}

// A template and the layout of the same form come to the same answers; white space that a template adds is kept.
func TestAnswersAreTrimmedAsTheTemplateDoes(t *testing.T) {
	for _, c := range []struct{ tokenizer, template, layout string }{{"qwen", ownChatML, "Qwen2"}, {"llama", ownLlama, "Llama-3"}} {
		chat, _ := templateChat(t, c.tokenizer, c.template, map[string]string{"bos_token": "<|begin_of_text|>"})
		oracle, tok := layoutChat(t, layouts[slices.IndexFunc(layouts, func(l layout) bool { return l.name == c.layout })])
		for _, answer := range spacedAnswers {
			if got, want := mustAnswer(t, chat, answer), mustAnswer(t, oracle, answer); !slices.Equal(got, want) {
				t.Errorf("%s: %q comes to %q, by the layout to %q", c.layout, answer, tok.DecodeMarked(got), tok.DecodeMarked(want))
			}
		}
	}
	chat, tok := templateChat(t, "qwen", ownSpaced, nil)
	if got := tok.DecodeMarked(mustAnswer(t, chat, "Yes ")); got != " Yes  <|endoftext|>" || chat.Trims("Yes ") {
		t.Errorf("an answer between blanks comes to %q, trimmed %v", got, chat.Trims("Yes "))
	}
}

// An answer that a template changes in more than the white space at its ends is refused with what it becomes.
func TestAnswersThatATemplateRewritesAreRefused(t *testing.T) {
	chat, _ := templateChat(t, "qwen", ownThought, nil)
	if _, err := chat.Answer("<think>long</think>short"); err == nil || !strings.Contains(err.Error(), `is "short", not the answer "<think>long</think>short"`) {
		t.Errorf("an answer with a thought: %v", err)
	}
	qwen3, _ := layoutChat(t, layouts[slices.IndexFunc(layouts, func(l layout) bool { return l.name == "Qwen3" })])
	if _, err := qwen3.Answer("<think>long</think>short"); err == nil || !strings.Contains(err.Error(), "is not the beginning of the conversation") {
		t.Errorf("the same by a layout: %v", err)
	}
}
