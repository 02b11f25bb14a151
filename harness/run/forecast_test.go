package run

import (
	"testing"

	"congrad/harness/data"
)

// A forecast has every stage in which the device works, whoever judges and whoever the opponent is.
func TestForecastHasEveryStage(t *testing.T) {
	t.Chdir(t.TempDir())
	l := newLab(t)
	l.answersOf(t, func(data.Prompt) string { return "x" })
	for name, c := range map[string]struct {
		sets    []string
		without map[string]bool // what the device has no part in
	}{
		"known answers": {nil, map[string]bool{"base": true, "pairs": true, "random": true, "select": true}},
		"the model":     {[]string{"judge.kind=self", "evaluate.judge=self"}, map[string]bool{"base": true, "pairs": true, "random": true, "select": true}},
		"a file": {
			[]string{"judge.kind=self", "evaluate.judge=self", "evaluate.opponent=refs.jsonl", "evaluate.answers.id=id"},
			map[string]bool{"base": true, "pairs": true, "random": true, "select": true, "given": true},
		},
	} {
		p := l.plan(t, c.sets...)
		kinds := map[string]int{}
		for _, s := range p.Stages {
			if !c.without[s.Kind] {
				kinds[s.Kind]++
			}
		}
		list, err := Forecast([]*Plan{p}, l.bench)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			kinds[s.Kind]--
		}
		for kind, n := range kinds {
			if n != 0 {
				t.Errorf("%s: %d stages of kind %s are not in the forecast", name, n, kind)
			}
		}
	}
}

// Every stage that the device computes has a forecast, so that those that overlap fit into its memory. A selection is the exception: it
// makes sketches again only where they are not at hand.
func TestMemoryOfDeviceStages(t *testing.T) {
	for name, x := range studies(t) {
		for _, s := range x.Stages {
			if want := s.Device != "" && s.Kind != "select"; (s.Memory > 0) != want {
				t.Errorf("%s: %s needs %d bytes, on %q", name, s.Label, s.Memory, s.Device)
			}
		}
	}
}
