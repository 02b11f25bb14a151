package open

import (
	"fmt"
	"slices"

	"congrad/eval/task"
	"congrad/experiments"
	"congrad/harness/config"
	"congrad/harness/judge/endpoint"
	"congrad/harness/lang"
)

// Surroundings are what experiments refer to by name.
type Surroundings struct {
	Languages lang.Table
	Tasks     []task.Task
}

// ReadSurroundings reads the tables that come with the program.
func ReadSurroundings() (*Surroundings, error) {
	languages, err := lang.Load(experiments.Files, "languages")
	if err != nil {
		return nil, err
	}
	tasks, err := task.Load(experiments.Files, "tasks")
	return &Surroundings{languages, tasks}, err
}

// World is what a configuration is checked against.
func (s *Surroundings) World() config.World {
	w := config.World{Languages: s.Languages.Codes(), Likely: s.Languages.DidYouMean}
	for _, t := range s.Tasks {
		w.Tasks = append(w.Tasks, t.Name)
	}
	w.TaskFile = func(file string) error {
		t, err := task.Open(file)
		if err == nil && !slices.ContainsFunc(s.Tasks, func(x task.Task) bool { return x.File == file }) {
			s.Tasks = append(s.Tasks, t)
		}
		return err
	}
	w.Measured = func(name, measure string, languages []string) error {
		i := slices.IndexFunc(s.Tasks, func(t task.Task) bool { return t.Name == name })
		if i < 0 {
			return nil // a task that is wrong is reported as such
		}
		return s.Tasks[i].Measured(measure, languages)
	}
	w.Instructions = func(path string) error {
		_, err := endpoint.Template(path)
		return err
	}
	w.Model = func(name string) error {
		at, err := findModel(name)
		if err != nil {
			return err
		}
		if _, _, err = at.config(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	return w
}
