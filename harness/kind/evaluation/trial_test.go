package evaluation

import (
	"testing"

	"congrad/harness/kind"
)

// An answer is held against the one of its number, or against the only one.
func TestOpposing(t *testing.T) {
	o := opposing[string]{"a": {"x", "y"}, "b": {"z"}}
	for _, c := range []struct {
		prompt string
		sample int
		want   string
	}{{"a", 0, "x"}, {"a", 1, "y"}, {"b", 0, "z"}, {"b", 3, "z"}} {
		if got, err := o.to(c.prompt, c.sample); err != nil || got != c.want {
			t.Errorf("%s, %d: %q, %v", c.prompt, c.sample, got, err)
		}
	}
	for _, prompt := range []string{"a", "c"} {
		if _, err := o.to(prompt, 2); err == nil || err.Error() != "the opponent has no answer number 2 to the prompt \""+prompt+"\"" {
			t.Errorf("%s: %v", prompt, err)
		}
	}
}

// By chrF the closer answer wins; by exact match only an exact one does, and two that are not are a tie.
func TestWhatWins(t *testing.T) {
	for _, c := range []struct{ ours, theirs, chrf, exact float64 }{
		{1, 0.5, 1, 1}, {0.5, 1, 0, 0}, {1, 1, 0.5, 0.5}, {0.9, 0.5, 1, 0.5}, {0.2, 0.3, 0, 0.5}, {-1, -1, 0.5, 0.5},
	} {
		ours, theirs := judged{Answer: kind.Answer{Known: c.ours}}, judged{Answer: kind.Answer{Known: c.theirs}}
		if got := compared(ours, theirs, kind.Trial{}).Win; got != c.chrf {
			t.Errorf("%+v: %g by chrF", c, got)
		}
		if got := compared(ours, theirs, kind.Trial{Exact: true}).Win; got != c.exact {
			t.Errorf("%+v: %g by exact match", c, got)
		}
	}
}
