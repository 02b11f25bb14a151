package pretrain

import (
	"strings"
	"testing"
	"testing/fstest"
)

// A recipe has every key once and in one spelling: of "steps" and "Steps" either could be taken.
func TestRecipeKeysHaveOneSpelling(t *testing.T) {
	source := "seed = 1\n[train]\nsteps = 2\nSteps = 3\n"
	_, err := Load(fstest.MapFS{"x.toml": {Data: []byte(source)}}, "x.toml")
	if err == nil || !strings.HasPrefix(err.Error(), "x.toml: train.Steps: no such key\n") {
		t.Error(err)
	}
}
