package data

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"congrad/eval/task"
)

// leaveOutHeld takes out of the other parts what the evaluation has, by cluster or by text, and out of the prompts for
// preferences what dev has. A cluster goes as a whole, in all languages.
func (f *Files) leaveOutHeld(languages []string) {
	clusters, texts := map[string]bool{}, map[string]bool{}
	for _, from := range []string{PartEval, PartDev, PartPreference} {
		out := map[string]bool{}
		for _, code := range languages {
			for _, p := range f.parts[from][code] {
				out[p.Cluster] = out[p.Cluster] || clusters[p.Cluster] || texts[spelling(p.Text)]
			}
		}
		for _, code := range languages {
			f.parts[from][code] = slices.DeleteFunc(f.parts[from][code], func(p filed) bool { return out[p.Cluster] })
		}
		for _, code := range languages {
			for _, p := range f.parts[from][code] {
				clusters[p.Cluster], texts[spelling(p.Text)] = true, true
			}
		}
	}
}

// spelling is equal for texts that differ only in how they are written: in Unicode's normal forms, in case, in white space,
// in punctuation around them, and in marks that nobody sees. A model that was trained on one of them knows the others.
func spelling(text string) string {
	seen := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, text)
	return cmp.Or(task.Normalise(seen), text)
}
