package text

import "fmt"

// SpecialTokens are those of the embedded model's tokenizer, in the order of their ids. Padding has the id 0.
var SpecialTokens = []string{"<|pad|>", "<|bos|>", "<|user|>", "<|assistant|>", "<|judge|>", "<|end|>"}

// embeddedTemplate says in Jinja what layEmbedded does, for programs that read templates.
const embeddedTemplate = `{#- <|judge|> stands between an answer and its score -#}
{%- if messages | length > 2 or messages[0]['role'] != 'user' or messages | length == 2 and (messages[1]['role'] != 'assistant' or add_generation_prompt) -%}
{{- raise_exception('this model reads one question and one answer, nothing else') -}}
{%- endif -%}
{{- '<|bos|><|user|>' + messages[0]['content'] -}}
{%- if messages | length == 2 -%}
{{- '<|assistant|>' + messages[1]['content'] + '<|end|>' -}}
{%- elif add_generation_prompt -%}
{{- '<|assistant|>' -}}
{%- endif -%}
`

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
