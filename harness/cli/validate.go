package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"congrad/harness/cli/shell"
	"congrad/harness/config"
	"congrad/harness/device"
	"congrad/harness/exit"
	"congrad/harness/open"
	"congrad/harness/run"
	"congrad/harness/store"
	"congrad/results/table"

	"github.com/spf13/cobra"
)

func (a *app) validateCommand() *cobra.Command {
	var o open.Options
	var asJSON bool
	c := &cobra.Command{
		Use:   "validate EXPERIMENT...",
		Short: "Check experiment files and print all errors, without running anything",
		Long: "Checks keys, types, ranges, names (languages, tasks, methods, arms), the files of prompts, answers and tasks with their\n" +
			"columns and languages, the model's configuration, tokenizer and list of weights, and that prompts and items fit in the\n" +
			"model's context. It does not start a device, and reads no weights.",
		Example: "  congrad validate tiny\n  congrad validate my-experiment.toml --set train.epochs=2",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			var wrong []error
			checked := []shell.Object{}
			for _, arg := range args {
				e, s, err := a.experiment(arg, o)
				if err == nil {
					err = a.ready(e, s)
				}
				if asJSON {
					checked = append(checked, verdictOf(arg, err))
				}
				if err != nil {
					wrong = append(wrong, named(arg, len(args), err))
					continue
				}
				if asJSON {
					continue
				}
				if e.Grid != nil {
					fmt.Fprintf(a.Out, "%s: a grid of %d by %d cells (%s, %s), each:\n", arg, len(e.Grid.Rows.Values), len(e.Grid.Columns.Values), e.Grid.Rows.Key, e.Grid.Columns.Key)
				}
				fmt.Fprintf(a.Out, "%s: %s, %d seen and %d unseen languages, %s, %s: valid\n", arg, table.Counted(len(e.Arms), "arm"),
					len(e.Languages.Seen), len(e.Languages.Unseen), table.Counted(len(e.Seeds), "seed"), table.Counted(e.Iterations, "iteration"))
			}
			if asJSON {
				wrong = append(wrong, a.JSON(checked))
			}
			return exit.With(exit.Config, errors.Join(wrong...))
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON: for every experiment whether it is valid, and its errors")
	c.Flags().StringArrayVar(&o.Sets, "set", nil, "override a key of the experiment, as in --set train.epochs=2 (repeatable)")
	return c
}

// ready reports what a run would fail for before its first stage, without a device.
func (a *app) ready(e *config.Experiment, s *open.Surroundings) error {
	w, err := a.lookAt(e, s, device.Info{})
	if err != nil {
		return err
	}
	if e.Grid == nil {
		return run.Check(e, w.bench, s.Tasks)
	}
	for _, c := range e.Grid.Cells {
		if err := run.Check(c.Experiment, w.bench, s.Tasks); err != nil {
			return fmt.Errorf("cell %s: %w", c.Name, err)
		}
	}
	return nil
}

// verdictOf is what --json says of an experiment.
func verdictOf(arg string, err error) shell.Object {
	lines := []string{}
	if err != nil {
		lines = strings.Split(inWords(err), "\n")
	}
	return shell.Object{{Key: "experiment", Value: arg}, {Key: "valid", Value: err == nil}, {Key: "errors", Value: lines}}
}

// named puts an experiment's name before its errors where there are several experiments.
func named(arg string, of int, err error) error {
	if of == 1 || strings.HasPrefix(err.Error(), arg+":") {
		return err
	}
	return fmt.Errorf("%s: %w", arg, err)
}

func (a *app) newCommand() *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "new NAME",
		Short:   "Start an experiment file of your own from a shipped one",
		Long:    "Writes NAME.toml in the working folder, a copy of a shipped experiment (or of a file) with that name. It never overwrites\na file.",
		Example: "  congrad new mine --from tiny",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			name := strings.TrimSuffix(filepath.Base(args[0]), ".toml")
			path := strings.TrimSuffix(args[0], ".toml") + ".toml"
			if err := config.CheckName(name); err != nil {
				return exit.With(exit.Config, err)
			}
			if _, err := os.Stat(path); err == nil {
				return exit.With(exit.Config, fmt.Errorf("%s: the file exists and was not changed; choose another name", path))
			}
			if slices.Contains(open.Shipped(), name) {
				return exit.With(exit.Config, fmt.Errorf("%q: a shipped experiment has this name, and its run would share its folder; choose another name", name))
			}
			_, source, err := open.File(from)
			if err != nil {
				return err
			}
			text := renamed(string(source), name)
			if !strings.Contains(text, "[[published]]") {
				text = strings.TrimRight(text, "\n") + "\n\n" + publishedComment
			}
			if err := store.WriteFile(path, []byte(text)); err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.Out, "%s\n", path)
			return err
		},
	}
	c.Flags().StringVar(&from, "from", "tiny", "experiment to start from: a shipped one, or a file")
	return c
}

// publishedComment ends a new file.
const publishedComment = `# A number from elsewhere, shown next to this run's (docs/reading-results.md):
# [[published]]
# arm = "congrad"
# languages = "seen"              # seen, unseen, under-represented, all, or a language's code
# measure = "win rate"
# value = ...
# source = "whose number it is, and where to find it"
`

// renamed gives an experiment file another name; all else stays, comments included.
func renamed(source, name string) string {
	lines := strings.Split(source, "\n")
	for i, line := range lines {
		if key, _, ok := strings.Cut(line, "="); ok && strings.TrimSpace(key) == "name" {
			lines[i] = fmt.Sprintf("name = %q", name)
			break
		}
	}
	return strings.Join(lines, "\n")
}
