package text

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// pipelines says what is supported.
const pipelines = "supported are ByteLevel after Split by a known pattern or after Digits (Llama-3, Qwen, SmolLM2), and spaces replaced by ▁ (Gemma)"

// step is a normalizer, pre-tokenizer or decoder, with the options of all those that are supported. Offsets are of no
// concern here, nor is trim_offsets.
type step struct {
	Type    string `json:"type"`
	Pattern struct {
		String string `json:"String"`
		Regex  string `json:"Regex"`
	} `json:"pattern"`
	Content          string `json:"content"`
	Behavior         string `json:"behavior"`
	Invert           bool   `json:"invert"`
	AddPrefixSpace   bool   `json:"add_prefix_space"`
	TrimOffsets      bool   `json:"trim_offsets"`
	UseRegex         *bool  `json:"use_regex"` // true where it is not given
	IndividualDigits bool   `json:"individual_digits"`
	PreTokenizers    []step `json:"pretokenizers"`
	Decoders         []step `json:"decoders"`
}

// parsePreTokenizer returns how text is split before ByteLevel writes it as bytes; nil for the pre-tokenizer of Gemma,
// Split by the spaces that its normalizer has left none of.
func parsePreTokenizer(data json.RawMessage) (splitter, error) {
	var p step
	if null(data) {
		return nil, fmt.Errorf("null is not supported; %s", pipelines)
	}
	if err := strict(data, &p); err != nil {
		return nil, err
	}
	if p.Type == "Split" && p.Pattern.String == " " && p.Behavior == "MergedWithPrevious" && !p.Invert {
		return nil, nil
	}
	if p.Type != "Sequence" || len(p.PreTokenizers) != 2 || p.PreTokenizers[1].Type != "ByteLevel" || p.PreTokenizers[1].AddPrefixSpace {
		return nil, fmt.Errorf("%s: %.240s", pipelines, data)
	}
	first, ownRegex := p.PreTokenizers[0], p.PreTokenizers[1].UseRegex == nil || *p.PreTokenizers[1].UseRegex
	switch {
	case first.Type == "Digits" && first.IndividualDigits && ownRegex:
		return digits(each(gpt2)), nil
	case first.Type == "Split" && first.Behavior == "Isolated" && !first.Invert && !ownRegex:
		if split := patterns[first.Pattern.Regex]; split != nil {
			return split, nil
		}
		return nil, fmt.Errorf("the splitting pattern %q is not supported; those of Llama-3, Qwen and the embedded model are", first.Pattern.Regex)
	}
	return nil, fmt.Errorf("only Digits(individual_digits) before a ByteLevel with its own regex and Split(Regex, Isolated) before one without "+
		"are supported: %.240s", data)
}

// byteLevel completes a tokenizer whose symbols are bytes.
func (t *Tokenizer) byteLevel(f *file, m *modelFile, split splitter) error {
	var n, d step
	switch {
	case null(f.Normalizer):
		t.normalize = func(s string) string { return s }
	case strict(f.Normalizer, &n) == nil && n.Type == "NFC":
		t.normalize = composed
	default:
		return fmt.Errorf("normalizer: null and NFC are supported before ByteLevel: %.240s", f.Normalizer)
	}
	if null(f.Decoder) || strict(f.Decoder, &d) != nil || d.Type != "ByteLevel" {
		return fmt.Errorf("decoder: after the pre-tokenizer ByteLevel only the decoder ByteLevel is supported: %.240s", f.Decoder)
	}
	if m.Unknown != nil || m.FuseUnknown || m.ByteFallback {
		return fmt.Errorf("model: unk_token, fuse_unk and byte_fallback are not supported beside ByteLevel")
	}
	t.split, t.join = split, joinBytes
	t.model = &bpe{bytes: new([256]int32), cache: newCache()}
	for b, symbol := range byteSymbol {
		t.model.bytes[b] = -1
		if id, ok := m.Vocab[symbol]; ok {
			t.model.bytes[b] = int32(id)
		}
	}
	if m.IgnoreMerges {
		t.model.whole = make(map[string]int, len(m.Vocab))
	}
	t.spelled = make([]string, len(t.tokens))
	for id, token := range t.tokens {
		spelled, ok := symbolBytes(token)
		if !ok {
			spelled = token
		} else if m.IgnoreMerges && id < len(m.Vocab) {
			t.model.whole[spelled] = id
		}
		t.spelled[id] = spelled
	}
	return t.model.learn(m.Merges, m.Vocab)
}

// characters completes a tokenizer whose symbols are characters, with ▁ for spaces.
func (t *Tokenizer) characters(f *file, m *modelFile) error {
	var n, d step
	if null(f.Normalizer) || strict(f.Normalizer, &n) != nil || n.Type != "Replace" || n.Pattern.String != " " || n.Content != metaspace {
		return fmt.Errorf(`normalizer: without ByteLevel only Replace " " by "▁" is supported: %.240s`, f.Normalizer)
	}
	known := !null(f.Decoder) && strict(f.Decoder, &d) == nil && d.Type == "Sequence" && len(d.Decoders) == 3
	if !known || d.Decoders[0].Type != "Replace" || d.Decoders[0].Pattern.String != metaspace || d.Decoders[0].Content != " " ||
		d.Decoders[1].Type != "ByteFallback" || d.Decoders[2].Type != "Fuse" {
		return fmt.Errorf(`decoder: without ByteLevel only Sequence[Replace "▁" by " ", ByteFallback, Fuse] is supported: %.240s`, f.Decoder)
	}
	if m.IgnoreMerges {
		return fmt.Errorf("model: ignore_merges is not supported without ByteLevel")
	}
	t.normalize, t.split = spaceToMetaspace, metaspaced(joinedToMetaspace(m.Merges))
	t.spelled, t.join = t.tokens, joinCharacters
	t.model = &bpe{chars: map[rune]int32{}, unknown: -1, fuse: m.FuseUnknown, cache: newCache()}
	for token, id := range m.Vocab {
		if r, n := utf8.DecodeRuneInString(token); n > 0 && n == len(token) {
			t.model.chars[r] = int32(id)
		}
	}
	if m.Unknown != nil {
		id, ok := m.Vocab[*m.Unknown]
		if !ok {
			return fmt.Errorf("model: the unk_token %q is not in the vocabulary", *m.Unknown)
		}
		t.model.unknown = int32(id)
	}
	if m.ByteFallback {
		t.model.fallback = new([256]int32)
		for b := range 256 {
			t.model.fallback[b] = -1
			if id, ok := m.Vocab[fmt.Sprintf("<0x%02X>", b)]; ok {
				t.model.fallback[b] = int32(id)
			}
		}
	}
	return t.model.learn(m.Merges, m.Vocab)
}
