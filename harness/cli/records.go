package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"congrad/harness/cli/machine"
	"congrad/harness/exit"
	"congrad/harness/record"
	"congrad/harness/run"
	"congrad/harness/store"
	"congrad/harness/suggest"
	"congrad/results/exchange"

	"github.com/spf13/cobra"
)

// recordFormats are the formats of congrad records with what writes them.
var recordFormats = []struct {
	name  string
	write func(*record.Set, run.Manifest) ([]exchange.File, error)
}{
	{"parquet", func(s *record.Set, _ run.Manifest) ([]exchange.File, error) { return exchange.Parquet(s) }},
	{"csv", func(s *record.Set, _ run.Manifest) ([]exchange.File, error) { return exchange.CSV(s) }},
	{"tensorboard", func(s *record.Set, _ run.Manifest) ([]exchange.File, error) { return exchange.TensorBoard(s) }},
	{"mlflow", func(s *record.Set, m run.Manifest) ([]exchange.File, error) { return exchange.MLflow(s, m.Finished) }},
	{"every-eval-ever", func(s *record.Set, m run.Manifest) ([]exchange.File, error) {
		return exchange.EvalEver(s, exchange.Made{Version: machine.Version, At: m.Finished})
	}},
}

func formatNames() (names []string) {
	for _, f := range recordFormats {
		names = append(names, f.name)
	}
	return names
}

func (a *app) recordsCommand() *cobra.Command {
	var format, out string
	c := &cobra.Command{
		Use:   "records RUN --out DIR",
		Short: "Write the records of a run in a format of other tools",
		Long: "Writes what a run recorded (prompts, answers, pairs, steps, evaluations, ...) to a new folder: a Parquet or CSV file for each\n" +
			"kind of record, TensorBoard event files, a folder for MLflow (mlruns), or the JSON of Every Eval Ever with all instances.",
		Example: "  congrad records tiny --out tiny-parquet\n  congrad records tiny --format tensorboard --out logs",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			at := slices.Index(formatNames(), format)
			if at < 0 {
				return exit.With(exit.Config, fmt.Errorf("--format %q: want %s%s", format, strings.Join(formatNames(), ", "), suggest.DidYouMean(format, formatNames())))
			}
			if out == "" {
				return exit.With(exit.Config, errors.New("--out: name the folder to write"))
			}
			if err := store.CheckVacant(out); err != nil {
				return exit.With(exit.Config, fmt.Errorf("--out: %w", err))
			}
			set, m, err := a.recordsOf(args[0])
			if err != nil {
				return err
			}
			files, err := recordFormats[at].write(set, m)
			if err != nil {
				return exit.With(exit.Data, err)
			}
			return store.WriteFolder(out, func(add store.AddFile) error {
				for _, f := range files {
					if err := add(f.Path, func(w io.Writer) error {
						_, err := w.Write(f.Data)
						return err
					}); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&format, "format", "parquet", strings.Join(formatNames(), ", "))
	c.Flags().StringVar(&out, "out", "", "folder to write; it must be new or empty")
	return c
}

// recordsOf reads the records of a run that is no grid, and its manifest; an empty one if it has none.
func (a *app) recordsOf(name string) (set *record.Set, m run.Manifest, err error) {
	folder, err := a.findRun(name)
	if err != nil {
		return nil, m, err
	}
	if g, err := record.LoadGrid(folder.Records()); err == nil {
		return nil, m, exit.With(exit.Config, fmt.Errorf("%s is a grid, which has no records of its own: name one of its cells, as in %s", name, cellFolder(folder, *g, 0)))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, m, exit.With(exit.Data, err)
	}
	a.noteChanged(folder)
	if set, err = folder.Load(); err != nil {
		return nil, m, exit.With(exit.Data, err)
	}
	if m, err = folder.Manifest(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, m, exit.With(exit.Data, err)
	}
	return set, m, nil
}
