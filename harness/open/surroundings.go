package open

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

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

	shapes bool // whether a model's shape is enough
}

// ReadSurroundings reads the tables that come with the program.
func ReadSurroundings() (*Surroundings, error) {
	languages, err := lang.Load(experiments.Files, "languages")
	if err != nil {
		return nil, err
	}
	tasks, err := task.Load(experiments.Files, "tasks")
	return &Surroundings{Languages: languages, Tasks: tasks}, err
}

// World is what a configuration is checked against.
func (s *Surroundings) World() config.World {
	w := config.World{Languages: s.Languages}
	for _, t := range s.Tasks {
		w.Tasks = append(w.Tasks, t.Name)
		if t.Spec == nil {
			w.Embedded = append(w.Embedded, t.Name)
		}
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
		if s.shapes && Absent(name) {
			return nil
		}
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

// addDefined adds the languages that files define in a folder languages next to an experiment's file.
func (s *Surroundings) addDefined(file string) error {
	folder := filepath.Join(filepath.Dir(file), "languages")
	files, err := filepath.Glob(filepath.Join(folder, "*.toml"))
	if _, shipped := experiments.Files.Open(strings.TrimPrefix(file, "experiments/")); err != nil || len(files) == 0 || shipped == nil {
		return nil
	}
	defined, err := lang.Load(os.DirFS(filepath.Dir(file)), "languages")
	if err != nil {
		return fmt.Errorf("the folder %s, next to the experiment, is read as definitions of languages (docs/languages.md):\n%w", folder, err)
	}
	for _, l := range defined.All() {
		if known, err := s.Languages.Find(l.Code); err == nil && known.Speaks() {
			return fmt.Errorf("%s: %s is a language of the embedded world and cannot be changed; choose another code", filepath.Join(filepath.Dir(file), l.File), known.Name)
		}
		s.Languages = s.Languages.With(l)
	}
	return nil
}
