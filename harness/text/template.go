package text

import (
	"encoding/json"
	"fmt"
	"slices"
)

// processor is a post-processor: what is put around an encoded text. What it says of pairs of texts and of segment types
// is of no concern here, nor are offsets.
type processor struct {
	Type           string          `json:"type"`
	AddPrefixSpace bool            `json:"add_prefix_space"`
	TrimOffsets    bool            `json:"trim_offsets"`
	UseRegex       bool            `json:"use_regex"`
	Processors     []processor     `json:"processors"`
	Single         []templatePart  `json:"single"`
	Pair           json.RawMessage `json:"pair"`
	SpecialTokens  map[string]struct {
		ID     string   `json:"id"`
		IDs    []int    `json:"ids"`
		Tokens []string `json:"tokens"`
	} `json:"special_tokens"`
}

// templatePart is a special token or the text, "A".
type templatePart struct {
	SpecialToken, Sequence *struct {
		ID     string `json:"id"`
		TypeID int    `json:"type_id"`
	}
}

// parsePostProcessor reads null, ByteLevel (which changes offsets only), TemplateProcessing, or a Sequence of them.
func (t *Tokenizer) parsePostProcessor(data json.RawMessage) error {
	if null(data) {
		return nil
	}
	var p processor
	if err := strict(data, &p); err != nil {
		return err
	}
	steps := []processor{p}
	if p.Type == "Sequence" {
		steps = p.Processors
	}
	templates := 0
	for _, s := range steps {
		switch s.Type {
		case "ByteLevel":
		case "TemplateProcessing":
			if templates++; templates > 1 {
				return fmt.Errorf("more than one TemplateProcessing is not supported")
			}
			if err := t.parseTemplate(s); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%q is not supported; ByteLevel and TemplateProcessing are", s.Type)
		}
	}
	return nil
}

func (t *Tokenizer) parseTemplate(p processor) error {
	text := false
	for _, part := range p.Single {
		switch {
		case part.Sequence != nil && part.SpecialToken == nil && part.Sequence.ID == "A" && !text:
			text = true
		case part.SpecialToken != nil && part.Sequence == nil:
			token, ok := p.SpecialTokens[part.SpecialToken.ID]
			if !ok {
				return fmt.Errorf("the template's token %q is not among its special_tokens", part.SpecialToken.ID)
			}
			for _, id := range token.IDs {
				if id < 0 || id >= t.Size() {
					return fmt.Errorf("the template's token %q has the id %d, beyond the %d of the file", part.SpecialToken.ID, id, t.Size())
				}
			}
			if text {
				t.after = slices.Concat(t.after, token.IDs)
			} else {
				t.before = slices.Concat(t.before, token.IDs)
			}
		default:
			return fmt.Errorf("the template has a part that is neither a special token nor, once, the text A")
		}
	}
	if !text {
		return fmt.Errorf("the template has no place for the text")
	}
	return nil
}
