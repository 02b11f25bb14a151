package results

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"congrad/harness/record"
	"congrad/results/table"
)

// Cost makes the files of the table of what a run took (tables/cost.*). It is not part of Render, since seconds and memory differ between
// equal runs. programs says what compiling them for the device took, empty where that is not known. There are no files if nothing is
// known about the stages.
func Cost(set *record.Set, spent []record.Spent, programs string) ([]File, error) {
	if len(spent) == 0 {
		return nil, nil
	}
	t := costTable(set.Study, spent)
	t.Partial = set.Study.Partial
	if programs != "" {
		t.Footnotes = append(t.Footnotes, "In the last call: "+programs+".")
	}
	return written(t)
}

// expense is the sum over some stages.
type expense struct {
	stages, generated, trained int
	seconds                    float64
	unknown, short             int // stages without seconds, and with too few
	peak                       int64
}

func (x *expense) add(s record.Spent) {
	x.stages++
	x.generated += s.Generated
	x.trained += s.Trained
	x.seconds += s.Seconds
	x.peak = max(x.peak, s.Peak)
	switch {
	case s.Calls == 0:
		x.unknown++
	case s.Lost:
		x.short++
	}
}

// cells is the sum, with its share of the whole run.
func (x expense) cells(all expense) []table.Cell {
	tokens := func(n int) table.Cell {
		if n == 0 {
			return table.None(1)
		}
		return table.Count(n)
	}
	seconds, share, peak := table.None(1), table.None(1), table.None(1)
	if x.unknown < x.stages {
		seconds = table.Number(x.seconds, 1)
		share = table.Share(x.seconds/max(all.seconds, 1e-9), all.seconds > 0)
		if x.unknown+x.short > 0 {
			seconds.Mark = "+"
		}
	}
	if x.peak > 0 {
		peak = table.Number(float64(x.peak)/1e9, 2)
	}
	return []table.Cell{table.Count(x.stages), tokens(x.generated), tokens(x.trained), seconds, share, peak}
}

// costTable sums up stages by owner and by kind.
func costTable(study record.Study, spent []record.Spent) table.Table {
	t := table.Table{
		Name:  "cost",
		Title: "What the run took",
		Note: "Over all seeds and iterations. Stages that several arms share ran once and are counted once, under shared. tokens generated: in answers, without stop tokens. tokens trained: both answers of a " +
			"pair, without padding, each time the pair is trained on. Tokens read for judging, log-probs and gradients are not counted, nor are answers to tasks. seconds: wall-clock time of the stages, slowed by other load on the machine; " +
			"compilation counts in the first stage that needs a program, even if other arms share it; loading the model, collecting records and reporting do not count. share: of all seconds. peak: highest main memory of the process during the stages, in GB, with mapped files but without GPU memory.",
		Columns: []table.Column{
			text("", "arm"), text("", "stages of"), number("", "number"), number("tokens", "generated"), number("tokens", "trained"),
			number("", "seconds"), number("", "share"), number("", "peak"),
		},
	}
	var all expense
	for _, s := range spent {
		all.add(s)
	}
	for _, group := range owners(study, spent) {
		var kinds []string
		titles := map[string]string{}
		sums, total := map[string]*expense{}, expense{}
		for _, s := range spent {
			if !slices.Equal(s.Arms, group) {
				continue
			}
			if sums[s.Kind] == nil {
				sums[s.Kind] = &expense{}
				kinds = append(kinds, s.Kind)
				titles[s.Kind] = cmp.Or(s.Title, s.Kind) // manifests of an earlier version have no titles
			}
			sums[s.Kind].add(s)
			total.add(s)
		}
		name := ownersInWords(study, group)
		for i, kind := range kinds {
			t.Rows = append(t.Rows, table.Row{Break: i == 0, Cells: append([]table.Cell{once(name, i == 0), table.Text(titles[kind])}, sums[kind].cells(all)...)})
		}
		if len(kinds) > 1 {
			t.Rows = append(t.Rows, table.Row{Cells: append([]table.Cell{table.Repeated(name), table.Text("total")}, total.cells(all)...)})
		}
	}
	t.Rows = append(t.Rows, table.Row{Break: true, Cells: append([]table.Cell{table.Text("whole run"), table.Text("total")}, all.cells(all)...)})
	for i, a := range study.Arms {
		var alone expense
		for _, s := range spent {
			if slices.Contains(s.Arms, a.Name) {
				alone.add(s)
			}
		}
		t.Rows = append(t.Rows, table.Row{Break: i == 0, Cells: append([]table.Cell{table.Text(a.Name), table.Text("own and shared")}, alone.cells(all)...)})
	}
	t.Footnotes = append(costNotes(spent, all), "own and shared: the cost of an arm that is run by itself; these rows add up to more than the run. An arm that copies another arm's counts (random) would also need that arm's selection.")
	var checks []string
	for _, s := range spent {
		if s.Check && !slices.Contains(checks, s.Title) {
			checks = append(checks, s.Title)
			t.Footnotes = append(t.Footnotes, s.Title+": a check of the method, not a part of it.")
		}
	}
	return t
}

// owners lists the sets of arms that stages belong to: single arms in the study's order, then the shared ones, most arms
// first.
func owners(study record.Study, spent []record.Spent) [][]string {
	var groups [][]string
	for _, s := range spent {
		if !slices.ContainsFunc(groups, func(g []string) bool { return slices.Equal(g, s.Arms) }) {
			groups = append(groups, s.Arms)
		}
	}
	at := func(name string) int {
		return slices.IndexFunc(study.Arms, func(a record.Arm) bool { return a.Name == name })
	}
	slices.SortStableFunc(groups, func(a, b []string) int {
		if len(a) == 1 && len(b) == 1 {
			return cmp.Compare(at(a[0]), at(b[0]))
		}
		if len(a) == 1 || len(b) == 1 {
			return cmp.Compare(len(a), len(b))
		}
		return cmp.Compare(len(b), len(a))
	})
	return groups
}

// ownersInWords names a set of arms.
func ownersInWords(study record.Study, arms []string) string {
	switch {
	case len(arms) == 1:
		return arms[0]
	case len(arms) == len(study.Arms):
		return "shared by all arms"
	case len(arms) <= 4:
		return "shared by " + strings.Join(arms, ", ")
	}
	return fmt.Sprintf("shared by %d arms", len(arms))
}

// costNotes says where the seconds come from and which are missing.
func costNotes(spent []record.Spent, all expense) []string {
	var notes []string
	var machines []string
	again := 0
	for _, s := range spent {
		for m := range strings.SplitSeq(s.Machine, "; ") { // a stage that was stopped may have moved
			if m != "" && !slices.Contains(machines, m) {
				machines = append(machines, m)
			}
		}
		if s.Calls > 1 {
			again++
		}
	}
	if len(machines) > 0 {
		notes = append(notes, "Measured on: "+strings.Join(machines, "; ")+".")
	}
	if all.unknown > 0 {
		notes = append(notes, fmt.Sprintf("+ the seconds of %s are unknown (they ran before seconds were recorded) and not in the sums; shares are of the known seconds.", table.Counted(all.unknown, "stage")))
	}
	if all.short > 0 {
		notes = append(notes, fmt.Sprintf("+ %s lost seconds: a call was killed and its seconds were not recorded.", table.Counted(all.short, "stage")))
	}
	if again > 0 {
		notes = append(notes, fmt.Sprintf("%s stopped and resumed; the seconds are those of all calls, with work that was lost and repeated.", wasWere(again)))
	}
	return notes
}

func wasWere(n int) string {
	if n == 1 {
		return "1 stage was"
	}
	return fmt.Sprintf("%d stages were", n)
}
