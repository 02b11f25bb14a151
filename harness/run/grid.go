package run

import (
	"errors"

	"congrad/harness/config"
	"congrad/harness/record"
	"congrad/harness/store"
)

// Union is the stages of several plans in an order in which inputs come first; what plans share is there once.
func Union(plans []*Plan) []*Stage {
	var stages []*Stage
	seen := map[string]bool{}
	for _, p := range plans {
		for _, s := range p.Stages {
			if !seen[s.Key] {
				seen[s.Key] = true
				stages = append(stages, s)
			}
		}
	}
	return stages
}

// PrepareGrid writes what is known of a grid before anything runs: the experiment as written, the stages of all cells, and
// what the cells are. What another plan left in the folder goes; the cells see to theirs.
func (f Folder) PrepareGrid(e *config.Experiment, plans []*Plan, g record.Grid) error {
	if err := f.writePlan(Union(plans)); err != nil {
		return err
	}
	file, err := g.File()
	return errors.Join(err, store.WriteFile(f.path("experiment.toml"), e.Source), f.Write("records/grid.jsonl", file))
}
