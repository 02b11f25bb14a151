package run

import (
	"testing"

	"congrad/harness/data"
)

// A forecast has every stage in which the device works, whoever judges and whoever the opponent is.
func TestForecastHasEveryStage(t *testing.T) {
	t.Chdir(t.TempDir())
	b := newBench(t)
	b.answersOf(t, func(data.Prompt) string { return "x" })
	for name, c := range map[string]struct {
		sets    []string
		without map[string]bool // what the device has no part in
	}{
		"known answers": {nil, map[string]bool{"base": true, "pairs": true, "select": true}},
		"the model":     {[]string{"judge.kind=self", "evaluate.judge=self"}, map[string]bool{"base": true, "pairs": true, "select": true}},
		"a file": {
			[]string{"judge.kind=self", "evaluate.judge=self", "evaluate.opponent=refs.jsonl", "evaluate.answers.id=id"},
			map[string]bool{"base": true, "pairs": true, "select": true, "given": true},
		},
	} {
		p := b.plan(t, c.sets...)
		l, err := p.Lengths(&b.env)
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[string]int{}
		for _, s := range p.Stages {
			if !c.without[s.Kind] {
				kinds[s.Kind]++
			}
		}
		for _, s := range Forecast([]*Plan{p}, &b.env, b.env.Base.Config, l) {
			kinds[s.Kind]--
		}
		for kind, n := range kinds {
			if n != 0 {
				t.Errorf("%s: %d stages of kind %s are not in the forecast", name, n, kind)
			}
		}
	}
}
