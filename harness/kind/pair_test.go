package kind

import (
	"slices"
	"strings"
	"testing"
)

// A pair in a language that the stage does not have is an error that names both: as index 0 it would count for another language.
func TestLanguagesAreKnown(t *testing.T) {
	pairs := []Pair{{Lang: "sw", Prompt: "sw/1"}, {Lang: "de", Prompt: "de/1"}}
	if got, err := Languages(pairs, []string{"de", "sw"}); err != nil || !slices.Equal(got, []int{1, 0}) {
		t.Errorf("%v, %v", got, err)
	}
	_, err := Languages(append(pairs, Pair{Lang: "xx", Prompt: "xx/7"}), []string{"de", "sw"})
	if want := `pair 3 of 3 (prompt xx/7) is in "xx", which is no language of this stage: de, sw`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}
