package text

import "strings"

var chatMLTokens = []string{"<|im_start|>", "<|im_end|>", "<|endoftext|>"}

// What the templates say in the system's place where a conversation has no system message.
const (
	smolLM2System = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
	qwen2System   = "You are a helpful assistant."
	qwen25System  = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
)

// chatML lays out conversations as SmolLM2, Qwen2 and Qwen2.5 read them, without tools: there is a system message in any
// case, and no token for the beginning.
func chatML(system string) func([]Message, bool) (parts, error) {
	return func(messages []Message, answer bool) (p parts, err error) {
		if err := checkRoles(messages); err != nil {
			return nil, err
		}
		if messages[0].Role != System {
			p.chatMLTurn(System, system)
		}
		for _, m := range messages {
			p.chatMLTurn(m.Role, m.Content)
		}
		if answer {
			p.mark("<|im_start|>")
			p.text("assistant\n")
		}
		return p, nil
	}
}

// layQwen3 lays out conversations for Qwen3, without tools and without thinking: answers begin after an empty thought, as
// they do with enable_thinking off, which is also how the template shows the last answer. Thoughts in answers to earlier
// questions are left out.
func layQwen3(messages []Message, answer bool) (p parts, err error) {
	if err := checkRoles(messages); err != nil {
		return nil, err
	}
	question := len(messages) - 1 // the last one
	for i, m := range messages {
		if m.Role == User && !(strings.HasPrefix(m.Content, "<tool_response>") && strings.HasSuffix(m.Content, "</tool_response>")) {
			question = i
		}
	}
	for i, m := range messages {
		content := m.Content
		if m.Role == Assistant {
			thought, said := cutThought(content)
			if content = said; i > question && (i == len(messages)-1 || thought != "") {
				content = "<think>\n" + thought + "\n</think>\n\n" + strings.TrimLeft(said, "\n")
			}
		}
		p.chatMLTurn(m.Role, content)
	}
	if answer {
		p.mark("<|im_start|>")
		p.text("assistant\n<think>\n\n</think>\n\n")
	}
	return p, nil
}

// cutThought splits an answer into the thought that it begins with and the rest.
func cutThought(answer string) (thought, said string) {
	last := strings.LastIndex(answer, "</think>")
	if last < 0 {
		return "", answer
	}
	thought, _, _ = strings.Cut(answer, "</think>")
	thought = strings.TrimRight(thought, "\n")
	if first := strings.LastIndex(thought, "<think>"); first >= 0 {
		thought = thought[first+len("<think>"):]
	}
	thought = strings.TrimLeft(thought, "\n")
	return thought, strings.TrimLeft(answer[last+len("</think>"):], "\n")
}

func (p *parts) chatMLTurn(role, content string) {
	p.mark("<|im_start|>")
	p.text(role + "\n" + content)
	p.mark("<|im_end|>")
	p.text("\n")
}
