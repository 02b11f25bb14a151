package pretrain

import (
	"strings"
	"testing"
	"testing/fstest"

	"congrad/experiments"
)

// Whatever a recipe is, there is an error with the file's name, or numbers that a run can start with.
func FuzzRecipe(f *testing.F) {
	for _, name := range []string{"tiny/world-1.toml", "tiny/world-2.toml"} {
		source, err := experiments.Files.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(source))
	}
	f.Add("[train]\nsteps = 1\n[model]\nlayers = -1\n")
	f.Fuzz(func(t *testing.T, source string) {
		r, err := Load(fstest.MapFS{"x.toml": {Data: []byte(source)}}, "x.toml")
		if err != nil {
			if !strings.Contains(err.Error(), "x.toml") {
				t.Fatalf("%q: %v", source, err)
			}
			return
		}
		if r.Train.Tokens < 1 || !(r.Train.LearningRate > 0) {
			t.Fatalf("%q: read as %+v", source, r.Train)
		}
	})
}
