package text

import "fmt"

// SpecialTokens are those of the embedded model's tokenizer, in the order of their ids. Padding has the id 0.
var SpecialTokens = []string{"<|pad|>", "<|bos|>", "<|user|>", "<|assistant|>", "<|judge|>", "<|end|>"}

// layEmbedded lays out one question and its answer; the embedded model has read nothing longer.
//
//	<|bos|><|user|>instruction<|assistant|>answer<|end|>
//	<|bos|><|user|>instruction<|assistant|>answer<|judge|>score
func layEmbedded(messages []Message, answer bool) (p parts, err error) {
	if err := checkRoles(messages); err != nil {
		return nil, err
	}
	if messages[0].Role != User || len(messages) > 2 || len(messages) == 2 && (messages[1].Role != Assistant || answer) {
		return nil, fmt.Errorf("the embedded model reads one question and one answer, nothing else")
	}
	p.mark("<|bos|>")
	p.mark("<|user|>")
	p.text(messages[0].Content)
	if len(messages) == 2 || answer {
		p.mark("<|assistant|>")
	}
	if len(messages) == 2 {
		p.text(messages[1].Content)
		p.mark("<|end|>")
	}
	return p, nil
}
