package sampling

import (
	"os"
	"testing"

	"congrad/experiments"
	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/judge"
	"congrad/harness/kind"
	"congrad/harness/record"
	"congrad/harness/text"
	"congrad/harness/world"
)

// Answers that differ only in white space that the model's template trims are duplicates, whatever their scores.
func TestTrimmedAnswersAreDuplicates(t *testing.T) {
	for family, duplicates := range map[string]int{"llama": 1, "qwen": 0} {
		file, err := os.ReadFile("../../text/testdata/families/" + family + ".json")
		if err != nil {
			t.Fatal(err)
		}
		tokenizer, err := text.Parse(file)
		if err != nil {
			t.Fatal(err)
		}
		chat, err := text.NewChat(tokenizer)
		if err != nil {
			t.Fatal(err)
		}
		answers := []kind.Answer{{Text: "yes", Tokens: []int{1}, Known: -1}, {Text: "\n\nyes ", Tokens: []int{2, 1}, Known: -1}}
		var c record.Pairing
		_, _, err = Pairs{}.pair(&bench.Bench{Chat: chat}, "Is it?", answers, []judge.Score{{Value: 5, Parsed: true}, {Value: 1, Parsed: true}}, &c)
		if err != nil || c.Duplicates != duplicates || c.Pairs != 1-duplicates {
			t.Errorf("%s: %+v, %v", family, c, err)
		}
	}
}

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
