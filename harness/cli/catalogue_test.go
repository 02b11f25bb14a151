package cli

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"congrad/harness/judge"
	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/model"
)

var update = flag.Bool("update", false, "write the tables of methods in README.md and docs/methods.md again")

// chapter is a table of the code as the documents show it: what it is called, the keys that choose from it, and its rows.
type chapter struct {
	title string
	keys  []string    // of an experiment file
	rows  [][2]string // name and doc
}

func catalogue() []chapter {
	selectors := chapter{title: "Selectors", keys: []string{"select"}}
	for _, s := range method.Selectors {
		selectors.rows = append(selectors.rows, [2]string{s.Name, s.Doc})
	}
	aggregators := chapter{title: "Aggregators", keys: []string{"congrad.aggregator", "train.aggregator"}}
	for _, a := range method.Aggregators {
		aggregators.rows = append(aggregators.rows, [2]string{a.Name, a.Doc})
	}
	losses := chapter{title: "Losses", keys: []string{"loss.kind"}}
	for _, l := range loss.Kinds() {
		losses.rows = append(losses.rows, [2]string{l.Name, l.Title + ": " + l.Doc})
	}
	judges := chapter{title: "Judges", keys: []string{"judge.kind", "evaluate.judge"}}
	for _, j := range judge.Kinds {
		judges.rows = append(judges.rows, [2]string{j.Name, j.Doc})
	}
	families := chapter{title: "Model families", keys: []string{"model"}}
	for _, f := range model.Families() {
		families.rows = append(families.rows, [2]string{f.Name, f.Doc})
	}
	return []chapter{selectors, aggregators, losses, judges, families}
}

// citation is the paper at the end of a doc, such as "Yu et al. 2020" in "... then averages (Yu et al. 2020)".
var citation = regexp.MustCompile(`\(([^()]*\d{4}[^()]*)\)$`)

// short is all of the catalogue in one table, a row for each chapter, with the first author and year of the papers.
func short() string {
	var b strings.Builder
	b.WriteString("| what | key | choices |\n|---|---|---|\n")
	for _, c := range catalogue() {
		var names []string
		for _, r := range c.rows {
			name := "`" + r[0] + "`"
			if m := citation.FindStringSubmatch(r[1]); m != nil {
				name += " (" + m[1] + ")"
			}
			names = append(names, name)
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", strings.ToLower(c.title), strings.Join(c.keys, "`, `"), strings.Join(names, " · "))
	}
	return b.String()
}

// long has a table for each chapter, a row for each name.
func long() string {
	var b strings.Builder
	for _, c := range catalogue() {
		fmt.Fprintf(&b, "## %s\n\nChosen by `%s`.\n\n| name | what it does |\n|---|---|\n", c.title, strings.Join(c.keys, "` or `"))
		for _, r := range c.rows {
			fmt.Fprintf(&b, "| `%s` | %s |\n", r[0], r[1])
		}
		b.WriteString("\n")
	}
	return b.String()
}

// The tables of methods in the documents are those of the code (go test ./harness/cli -run TestCatalogue -update).
func TestCatalogueIsDocumented(t *testing.T) {
	for file, want := range map[string]string{"../../README.md": short(), "../../docs/methods.md": long()} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		const begin, end = "<!-- made from the code: go test ./harness/cli -run TestCatalogue -update -->\n", "<!-- end -->\n"
		head, rest, ok := strings.Cut(string(text), begin)
		got, tail, closed := strings.Cut(rest, end)
		if !ok || !closed {
			t.Fatalf("%s: no place for the table, between %q and %q", file, begin, end)
		}
		if got == "\n"+want+"\n" {
			continue
		}
		if !*update {
			t.Errorf("%s: its table is not the code's (-update)", file)
			continue
		}
		if err := os.WriteFile(file, []byte(head+begin+"\n"+want+"\n"+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
