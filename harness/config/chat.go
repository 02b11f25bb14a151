package config

import (
	"strings"

	"congrad/harness/text"
)

// Chat says how the model is asked.
type Chat struct {
	Layout string `toml:"layout"` // own or plain
	Prompt string `toml:"prompt"` // of plain: the text that asks, with text.Here in it
}

// Plain reports whether the model is asked in plain text, in place of its own chat template.
func (c Chat) Plain() bool { return c.Layout == "plain" }

// settleChat takes the value of the prompt where no plain text asks.
func (b *binder) settleChat(e *Experiment) {
	if !e.Chat.Plain() && !b.given["chat.prompt"] { // else it is an error, see checkChat
		b.unset("chat.prompt", "chat.layout")
	}
}

// checkChat reports a text that does not ask, or that nothing reads.
func (b *binder) checkChat(e *Experiment) {
	switch {
	case !e.Chat.Plain() && b.given["chat.prompt"]:
		b.report("chat.prompt", "only chat.layout = \"plain\" reads it; the layout is %q", e.Chat.Layout)
	case e.Chat.Plain() && strings.Count(e.Chat.Prompt, text.Here) != 1:
		b.report("chat.prompt", "want %s once, where the instruction is", text.Here)
	}
}
