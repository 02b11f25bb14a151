package world

import (
	"crypto/sha256"
	"fmt"
)

// Digest names what experiments can ask of the world: its items, its choices and its held-out passages. Two worlds of
// one digest give the same prompts.
func (w *World) Digest() string {
	h := sha256.New()
	for _, language := range w.Languages() {
		for _, split := range Splits {
			for _, item := range w.Items(split, language) {
				fmt.Fprintf(h, "%q %q %q %q\n", item.ID, item.Split, item.Prompt, item.Answer)
			}
		}
		for _, c := range w.Choices(language) {
			fmt.Fprintf(h, "%q %q %d\n", c.Item.ID, c.Options, c.Right)
		}
		fmt.Fprintf(h, "%q\n", w.Plain(PlainHeld, language))
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16])
}
