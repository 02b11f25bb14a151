package config

import (
	"fmt"
	"strings"
	"testing"
)

// What was written is read back, key by key, in arms and numbers from elsewhere too.
func TestOriginsReadBack(t *testing.T) {
	source := strings.Replace(claimed, `name = "x"`, "name = \"x\"\ntitle = \"a  # b = [\\\"c\\\"]\"", 1)
	e, err := load(source, "loss.beta=0.2")
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadOrigins(e.Resolved())
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(e.Origins) {
		t.Fatalf("%d keys, want %d", len(got), len(e.Origins))
	}
	for i, want := range e.Origins {
		if o := got[i]; o.Key != want.Key || o.From != want.From || fmt.Sprint(o.Value) != fmt.Sprint(want.Value) {
			t.Errorf("%v, want %v", o, want)
		}
	}
	if _, err := ReadOrigins([]byte("a = 1\n")); err == nil {
		t.Error("a value without its source was read")
	}
}

func FuzzReadOrigins(f *testing.F) {
	e, err := load(claimed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(e.Resolved()))
	f.Add("[[a]]\n[a.b]\nx = \"  # \"  # y\n# z is not set  # w\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ReadOrigins([]byte(text))
		if err == nil && len(list) > strings.Count(text, "#") {
			t.Error("more keys than sources")
		}
	})
}
