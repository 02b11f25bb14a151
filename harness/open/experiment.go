// Package open opens what an experiment names: its file, the languages and tasks, its model, its prompts, exams and answers.
// It prints nothing. Errors about the user's words are marked with exit.Config, and about a model with exit.Data.
package open

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"congrad/experiments"
	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/harness/suggest"
	"congrad/harness/tomlfile"
	"congrad/harness/userfile"
)

// Shipped lists the names of the experiments that come with the program.
func Shipped() []string {
	files, _ := fs.Glob(experiments.Files, "*.toml") // the pattern is well formed
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f, ".toml")
	}
	return names
}

// File reads an experiment file, given its path or the name of a shipped experiment, and returns its name, for errors, too.
func File(arg string) (string, []byte, error) {
	if slices.Contains(Shipped(), arg) {
		data, err := experiments.Files.ReadFile(arg + ".toml")
		return "experiments/" + arg + ".toml", data, err
	}
	if stat, err := os.Stat(arg); err == nil && stat.IsDir() {
		return arg, nil, exit.With(exit.Config, fmt.Errorf("%q: is a folder, not an experiment file (.toml)", arg))
	}
	data, err := userfile.Read(arg, tomlfile.MaxBytes)
	if errors.Is(err, fs.ErrNotExist) && strings.Contains(arg, "=") {
		return arg, nil, exit.With(exit.Config, fmt.Errorf("%q: neither a file nor a shipped experiment; to change a key, write --set %s", arg, arg))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return arg, nil, exit.With(exit.Config, fmt.Errorf("%q: neither a file nor a shipped experiment%s (congrad ls experiments)", arg, suggest.DidYouMean(arg, append(Shipped(), near(arg)...))))
	}
	return arg, data, exit.With(exit.Config, err)
}

// near lists the TOML files in the folder that a path leads to.
func near(path string) []string {
	entries, _ := os.ReadDir(filepath.Dir(path)) // no folder, no suggestions
	var names []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".toml" {
			names = append(names, strings.TrimSuffix(path, filepath.Base(path))+e.Name())
		}
	}
	return names
}

// Options are what the command line changes in an experiment.
type Options struct {
	Sets  []string // keys and values, as in train.epochs=2
	Limit int      // the most prompts and task items per language; 0 for all
	Seeds string   // with commas between; empty for those of the file
	Shape bool     // whether the shape of a model is enough, as for a plan
	Name  string   // of the run's folder; empty for the experiment's name with the changes
}

// Experiment reads and checks an experiment with the changes of the command line.
func Experiment(arg string, o Options) (*config.Experiment, *Surroundings, error) {
	file, source, err := File(arg)
	if err != nil {
		return nil, nil, err
	}
	if _, _, err := tomlfile.Decode(file, string(source), &map[string]any{}); err != nil && filepath.Ext(file) != ".toml" {
		return nil, nil, exit.With(exit.Config, fmt.Errorf("%s: not TOML; name the experiment file (.toml)", file))
	}
	return Parse(file, source, o)
}

// checkSeeds reports what is not a list of seeds.
func checkSeeds(list string) error {
	given := map[uint64]bool{}
	for word := range strings.SplitSeq(list, ",") {
		seed, err := strconv.ParseUint(strings.TrimSpace(word), 10, 63)
		if err != nil {
			return fmt.Errorf("--seeds %s: %q is not a seed: want whole numbers, 0 or more, as in --seeds 1,2", list, word)
		}
		if given[seed] {
			return fmt.Errorf("--seeds %s: %d is a duplicate", list, seed)
		}
		given[seed] = true
	}
	return nil
}

// Parse is Experiment for a text that was read; file names it in errors.
func Parse(file string, source []byte, o Options) (*config.Experiment, *Surroundings, error) {
	s, err := ReadSurroundings()
	if err != nil {
		return nil, nil, exit.With(exit.Config, err)
	}
	sets := o.Sets
	if o.Seeds != "" {
		if err := checkSeeds(o.Seeds); err != nil {
			return nil, nil, exit.With(exit.Config, err)
		}
		sets = append(slices.Clone(sets), config.SeedsFlag+o.Seeds)
	}
	if err := s.addDefined(file); err != nil {
		return nil, nil, exit.With(exit.Config, err)
	}
	s.shapes = o.Shape
	e, err := config.Load(file, source, sets, s.World())
	if err != nil {
		return nil, nil, exit.With(exit.Config, err)
	}
	s.Languages = s.Languages.With(e.Languages.Others...)
	if o.Limit > 0 {
		e.LimitTo(o.Limit)
	}
	if o.Name != "" {
		if err := config.CheckName(o.Name); err != nil {
			return nil, nil, exit.With(exit.Config, fmt.Errorf("--name %w", err))
		}
		if slices.Contains(Shipped(), o.Name) && o.Name != e.Name {
			return nil, nil, exit.With(exit.Config, fmt.Errorf("--name %s: a shipped experiment has this name, and its run would share its folder; choose another", o.Name))
		}
		e.RunName = o.Name
	}
	return e, s, nil
}
