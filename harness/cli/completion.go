package cli

import (
	"path/filepath"
	"slices"
	"strings"

	"congrad/harness/config"
	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/open"
	"congrad/results"

	"github.com/spf13/cobra"
)

// completions adds what the shell offers after the commands' names: experiments, runs, arms, tables, keys and their words.
func (a *app) completions(root *cobra.Command) {
	for _, c := range root.Commands() {
		switch c.Name() {
		case "run", "plan":
			c.ValidArgsFunction = a.nth(a.experiments)
		case "validate":
			c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
				return a.experiments(nil), cobra.ShellCompDirectiveDefault
			}
		case "export":
			c.ValidArgsFunction = a.nth(a.experiments, armsOf)
		case "show":
			c.ValidArgsFunction = a.nth(a.runs, a.tablesOf)
		case "report", "table", "records":
			c.ValidArgsFunction = a.nth(a.runs)
		case "diff":
			c.ValidArgsFunction = a.nth(a.runs, a.runs)
		}
		for flag, words := range map[string]func(before []string) []string{
			"from": map[bool]func([]string) []string{true: a.experiments, false: a.runs}[c.Name() == "new"],
			"run":  a.runs, "loss": func([]string) []string { return lossNames() }, "model": func([]string) []string { return open.Embedded() },
			"device": func([]string) []string { return []string{"auto", "xla", "go"} }, "dtype": func([]string) []string { return []string{"float32", "bfloat16"} },
		} {
			if c.Flags().Lookup(flag) != nil {
				_ = c.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
					return words(args), cobra.ShellCompDirectiveDefault
				}) // fails for a flag that has one already
			}
		}
		if c.Name() == "records" {
			_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formatNames(), cobra.ShellCompDirectiveNoFileComp)) // fails for a flag that has one already
		}
		if c.Name() == "table" {
			for flag, words := range map[string][]string{
				"rows": results.PaperSides(), "cols": results.PaperSides(), "ci": results.PaperIntervals(), "measure": results.PaperMeasures(), "format": paperFormats(), "columns": {"1", "2"},
			} {
				_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // fails for a flag that has one already
			}
		}
		for _, flag := range []string{"set", "sweep"} {
			if c.Flags().Lookup(flag) != nil {
				_ = c.RegisterFlagCompletionFunc(flag, completeKey)
			}
		}
	}
	_ = root.RegisterFlagCompletionFunc("device", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"auto", "xla", "go"}, cobra.ShellCompDirectiveDefault
	})
}

// nth completes each argument with the words of its function, which gets those before it; files are offered too.
func (a *app) nth(each ...func(before []string) []string) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= len(each) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return each[len(args)](args), cobra.ShellCompDirectiveDefault
	}
}

func (a *app) experiments([]string) []string {
	own, _ := filepath.Glob("*.toml") // the pattern is well formed
	return append(open.Shipped(), own...)
}

func (a *app) runs([]string) []string { return a.finishedRuns() }

func armsOf(before []string) (names []string) {
	e, _, err := open.Experiment(before[0], open.Options{})
	if err != nil {
		return nil
	}
	for _, arm := range e.Arms {
		names = append(names, arm.Name)
	}
	return names
}

func (a *app) tablesOf(before []string) (names []string) {
	folder, err := a.findRun(before[0])
	if err != nil {
		return nil
	}
	found, _ := filepath.Glob(filepath.Join(string(folder), "tables", "*.txt"))
	for _, f := range found {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".txt"))
	}
	return names
}

// completeKey completes KEY=VALUE: the keys of an experiment, those of its arms, and the words that a key can have.
func completeKey(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	key, _, valued := strings.Cut(typed, "=")
	if !valued {
		var keys []string
		for _, f := range config.Fields {
			switch table, rest, _ := strings.Cut(f.Key, "."); table {
			case "published", "claims", "grid":
			case "arms":
				keys = append(keys, ofArms(args, rest)...)
			case "loss", "train", "congrad", "keep":
				keys = append(keys, f.Key+"=")
				keys = append(keys, ofArms(args, f.Key)...)
			default:
				keys = append(keys, f.Key+"=")
			}
		}
		return keys, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	}
	var words []string
	for _, word := range wordsOf(key) {
		words = append(words, key+"="+word)
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

// ofArms are a key of every arm of the experiment that the command line names.
func ofArms(args []string, key string) (keys []string) {
	if len(args) == 0 {
		return nil
	}
	for _, arm := range armsOf(args) {
		keys = append(keys, "arms."+arm+"."+key+"=")
	}
	return keys
}

// wordsOf are the words that a key can have; none for numbers and free text.
func wordsOf(key string) []string {
	if rest, ok := strings.CutPrefix(key, "arms."); ok {
		_, key, _ = strings.Cut(rest, ".")
		if _, known := config.FindField(key); !known {
			key = "arms." + key
		}
	}
	f, _ := config.FindField(key)
	switch _, isBool := f.Default.(bool); {
	case isBool:
		return []string{"true", "false"}
	case strings.HasSuffix(key, ".aggregator"):
		var names []string
		for _, m := range method.Aggregators {
			names = append(names, m.Name)
		}
		if key == "train.aggregator" {
			names = append([]string{"none"}, names...)
		}
		return names
	case key == "model":
		return open.Embedded()
	}
	return slices.Clone(f.Words)
}

func lossNames() (names []string) {
	for _, k := range loss.Kinds() {
		names = append(names, k.Name)
	}
	return names
}
