package world

import (
	"slices"
	"testing"
)

func TestChoices(t *testing.T) {
	w := open(t, Defaults())
	for _, language := range w.Languages() {
		choices := w.Choices(language)
		items := w.Items(Tax, language)
		if len(choices) != len(items) {
			t.Errorf("%s: %d choices for %d items", language, len(choices), len(items))
		}
		at := [Options]int{}
		for i, c := range choices {
			if c.Item != items[i] || c.Options[c.Right] != c.Item.Answer {
				t.Errorf("%s: option %d of %q is not %q", c.Item.ID, c.Right, c.Options, c.Item.Answer)
			}
			at[c.Right]++
			folded := make([]string, 0, Options)
			for _, option := range c.Options {
				if !clean(option) || slices.Contains(folded, fold(option)) {
					t.Errorf("%s: options %q", c.Item.ID, c.Options)
				}
				folded = append(folded, fold(option))
			}
		}
		for i, n := range at {
			// a quarter each; five standard deviations of a fair draw of 250 are 34
			if share := float64(n) / float64(len(choices)); share < 0.12 || share > 0.38 {
				t.Errorf("%s: option %d is right in a share of %.2f", language, i, share)
			}
		}
	}
}

// Few facts must not leave a choice without wrong options.
func TestChoicesOfASmallWorld(t *testing.T) {
	s := Defaults()
	s.Lists, s.Spellouts, s.CountsPerUnit = 1, 1, 1
	for _, c := range open(t, s).Choices("ja") {
		if slices.Contains(c.Options[:], "") {
			t.Errorf("%s: %q", c.Item.ID, c.Options)
		}
	}
}
