package text

// byteSymbol writes every byte as a printable character, as GPT-2 does: printable Latin-1 as itself, the others from
// U+0100 upwards in order.
var byteSymbol, symbolByte = func() (symbols [256]string, bytes map[rune]byte) {
	bytes = map[rune]byte{}
	next := rune(256)
	for c := range 256 {
		r := rune(c)
		if !(c >= '!' && c <= '~' || c >= 0xA1 && c <= 0xAC || c >= 0xAE && c <= 0xFF) {
			r = next
			next++
		}
		symbols[c], bytes[r] = string(r), byte(c)
	}
	return symbols, bytes
}()

// symbolBytes are the bytes that a token in byte symbols stands for; false where it holds another character.
func symbolBytes(token string) (string, bool) {
	b := make([]byte, 0, len(token))
	for _, r := range token {
		c, ok := symbolByte[r]
		if !ok {
			return "", false
		}
		b = append(b, c)
	}
	return string(b), true
}
