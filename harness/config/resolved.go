package config

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
)

// Resolved writes the experiment with every value spelled out and, behind it, where it comes from. Reading it back gives
// the same experiment.
func (e *Experiment) Resolved() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Every value of this experiment, each with its source.\n")
	for _, p := range e.Partial {
		fmt.Fprintf(&b, "%s%s\n", changed, p)
	}
	b.WriteByte('\n')
	width, table := 0, ""
	lines := make([]string, len(e.Origins))
	for i, o := range e.Origins {
		lines[i] = fmt.Sprintf("%s = %s", o.Key[strings.LastIndex(o.Key, ".")+1:], literal(o.Value))
		if o.Unset() {
			lines[i] = "# " + o.Key[strings.LastIndex(o.Key, ".")+1:] + " is not set"
		}
		width = max(width, min(48, len(lines[i])))
	}
	for i, o := range e.Origins {
		if t := o.Key[:max(0, strings.LastIndex(o.Key, "."))]; t != table {
			table = t
			fmt.Fprintf(&b, "\n%s\n", header(t))
		}
		fmt.Fprintf(&b, "%-*s  # %s\n", width, lines[i], o.From)
	}
	return []byte(b.String())
}

// header is the TOML header of a table: arms[1] is one more [[arms]], arms[1].loss its sub-table.
func header(table string) string {
	name, rest, isArm := strings.Cut(table, "]")
	if !isArm {
		return "[" + table + "]"
	}
	name, _, _ = strings.Cut(name, "[")
	if rest == "" {
		return "[[" + name + "]]"
	}
	return "[" + name + rest + "]"
}

// literal writes a value as TOML.
func literal(value any) string {
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(map[string]any{"v": value}); err != nil {
		return fmt.Sprintf("%q", fmt.Sprint(value)) // no value of this package fails
	}
	_, text, _ := strings.Cut(strings.TrimSpace(b.String()), "=")
	return strings.TrimSpace(text)
}

// changed begins the lines of a resolved experiment that say what the command line changed.
const changed = "# Changed from the command line: "

// Changes reads back what the command line changed, from what Resolved wrote.
func Changes(resolved []byte) []string {
	var list []string
	for line := range strings.Lines(string(resolved)) {
		if change, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), changed); ok {
			list = append(list, change)
		}
	}
	return list
}
