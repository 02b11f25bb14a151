package world

import (
	"crypto/sha256"
	"fmt"
	"strconv"
)

// Digest names what experiments can ask of the world: its items, its choices and its held-out passages. Two worlds of
// one digest give the same prompts.
func (w *World) Digest() string {
	h := sha256.New()
	var line []byte
	quote := func(texts ...string) { // as %q does, three times as fast
		for i, text := range texts {
			if i > 0 {
				line = append(line, ' ')
			}
			line = strconv.AppendQuote(line, text)
		}
	}
	end := func() {
		h.Write(append(line, '\n'))
		line = line[:0]
	}
	for _, language := range w.Languages() {
		for _, split := range Splits {
			for _, item := range w.Items(split, language) {
				quote(item.ID, string(item.Split), item.Prompt, item.Answer)
				end()
			}
		}
		for _, c := range w.Choices(language) {
			quote(c.Item.ID)
			line = append(line, " ["...)
			quote(c.Options[:]...)
			line = strconv.AppendInt(append(line, "] "...), int64(c.Right), 10)
			end()
		}
		line = append(line, '[')
		quote(w.Plain(PlainHeld, language)...)
		line = append(line, ']')
		end()
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16])
}
