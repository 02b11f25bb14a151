package open

import (
	"slices"

	"congrad/eval/task"
	"congrad/harness/config"
	"congrad/harness/data"
)

// HubData is data of the hub that an experiment reads.
type HubData struct {
	Path      string
	Languages []string // that are read of it
}

// FromHub lists the data of the hub that an experiment reads, each once.
func FromHub(e *config.Experiment, s *Surroundings) (list []HubData) {
	add := func(path string, languages []string) {
		if data.Hub(path) && !slices.ContainsFunc(list, func(h HubData) bool { return h.Path == path }) {
			list = append(list, HubData{path, languages})
		}
	}
	add(e.Prompts.Path, e.Languages.All())
	add(e.Evaluate.Path, e.Languages.All())
	add(e.Evaluate.Opponent, e.Languages.All())
	add(e.Pairs.Path, e.Languages.Seen)
	for _, name := range e.Evaluate.Tasks {
		if t, ok := task.Find(s.Tasks, name); ok && t.Spec != nil {
			add(t.Spec.Data.Path, e.Languages.All())
			add(t.Spec.Shots.Path, e.Languages.All())
		}
	}
	return list
}
