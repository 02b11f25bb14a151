package text

import "strings"

// place is where a text is in the whole that it is part of.
type place int

const (
	behindText place = iota
	behindToken
	atStart
)

// within is the place of a part of a text, which is cut out behind an added token if it is not the first.
func (p place) within(at int) place {
	if at > 0 {
		return behindToken
	}
	return p
}

// prefix is the ▁ that SentencePiece puts before a text, so that its first word is spelled like others. Nothing puts one before a text
// that goes on from another.
type prefix int

const (
	noPrefix        prefix = iota
	normalizerAdds         // before every text between added tokens, before normalized added tokens are cut: Prepend
	splitterAdds           // the same, but not where the text begins with ▁: Metaspace, prepend_scheme always
	splitterAddsOne        // only at the start: Metaspace, prepend_scheme first
)

// normalized is a normalized text that is not empty.
func (p prefix) normalized(s string, where place) string {
	if p != normalizerAdds || where == behindText || s == "" {
		return s
	}
	return metaspace + s
}

// split is a text that is to be split.
func (p prefix) split(s string, where place) string {
	adds := p == splitterAdds && where != behindText || p == splitterAddsOne && where == atStart
	if !adds || strings.HasPrefix(s, metaspace) {
		return s
	}
	return metaspace + s
}
