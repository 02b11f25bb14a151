package cli

import (
	"slices"
	"strings"

	"congrad/harness/cli/shell"

	"github.com/spf13/cobra"
)

// addGroups sorts the commands of the help into groups.
func addGroups(root *cobra.Command) {
	for _, g := range []struct {
		id, title string
		commands  []string
	}{
		{"run", "Experiments:", []string{"new", "defaults", "ls", "validate", "plan", "run", "stage", "validate-scores"}},
		{"results", "Results:", []string{"show", "report", "table", "records", "diff", "export", "diagnose"}},
		{"models", "Models:", []string{"model", "generate", "tokenize", "examine", "pretrain"}},
		{"maintenance", "Maintenance:", []string{"setup", "doctor", "verify", "gc", "completion", "version"}},
	} {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, c := range root.Commands() {
			if slices.Contains(g.commands, c.Name()) {
				c.GroupID = g.id
			}
		}
	}
	root.SetHelpCommandGroupID("maintenance")
	root.SetCompletionCommandGroupID("maintenance")
}

// hideUnused keeps the flags of all commands out of the help of those where they do nothing.
func hideUnused(c *cobra.Command) {
	for _, sub := range c.Commands() {
		hideUnused(sub)
		help := sub.HelpFunc()
		sub.SetHelpFunc(func(c *cobra.Command, args []string) {
			for _, name := range unused(c.CommandPath()) {
				if f := c.InheritedFlags().Lookup(name); f != nil {
					f.Hidden = true
				}
			}
			help(c, args)
		})
	}
}

// unused lists the flags of all commands that do nothing in one.
func unused(path string) []string {
	if strings.HasPrefix(path, "congrad completion") {
		return []string{"device", "runs"}
	}
	switch path {
	case "congrad version", "congrad defaults", "congrad tokenize", "congrad validate", "congrad new", "congrad setup",
		"congrad model download", "congrad model rehearse", "congrad data download":
		return []string{"device", "runs"}
	case "congrad ls", "congrad show", "congrad report", "congrad table", "congrad records", "congrad diff", "congrad gc", "congrad verify":
		return []string{"device"}
	case "congrad generate", "congrad examine", "congrad pretrain", "congrad doctor", "congrad model check":
		return []string{"runs"}
	}
	return nil
}

// helpCommand prints the help of a command. The library's own takes a name that it does not know for the root's.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Print the help of a command",
		RunE: func(_ *cobra.Command, args []string) error {
			at := root
			for _, name := range args {
				i := slices.IndexFunc(at.Commands(), func(c *cobra.Command) bool { return c.Name() == name })
				if i < 0 {
					return shell.NeedsCommand(at, []string{name})
				}
				at = at.Commands()[i]
			}
			at.InitDefaultHelpFlag()
			return at.Help()
		},
	}
}
