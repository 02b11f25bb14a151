package task

import "testing"

// Each kind gives its own measures, and only in the languages that it is asked in.
func TestMeasured(t *testing.T) {
	tiny := Task{Name: "tiny-facts", Kind: Choice, Source: Tiny}
	exam := Task{Name: "exam", Kind: Choice, Spec: &Spec{Data: Data{Languages: []string{"de", "en"}}}}
	ask := Task{Name: "ask", Kind: Generate, Spec: &Spec{}}
	for _, c := range []struct {
		task    Task
		measure string
		in      []string
		want    string
	}{
		{tiny, "accuracy", []string{"sw"}, ""},
		{tiny, "accuracy per byte", []string{"sw"}, ""},
		{tiny, "accuracy per character", []string{"sw"}, `task tiny-facts (kind "choice") measures only accuracy, accuracy per byte`},
		{exam, "accuracy per character", []string{"sw", "de"}, ""},
		{exam, "accuracy", []string{"sw", "th"}, "task exam has only the languages de, en (data.languages)"},
		{exam, "exact match", []string{"de"}, `task exam (kind "choice") measures only accuracy, accuracy per byte, accuracy per character`},
		{ask, "exact match", []string{"sw"}, ""},
		{ask, "accuracy", []string{"sw"}, `task ask (kind "generate") measures only exact match`},
		{Task{Name: "t", Kind: Text}, "bits per byte", []string{"sw"}, ""},
		{Task{Name: "t", Kind: Text}, "accuracy", []string{"sw"}, `task t (kind "text") measures only bits per byte`},
	} {
		got := ""
		if err := c.task.Measured(c.measure, c.in); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.measure, c.task.Name, got, c.want)
		}
	}
}
