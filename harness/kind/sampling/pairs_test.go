package sampling

import (
	"testing"

	"congrad/experiments"
	"congrad/harness/data"
	"congrad/harness/kind"
	"congrad/harness/world"
)

// What is counted is the families of the answers, language by language.
func TestCountFamilies(t *testing.T) {
	settings := world.Defaults()
	settings.Languages, settings.Under = []string{"en", "de", "sw"}, nil
	w, err := world.Open(experiments.Files, settings)
	if err != nil {
		t.Fatal(err)
	}
	prompts, err := data.FromWorld(w).Preference(1, "de", 1, 40)
	if err != nil {
		t.Fatal(err)
	}
	var answers []kind.Answer
	for _, p := range prompts {
		for _, text := range []string{p.Right, p.Right + "!!", p.Right + " ...", "?"} {
			answers = append(answers, kind.Answer{Lang: "de", Prompt: p.ID, Text: text})
		}
	}
	counts := countFamilies(w, answers)
	if counts["de"]["shared"] != 80 || counts["de"]["parochial"] != 0 || counts["de"][""] != 80 {
		t.Errorf("%v", counts)
	}
}
