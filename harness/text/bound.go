package text

// Bound returns a number of tokens that no prompt, judgement or text with s in it exceeds, found without encoding s. A token is at least
// a byte; normalizing makes at most three bytes of one (UAX 15, table 11, for NFC; U+2581 for a space).
func (c *Chat) Bound() func(s string) int {
	around := 1 // of plain text
	if ids, err := c.Prompt(""); err == nil {
		around = max(around, len(ids))
	}
	if ids, err := c.Judgement("", ""); err == nil {
		around = max(around, len(ids))
	}
	return func(s string) int { return around + 3*(len(s)+1) }
}
