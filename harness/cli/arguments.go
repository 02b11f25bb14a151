package cli

import (
	"fmt"
	"strings"

	"congrad/harness/exit"

	"github.com/spf13/cobra"
)

// checkArguments words what the commands below c say about a wrong number of arguments.
func checkArguments(c *cobra.Command) {
	for _, sub := range c.Commands() {
		if check := sub.Args; check != nil {
			sub.Args = func(c *cobra.Command, args []string) error {
				if check(c, args) == nil {
					return nil
				}
				return exit.With(exit.Config, wrongArguments(c, args))
			}
		}
		checkArguments(sub)
	}
}

// wrongArguments says which arguments are missing, or which one is too many: the usage line has their names.
func wrongArguments(c *cobra.Command, args []string) error {
	var needs []string
	most := 0
	for _, word := range strings.Fields(c.Use)[1:] {
		if strings.HasPrefix(strings.TrimPrefix(word, "["), "--") {
			break
		}
		most++
		if !strings.HasPrefix(word, "[") {
			needs = append(needs, word)
		}
	}
	path := c.CommandPath()
	name := strings.TrimPrefix(path, c.Root().Name()+" ") // every error begins with the root's name
	switch {
	case most == 0 && c.Flags().Lookup("prompt") != nil:
		return fmt.Errorf("%s: %q: the text goes behind a flag: --prompt %q (%s --help)", name, args[0], args[0], path)
	case most == 0:
		return fmt.Errorf("%s: takes no arguments, got %q (%s --help)", name, args[0], path)
	case len(args) > most && strings.Contains(args[most], "=") && c.Flags().Lookup("set") != nil:
		return fmt.Errorf("%s: %q: to change a key, write --set %s", name, args[most], args[most])
	case len(args) > most:
		return fmt.Errorf("%s: %q is one argument too many; usage: %s", name, args[most], c.UseLine())
	}
	var nouns []string
	hint := path + " --help"
	for i, word := range needs[len(args):] {
		noun, list := argument(word)
		nouns = append(nouns, noun)
		if i == 0 && list != "" {
			hint = list
		}
	}
	return fmt.Errorf("%s: name %s%s (%s)", name, strings.Join(nouns, " and "), exampleOf(c), hint)
}

// argument is what an argument of a usage line is, and the command that lists its values, if there is one.
func argument(word string) (noun, list string) {
	switch word {
	case "EXPERIMENT", "EXPERIMENT...":
		return "an experiment", "congrad ls experiments"
	case "RUN", "RUN...", "A":
		return "a run", "congrad ls runs"
	case "B":
		return "another run", "congrad ls runs"
	case "ARM":
		return "an arm", ""
	case "KEY":
		return "a stage", ""
	case "NAME":
		return "the new file", ""
	case "DIR":
		return "a model folder", ""
	case "ORG/NAME[@REVISION]":
		return "a model", ""
	case "CONFIG.json":
		return "a config.json", ""
	case "RECIPE":
		return "a recipe", ""
	}
	return word, ""
}

// exampleOf is the first example of a command itself, as a clause.
func exampleOf(c *cobra.Command) string {
	for line := range strings.Lines(c.Example) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, c.CommandPath()+" ") {
			return fmt.Sprintf(", as in %q", line)
		}
	}
	return ""
}
