package text

var llamaTokens = []string{"<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"}

// layLlama3 lays out a conversation for Llama-3.
func layLlama3(messages []Message, answer bool) (p parts, err error) {
	if err := checkRoles(messages); err != nil {
		return nil, err
	}
	p.mark("<|begin_of_text|>")
	for _, m := range messages {
		p.llamaTurn(m.Role, trim(m.Content))
	}
	if answer {
		p.llamaHeader(Assistant)
	}
	return p, nil
}

// llamaDates begins every system message of Llama-3.1 to 3.3. The template of 3.2 prints today's date where it is given a
// clock; nothing here depends on a clock, so this is the day that it prints without one, as 3.1's does.
const llamaDates = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"

// layLlama31 lays out a conversation for Llama-3.1 to 3.3, without tools: there is a system message in any case.
func layLlama31(messages []Message, answer bool) (p parts, err error) {
	if err := checkRoles(messages); err != nil {
		return nil, err
	}
	system := ""
	if messages[0].Role == System {
		system, messages = trim(messages[0].Content), messages[1:]
	}
	p.mark("<|begin_of_text|>")
	p.llamaTurn(System, llamaDates+system)
	for _, m := range messages {
		p.llamaTurn(m.Role, trim(m.Content))
	}
	if answer {
		p.llamaHeader(Assistant)
	}
	return p, nil
}

func (p *parts) llamaHeader(role string) {
	p.mark("<|start_header_id|>")
	p.text(role)
	p.mark("<|end_header_id|>")
	p.text("\n\n")
}

func (p *parts) llamaTurn(role, content string) {
	p.llamaHeader(role)
	p.text(content)
	p.mark("<|eot_id|>")
}
