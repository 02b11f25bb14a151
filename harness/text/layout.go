package text

import (
	"fmt"
	"strings"
)

// Message is one turn of a conversation.
type Message struct{ Role, Content string }

// The roles of a conversation.
const (
	System    = "system"
	User      = "user"
	Assistant = "assistant"
)

// layout is how a model was trained to read conversations.
type layout struct {
	name   string
	tokens []string // added tokens that a tokenizer of the family has
	start  string   // the token before plain text
	stop   string   // the token that ends an answer
	end    string   // the token that ends plain text
	judge  string   // the token after an answer that a score follows, where there is one
	lay    func(messages []Message, answer bool) (parts, error)
}

// Embedded is the layout of the embedded model.
const Embedded = "embedded"

// layouts are those of families, for tokenizers that come without a chat template. The first that fits is taken, so a
// family stands before those it grew from.
var layouts = []layout{
	{Embedded, SpecialTokens, "<|bos|>", "<|end|>", "<|end|>", "<|judge|>", layEmbedded},
	{"Llama-3.1", append([]string{"<|python_tag|>"}, llamaTokens...), "<|begin_of_text|>", "<|eot_id|>", "<|end_of_text|>", "", layLlama31},
	{"Llama-3", llamaTokens, "<|begin_of_text|>", "<|eot_id|>", "<|end_of_text|>", "", layLlama3},
	{"Gemma-3", append([]string{"<start_of_image>"}, gemmaTokens...), "<bos>", "<end_of_turn>", "<eos>", "", layGemma3},
	{"Gemma-2", gemmaTokens, "<bos>", "<end_of_turn>", "<eos>", "", layGemma2},
	{"SmolLM2", append([]string{"<jupyter_start>"}, chatMLTokens...), "<|endoftext|>", "<|im_end|>", "<|endoftext|>", "", chatML(smolLM2System)},
	{"Qwen3", append([]string{"<think>"}, chatMLTokens...), "<|endoftext|>", "<|im_end|>", "<|endoftext|>", "", layQwen3},
	{"Qwen2.5", append([]string{"<tool_call>"}, chatMLTokens...), "<|endoftext|>", "<|im_end|>", "<|endoftext|>", "", chatML(qwen25System)},
	{"Qwen2", chatMLTokens, "<|endoftext|>", "<|im_end|>", "<|endoftext|>", "", chatML(qwen2System)},
}

// familyOf is the first layout whose tokens the tokenizer has as special ones, nil if there is none.
func familyOf(t *Tokenizer) *layout {
	for i := range layouts {
		l := &layouts[i]
		fits := true
		for _, token := range l.tokens {
			_, ok := t.ids[token]
			fits = fits && ok
		}
		if fits {
			return l
		}
	}
	return nil
}

// parts are a conversation as special tokens and the texts between them. A text is one part, however many pieces it is
// written in: merges may cross those.
type parts []part

type part struct {
	text   string
	marker bool
}

func (p *parts) mark(token string) { *p = append(*p, part{token, true}) }

func (p *parts) text(s string) {
	if n := len(*p); n > 0 && !(*p)[n-1].marker {
		(*p)[n-1].text += s
	} else if s != "" {
		*p = append(*p, part{s, false})
	}
}

func (p parts) String() string {
	var b strings.Builder
	for _, part := range p {
		b.WriteString(part.text)
	}
	return b.String()
}

// checkRoles refuses roles that no layout has, and a conversation of none.
func checkRoles(messages []Message) error {
	if len(messages) == 0 {
		return fmt.Errorf("a conversation needs a message")
	}
	for i, m := range messages {
		if m.Role != System && m.Role != User && m.Role != Assistant {
			return fmt.Errorf("message %d has the role %q; roles are %s, %s and %s", i+1, m.Role, System, User, Assistant)
		}
	}
	return nil
}

// trim cuts white space as Jinja's trim does.
func trim(s string) string { return strings.TrimFunc(s, isBlank) }

// isBlank is white space as Python counts it: U+001C to U+001F are such, other than in Go.
func isBlank(r rune) bool { return r >= 0x1C && r <= 0x1F || classes()[r]&space != 0 }
