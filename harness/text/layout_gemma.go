package text

import "fmt"

var gemmaTokens = []string{"<bos>", "<start_of_turn>", "<end_of_turn>"}

// layGemma2 lays out a conversation for Gemma-2, which has no system messages.
func layGemma2(messages []Message, answer bool) (parts, error) {
	if err := checkRoles(messages); err != nil {
		return nil, err
	}
	if messages[0].Role == System {
		return nil, fmt.Errorf("message 1 is of the role system, which Gemma-2 does not have")
	}
	return layGemma("", messages, answer)
}

// layGemma3 lays out a conversation for Gemma-3: a system message stands before the first question.
func layGemma3(messages []Message, answer bool) (parts, error) {
	if err := checkRoles(messages); err != nil {
		return nil, err
	}
	prefix := ""
	if messages[0].Role == System {
		prefix, messages = messages[0].Content+"\n\n", messages[1:]
	}
	return layGemma(prefix, messages, answer)
}

func layGemma(prefix string, messages []Message, answer bool) (p parts, err error) {
	p.mark("<bos>")
	for i, m := range messages {
		if m.Role == System || (m.Role == User) != (i%2 == 0) {
			return nil, fmt.Errorf("message %d is of the role %s; Gemma reads questions and answers in turn", i+1, m.Role)
		}
		role := User
		if m.Role == Assistant {
			role = "model"
		}
		if i > 0 {
			prefix = ""
		}
		p.mark("<start_of_turn>")
		p.text(role + "\n" + prefix + trim(m.Content))
		p.mark("<end_of_turn>")
		p.text("\n")
	}
	if answer {
		p.mark("<start_of_turn>")
		p.text("model\n")
	}
	return p, nil
}
