package task

import (
	"fmt"
	"slices"
	"strings"
)

// measures are the measures of each kind, as reports name them.
var measures = map[string][]string{
	Choice:   {"accuracy", "accuracy per byte", "accuracy per character"},
	Text:     {"bits per byte"},
	Generate: {"exact match"},
}

// Measured reports why the task gives no numbers of a measure in any of these languages.
func (t Task) Measured(measure string, languages []string) error {
	known := measures[t.Kind]
	if t.Kind == Choice && t.Spec == nil {
		known = known[:2] // the embedded world's choices have no count of characters
	}
	if !slices.Contains(known, measure) {
		return fmt.Errorf("task %s (kind %q) measures only %s", t.Name, t.Kind, strings.Join(known, ", "))
	}
	if t.Spec == nil || len(t.Spec.Data.Languages) == 0 {
		return nil
	}
	asked := t.Spec.Data.Languages
	if !slices.ContainsFunc(languages, func(code string) bool { return slices.Contains(asked, code) }) {
		return fmt.Errorf("task %s has only the languages %s (data.languages)", t.Name, strings.Join(asked, ", "))
	}
	return nil
}
