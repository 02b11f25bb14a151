package outcome

import (
	"strings"
	"testing"

	"congrad/eval/langid"
	"congrad/eval/stats"
	"congrad/results/records"
	"congrad/results/synthetic"
)

// The counts are those of the records, whatever the identifier says, and an answer that cannot be told counts nowhere.
func TestAnswersInAnotherLanguageAreCounted(t *testing.T) {
	set := synthetic.Set(synthetic.Small())
	type cell struct{ answers, told, wrong int }
	want := map[string]cell{}
	for i := range set.Evaluations {
		e := &set.Evaluations[i]
		e.Text = e.Lang
		switch {
		case i%3 == 0:
			e.Text = "" // not to be told
		case e.Arm == "congrad" && e.Lang == "ja" && i%2 == 0:
			e.Text = "zh"
		}
		for _, at := range []string{e.Arm + " " + e.Lang, e.Arm + " all"} {
			c := want[at]
			c.answers++
			if e.Text != "" {
				c.told++
				c.wrong += int(indicator(e.Text != e.Lang))
			}
			want[at] = c
		}
	}
	s := study(t, set)
	asked := 0
	spoken := s.Spoken(func(texts []string) (verdicts []langid.Verdict) {
		asked += len(texts)
		for _, text := range texts {
			verdicts = append(verdicts, langid.Verdict{Code: text, Known: text != ""})
		}
		return verdicts
	})
	if asked != 8 { // six languages, one wrong one, and nothing
		t.Errorf("%d different texts were identified", asked)
	}
	all, _ := s.Group("all")
	for at, c := range want {
		arm, code, _ := strings.Cut(at, " ")
		g := records.Only(code)
		if code == "all" {
			g = all
		}
		x := spoken.Of(arm, g)
		if x.Answers != c.answers || x.Share.N != c.told || x.Wrong != c.wrong {
			t.Errorf("%s: %+v, want %+v", at, x, c)
		}
		near(t, at, x.Share.Mean, float64(c.wrong)/float64(c.told))
		if (x.Most == "zh") != (c.wrong > 0) {
			t.Errorf("%s: most are %q", at, x.Most)
		}
		if c.wrong == 0 && x.Share.High != stats.Wilson(0, x.Share.Clusters, records.Level).High {
			t.Errorf("%s: none of %d is wrong, up to %g", at, x.Share.N, x.Share.High)
		}
	}
	if want["congrad all"].wrong == 0 {
		t.Error("nothing was to be found")
	}
}
