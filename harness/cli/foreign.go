package cli

import (
	"fmt"
	"strings"

	"congrad/harness/cli/shell"
	"congrad/harness/config"
	"congrad/harness/exit"
	"congrad/harness/suggest"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// foreignVerbs are commands of other tools, with what does their work here.
var foreignVerbs = map[string]string{
	"list": "ls", "dir": "ls", "status": "ls runs", "runs": "ls runs", "ps": "ls runs",
	"train": "run EXPERIMENT", "start": "run EXPERIMENT", "launch": "run EXPERIMENT", "fit": "run EXPERIMENT", "sweep": "run EXPERIMENT --sweep KEY=A,B,C", "tune": "run EXPERIMENT --sweep KEY=A,B,C",
	"resume": "run EXPERIMENT, which continues where it stopped", "continue": "run EXPERIMENT, which continues where it stopped", "restart": "run EXPERIMENT, which continues where it stopped",
	"remove": "rm RUN", "delete": "rm RUN", "del": "rm RUN", "browse": "open RUN", "ui": "open RUN", "dashboard": "open RUN", "latex": "table RUN", "dump": "records RUN --out DIR", "parquet": "records RUN --out DIR",
	"init": "new NAME", "create": "new NAME", "check": "validate EXPERIMENT", "lint": "validate EXPERIMENT",
	"cat": "show RUN", "view": "show RUN", "results": "show RUN", "inspect": "show RUN", "tables": "show RUN", "logs": "show RUN; the log is RUN/log.txt",
	"estimate": "plan EXPERIMENT", "dryrun": "run EXPERIMENT --dry-run", "dry-run": "run EXPERIMENT --dry-run",
	"eval": "examine", "evaluate": "examine", "test": "examine", "chat": "generate --chat", "sample": "generate", "infer": "generate", "predict": "generate",
	"download": "model download ORG/NAME", "pull": "model download ORG/NAME", "fetch": "model download ORG/NAME", "encode": "tokenize", "detokenize": "tokenize --decode",
	"install": "setup", "clean": "gc", "prune": "gc", "config": "defaults", "keys": "defaults", "options": "defaults", "info": "doctor", "env": "doctor",
	"experiments": "ls experiments", "languages": "ls languages", "methods": "ls methods", "tasks": "ls tasks",
}

// foreignFlags are flags of other tools that are no keys of an experiment.
var foreignFlags = map[string]string{
	"gpu": "--device PLUGIN", "gpus": "--device PLUGIN", "cpu": "--device xla", "cuda": "--device PLUGIN", "out-dir": "--runs DIR", "output": "--runs DIR", "output-dir": "--runs DIR",
	"save-dir": "--runs DIR", "logdir": "--runs DIR", "workers": "--jobs 2", "num-workers": "--jobs 2", "parallel": "--jobs 2", "n": "--dry-run", "dryrun": "--dry-run", "multirun": "--sweep KEY=A,B,C",
	"max-samples": "--limit 8", "max-examples": "--limit 8", "num-samples": "--limit 8", "run-name": "--name NAME", "tags": "--tag WORD", "notes": "--note TEXT", "format": "--json", "m": "--note TEXT",
	"override": "--set KEY=VALUE", "overrides": "--set KEY=VALUE", "o": "--set KEY=VALUE", "param": "--set KEY=VALUE",
}

// flagHabits are flags of other tools for what happens here anyway.
var flagHabits = map[string]string{
	"resume": "a stopped run continues by itself", "continue": "a stopped run continues by itself", "overwrite": "nothing that is finished is done again", "force": "nothing that is finished is done again",
	"config": "the experiment's file is an argument, without a flag", "c": "the experiment's file is an argument, without a flag", "experiment": "the experiment is an argument, without a flag",
	"verbose": "every stage is printed and logged in log.txt", "v": "every stage is printed and logged in log.txt", "debug": "every stage is printed and logged in log.txt", "q": "add 2>/dev/null", "quiet": "progress goes to stderr: add 2>/dev/null",
	"no-color": "there are no colours", "color": "there are no colours",
}

// foreignVerb is the clause that names what does the work of another tool's command.
func foreignVerb(c *cobra.Command, word string) string {
	if does, ok := foreignVerbs[strings.ToLower(word)]; ok && c == c.Root() {
		return fmt.Sprintf("; here it is congrad %s", does)
	}
	return ""
}

// foreignFlag is the clause that names what another tool's flag is here: a flag, a key of the experiment, or nothing to ask for.
func foreignFlag(c *cobra.Command, name string) string {
	dashed := strings.ToLower(strings.ReplaceAll(strings.TrimLeft(name, "-"), "_", "-"))
	if why := flagHabits[dashed]; why != "" {
		return "; " + why
	}
	if does, ok := foreignFlags[dashed]; ok && hasFlag(c, does) {
		return "; here it is " + does
	}
	if c.Flags().Lookup("set") == nil {
		return ""
	}
	key := strings.ReplaceAll(dashed, "-", "_")
	if _, known := config.FindField(key); known {
		return fmt.Sprintf("; here it is --set %s=VALUE", key)
	}
	if keys := config.Elsewhere(key); len(keys) > 0 {
		return fmt.Sprintf("; here it is --set %s=VALUE", strings.Join(keys, "=VALUE or --set "))
	}
	return ""
}

// hasFlag reports whether a command has the flag that a text begins with.
func hasFlag(c *cobra.Command, text string) bool {
	name, _, _ := strings.Cut(strings.TrimPrefix(text, "--"), " ")
	return c.Flags().Lookup(name) != nil || c.InheritedFlags().Lookup(name) != nil
}

// nearestFlag is the clause that names the flag that was probably meant.
func nearestFlag(c *cobra.Command, name string) string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	if near, ok := suggest.Nearest(strings.TrimLeft(name, "-"), names); !ok || suggest.Distance(near, strings.TrimLeft(name, "-")) > 1 {
		if clause := foreignFlag(c, name); clause != "" {
			return clause
		}
	}
	return didYouMeanFlag(name, names)
}

// needsCommand is shell.NeedsCommand of the root, which knows the commands of other tools.
func needsCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	if clause := foreignVerb(c, args[0]); clause != "" {
		return exit.With(exit.Config, shell.NoCommand(c, args[0], clause))
	}
	return shell.NeedsCommand(c, args)
}
