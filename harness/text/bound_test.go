package text

import (
	"strings"
	"testing"
)

// The bound holds for every text, layout and tokenizer, in prompts, judgements and plain text.
func TestBound(t *testing.T) {
	texts := append(familyTexts(t), "", "\u0344\u0390\u1fb7\ufb2c", strings.Repeat("\xff ", 20), "\u0958\u2126  \n\n")
	if len(texts) > 400 {
		texts = texts[:400]
	}
	for _, l := range layouts {
		chat, _ := layoutChat(t, l)
		bound := chat.Bound()
		for _, s := range texts {
			longest := max(len(mustPrompt(t, chat, s)), len(mustJudgement(t, chat, s, "")), len(mustJudgement(t, chat, "", s)), 1+len(chat.Encode(s)))
			if longest > bound(s) {
				t.Errorf("%s: %.40q takes %d tokens; the bound is %d", l.name, s, longest, bound(s))
			}
		}
	}
}
