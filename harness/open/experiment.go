// Package open opens what an experiment names: its file, the languages and tasks, its model, its prompts, exams and answers.
// It prints nothing; its errors have the exit code that they end the program with.
package open

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"congrad/eval/task"
	"congrad/experiments"
	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/harness/judge/endpoint"
	"congrad/harness/lang"
	"congrad/harness/method"
	"congrad/harness/pretrain"
	"congrad/harness/suggest"
	"congrad/harness/world"
)

// recipe is the file of the embedded base model.
const recipe = "tiny/base.toml"

// Shipped lists the names of the experiments that come with the program.
func Shipped() []string {
	files, _ := fs.Glob(experiments.Files, "*.toml") // the pattern is well formed
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f, ".toml")
	}
	return names
}

// Read returns a file's name, for errors, and its contents: a path, or the name of a shipped experiment.
func Read(arg string) (string, []byte, error) {
	if slices.Contains(Shipped(), arg) {
		data, err := experiments.Files.ReadFile(arg + ".toml")
		return "experiments/" + arg + ".toml", data, err
	}
	data, err := os.ReadFile(arg)
	if errors.Is(err, fs.ErrNotExist) {
		return arg, nil, exit.With(exit.Config, fmt.Errorf("%q: no such file and no shipped experiment%s (congrad ls experiments)", arg, suggest.DidYouMean(arg, Shipped())))
	}
	return arg, data, err
}

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
	w := config.World{Languages: s.Languages.Codes()}
	for _, t := range s.Tasks {
		w.Tasks = append(w.Tasks, t.Name)
	}
	for _, a := range method.Aggregators {
		w.Aggregators = append(w.Aggregators, a.Name)
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
		_, err = at.config()
		return err
	}
	return w
}

// Options are what the command line changes in an experiment.
type Options struct {
	Sets  []string // keys and values, as in train.epochs=2
	Limit int      // the most prompts and task items per language; 0 for all
	Seeds string   // with commas between; empty for those of the file
}

// Experiment reads and checks an experiment with the changes of the command line.
func Experiment(arg string, o Options) (*config.Experiment, *Surroundings, error) {
	s, err := ReadSurroundings()
	if err != nil {
		return nil, nil, exit.With(exit.Config, err)
	}
	file, source, err := Read(arg)
	if err != nil {
		return nil, nil, err
	}
	sets := o.Sets
	if o.Seeds != "" {
		for word := range strings.SplitSeq(o.Seeds, ",") {
			if _, err := strconv.ParseUint(strings.TrimSpace(word), 10, 63); err != nil {
				return nil, nil, exit.With(exit.Config, fmt.Errorf("--seeds %s: %q is no seed: want whole numbers from 0 upwards, as in --seeds 1,2", o.Seeds, word))
			}
		}
		sets = append(slices.Clone(sets), "seeds=["+o.Seeds+"]")
	}
	e, err := config.Load(file, source, sets, s.World())
	if err != nil {
		return nil, nil, exit.With(exit.Config, err)
	}
	if o.Limit > 0 {
		e.LimitTo(o.Limit)
	}
	return e, s, nil
}

// World makes the embedded world that the embedded base model was trained on, and returns it with that model's recipe.
func World() (*world.World, *pretrain.Recipe, error) {
	r, err := pretrain.Load(experiments.Files, recipe)
	if err != nil {
		return nil, nil, fmt.Errorf("experiments/%s: %w", path.Base(recipe), err)
	}
	w, err := world.Open(experiments.Files, r.World)
	return w, r, err
}
