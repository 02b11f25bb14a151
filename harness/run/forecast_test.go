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
		"known answers": {nil, map[string]bool{"base": true, "pairs": true, "random": true}},
		"the model":     {[]string{"judge.kind=self", "evaluate.judge=self"}, map[string]bool{"base": true, "pairs": true, "random": true}},
		"a file": {
			[]string{"judge.kind=self", "evaluate.judge=self", "evaluate.opponent=refs.jsonl", "evaluate.answers.id=id"},
			map[string]bool{"base": true, "pairs": true, "random": true, "given": true},
		},
	} {
		p := l.plan(t, c.sets...)
		kinds := map[string]int{}
		for _, s := range p.Stages {
			switch {
			case s.Kind == "choices", s.Kind == "passages":
				kinds["task"]++ // under which all tasks are counted
			case !c.without[s.Kind]:
				kinds[s.Kind]++
			}
		}
		list, _, err := Forecast([]*Plan{p}, l.bench, 0)
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

// Every stage that the device computes has a forecast, so that those that overlap fit into its memory.
func TestMemoryOfDeviceStages(t *testing.T) {
	for name, x := range studies(t) {
		if err := x.Reckon(x.bench); err != nil {
			t.Fatal(err)
		}
		for _, s := range x.Stages {
			if (s.Memory > 0) != (s.Device != "") {
				t.Errorf("%s: %s needs %d bytes, on %q", name, s.Label, s.Memory, s.Device)
			}
		}
	}
}
