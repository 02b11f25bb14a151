package text

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// pipelines says what is supported.
const pipelines = "supported are ByteLevel after Split by a known pattern or after Digits (Llama-3, Qwen, SmolLM2), and spaces replaced by ▁ (Gemma, Llama-2, Mistral)"

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
	Normalizers      []step `json:"normalizers"`
	Prepend          string `json:"prepend"`
	Replacement      string `json:"replacement"`
	PrependScheme    string `json:"prepend_scheme"`
	Split            *bool  `json:"split"` // true where it is not given
	Start            int    `json:"start"`
	Stop             int    `json:"stop"`
}

// splitting is what a pre-tokenizer does: how text is split before ByteLevel writes it as bytes, or, where bytes is nil, what it puts
// before a text and whether it cuts it.
type splitting struct {
	bytes      splitter
	characters splitter // where the reference itself cuts; nil: it does not
	prefix     prefix
}

// parsePreTokenizer reads what comes before ByteLevel, or what comes of SentencePiece: nothing (Llama-2), Metaspace (Llama-2 as
// transformers writes it today), or Split by the spaces that the normalizer has left none of (Gemma).
func parsePreTokenizer(data json.RawMessage) (splitting, error) {
	var none splitting
	var p step
	if null(data) {
		return none, nil
	}
	if err := strict(data, &p); err != nil {
		return none, err
	}
	if p.Type == "Split" && p.Pattern.String == " " && p.Behavior == "MergedWithPrevious" && !p.Invert {
		return none, nil
	}
	if p.Type == "Metaspace" {
		schemes := map[string]prefix{"always": splitterAdds, "first": splitterAddsOne, "never": noPrefix}
		scheme, ok := schemes[p.PrependScheme]
		if !ok || p.Replacement != metaspace {
			return none, fmt.Errorf(`of Metaspace only replacement "▁" with a prepend_scheme is supported: %.240s`, data)
		}
		if p.Split == nil || *p.Split {
			return splitting{prefix: scheme, characters: everyMetaspace}, nil
		}
		return splitting{prefix: scheme}, nil
	}
	if p.Type != "Sequence" || len(p.PreTokenizers) != 2 || p.PreTokenizers[1].Type != "ByteLevel" || p.PreTokenizers[1].AddPrefixSpace {
		return none, fmt.Errorf("%s: %.240s", pipelines, data)
	}
	first, ownRegex := p.PreTokenizers[0], p.PreTokenizers[1].UseRegex == nil || *p.PreTokenizers[1].UseRegex
	switch {
	case first.Type == "Digits" && first.IndividualDigits && ownRegex:
		return splitting{bytes: digits(each(gpt2))}, nil
	case first.Type == "Split" && first.Behavior == "Isolated" && !first.Invert && !ownRegex:
		if split := patterns[first.Pattern.Regex]; split != nil {
			return splitting{bytes: split}, nil
		}
		return none, fmt.Errorf("the splitting pattern %q is not supported; those of Llama-3, Qwen and the embedded model are", first.Pattern.Regex)
	}
	return none, fmt.Errorf("only Digits(individual_digits) before a ByteLevel with its own regex and Split(Regex, Isolated) before one without "+
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
	model := &bpe{bytes: new([256]int32), cache: newCache()}
	t.model = model
	for b, symbol := range byteSymbol {
		model.bytes[b] = -1
		if id, ok := m.Vocab[symbol]; ok {
			model.bytes[b] = int32(id)
		}
	}
	if m.IgnoreMerges {
		model.whole = make(map[string]int, len(m.Vocab))
	}
	t.spell = func(token string) string {
		if spelled, ok := symbolBytes(token); ok {
			return spelled
		}
		return token
	}
	t.spelled = make([]string, len(t.tokens))
	for id, token := range t.tokens {
		t.spelled[id] = t.spell(token)
		if _, ok := symbolBytes(token); ok && m.IgnoreMerges && id < len(m.Vocab) {
			model.whole[t.spelled[id]] = id
		}
	}
	return model.learn(m.Merges, m.Vocab)
}

// characters completes a tokenizer whose symbols are characters, with ▁ for spaces.
func (t *Tokenizer) characters(f *file, m *modelFile) error {
	if err := t.spaces(f); err != nil {
		return err
	}
	if err := t.joining(f.Decoder); err != nil {
		return err
	}
	if m.IgnoreMerges {
		return fmt.Errorf("model: ignore_merges is not supported without ByteLevel")
	}
	t.spelled, t.spell = slices.Clone(t.tokens), func(token string) string { return token }
	if m.unigram != nil {
		if t.split == nil {
			t.split = func(s string, piece func(string)) { piece(s) }
		}
		u, err := newUnigram(m.unigram, t.special)
		t.model = u
		return err
	}
	if t.split == nil {
		t.split = metaspaced(joinedToMetaspace(m.Merges))
	}
	model := &bpe{chars: map[rune]int32{}, unknown: -1, fuse: m.FuseUnknown, cache: newCache()}
	for token, id := range m.Vocab {
		if r, n := utf8.DecodeRuneInString(token); n > 0 && n == len(token) {
			model.chars[r] = int32(id)
		}
	}
	if m.Unknown != nil {
		id, ok := m.Vocab[*m.Unknown]
		if !ok {
			return fmt.Errorf("model: the unk_token %q is not in the vocabulary", *m.Unknown)
		}
		model.unknown = int32(id)
	}
	if m.ByteFallback {
		model.fallback = byteTokens(func(token string) (int, bool) { id, ok := m.Vocab[token]; return id, ok })
	}
	t.model = model
	return model.learn(m.Merges, m.Vocab)
}

// spaces reads where spaces become ▁, and what is put before a text: a normalizer, unless the pre-tokenizer Metaspace does it.
func (t *Tokenizer) spaces(f *file) error {
	t.normalize = spaceToMetaspace // Metaspace does that later, and no added token can tell: see below
	var n, p step
	if !null(f.PreTokenizer) && strict(f.PreTokenizer, &p) == nil && p.Type == "Metaspace" {
		late := slices.ContainsFunc(f.AddedTokens, func(a addedToken) bool {
			return a.Normalized && (a.LStrip || a.RStrip || strings.ContainsAny(a.Content, " "+metaspace))
		})
		if !null(f.Normalizer) || late {
			return fmt.Errorf("normalizer: before Metaspace only null is supported, and normalized added tokens without spaces in or around them: %.240s", f.Normalizer)
		}
		return nil
	}
	wrong := fmt.Errorf(`normalizer: without ByteLevel and Metaspace only Replace " " by "▁" is supported, or Prepend "▁" and that: %.240s`, f.Normalizer)
	if null(f.Normalizer) || strict(f.Normalizer, &n) != nil {
		return wrong
	}
	steps := []step{n}
	if n.Type == "Sequence" {
		steps = n.Normalizers
	}
	if len(steps) == 2 && steps[0].Type == "Prepend" && steps[0].Prepend == metaspace {
		steps, t.prefix = steps[1:], normalizerAdds
	}
	if len(steps) != 1 || steps[0].Type != "Replace" || steps[0].Pattern.String != " " || steps[0].Content != metaspace {
		return wrong
	}
	return nil
}

// joining reads how tokens become text.
func (t *Tokenizer) joining(data json.RawMessage) error {
	var d step
	read := !null(data) && strict(data, &d) == nil
	if read && d.Type == "Metaspace" && d.Replacement == metaspace && slices.Contains([]string{"always", "first", "never"}, d.PrependScheme) {
		t.join = joinMetaspace(d.PrependScheme != "never")
		return nil
	}
	known := read && d.Type == "Sequence" && len(d.Decoders) >= 3
	if !known || d.Decoders[0].Type != "Replace" || d.Decoders[0].Pattern.String != metaspace || d.Decoders[0].Content != " " ||
		d.Decoders[1].Type != "ByteFallback" || d.Decoders[2].Type != "Fuse" {
		return fmt.Errorf(`decoder: without ByteLevel only Metaspace with a prepend_scheme is supported and Sequence[Replace "▁" by " ", ByteFallback, Fuse], with or without a Strip of one space on the left: %.240s`, data)
	}
	t.join = joinCharacters
	switch rest := d.Decoders[3:]; {
	case len(rest) == 0:
	case len(rest) == 1 && rest[0].Type == "Strip" && rest[0].Content == " " && rest[0].Start == 1 && rest[0].Stop == 0:
		t.join = func(tokens []string) string { return strings.TrimPrefix(joinCharacters(tokens), " ") }
	default:
		return fmt.Errorf(`decoder: behind Fuse only Strip of one space on the left is supported: %.240s`, data)
	}
	return nil
}
