package endpoint

import (
	"errors"
	"os"
	"strings"
	"testing"
)

func TestTemplate(t *testing.T) {
	t.Chdir(t.TempDir())
	own, err := Template("")
	if err != nil || fill(own, "{A}", "{B}", "{prompt}") == own || strings.Count(fill(own, "{A}", "{B}", "{prompt}"), "{B}") != 1 {
		t.Errorf("%v", err)
	}
	for text, want := range map[string]string{"{prompt} {A} {B}": "", "{prompt} {A} {A}": "mine.txt: has {A} 2 times; want it exactly once\nmine.txt: has {B} 0 times; want it exactly once"} {
		if err := os.WriteFile("mine.txt", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Template("mine.txt"); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Template("none.txt"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
