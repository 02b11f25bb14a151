package results

import (
	"strings"
	"testing"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/synthetic"
)

// Whoever adds a language that cannot be identified reads so under the table.
func TestLanguagesWithoutModelAreNamed(t *testing.T) {
	for code, want := range map[string]string{"pl": "not identified: answers in pl,", "he": ""} {
		set := synthetic.Set(synthetic.Small())
		set.Study.Languages = append(set.Study.Languages, record.Language{Code: code, Name: code})
		s, err := outcome.New(set)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(answerLanguagesTable(s).Footnotes, "\n")
		if !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("with %s: footnotes %q, want %q", code, got, want)
		}
	}
}
