// Package open opens what an experiment names: its file, the languages and tasks, its model, its prompts, exams and answers.
// It prints nothing. Errors about the user's words are marked with exit.Config, and about a model with exit.Data.
package open

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"congrad/experiments"
	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/harness/suggest"
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
	data, err := os.ReadFile(arg)
	if errors.Is(err, fs.ErrNotExist) {
		return arg, nil, exit.With(exit.Config, fmt.Errorf("%q: neither a file nor a shipped experiment%s (congrad ls experiments)", arg, suggest.DidYouMean(arg, Shipped())))
	}
	return arg, data, err
}

// Options are what the command line changes in an experiment.
type Options struct {
	Sets  []string // keys and values, as in train.epochs=2
	Limit int      // the most prompts and task items per language; 0 for all
	Seeds string   // with commas between; empty for those of the file
}

// Experiment reads and checks an experiment with the changes of the command line.
func Experiment(arg string, o Options) (*config.Experiment, *Surroundings, error) {
	file, source, err := File(arg)
	if err != nil {
		return nil, nil, err
	}
	return Parse(file, source, o)
}

// Parse is Experiment for a text that was read; file names it in errors.
func Parse(file string, source []byte, o Options) (*config.Experiment, *Surroundings, error) {
	s, err := ReadSurroundings()
	if err != nil {
		return nil, nil, exit.With(exit.Config, err)
	}
	sets := o.Sets
	if o.Seeds != "" {
		for word := range strings.SplitSeq(o.Seeds, ",") {
			if _, err := strconv.ParseUint(strings.TrimSpace(word), 10, 63); err != nil {
				return nil, nil, exit.With(exit.Config, fmt.Errorf("--seeds %s: %q is not a seed: want whole numbers, 0 or more, as in --seeds 1,2", o.Seeds, word))
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
