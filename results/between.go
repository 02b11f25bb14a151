package results

import (
	"errors"
	"fmt"
	"strings"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/table"
)

// Between is the table of the differences between two runs, for arms with the same name on the same items. An error says why
// nothing can be paired.
func Between(a, b *record.Set) (table.Table, error) {
	before, err := outcome.New(a)
	if err != nil {
		return table.Table{}, fmt.Errorf("the records of the first run cannot be read: %w", err)
	}
	after, err := outcome.New(b)
	if err != nil {
		return table.Table{}, fmt.Errorf("the records of the second run cannot be read: %w", err)
	}
	x := outcome.Between{A: before, B: after}
	switch {
	case len(x.Arms()) == 0:
		return table.Table{}, fmt.Errorf("the runs have no arm in common: the first has %s; the second has %s", armNames(before), armNames(after))
	case len(x.Seeds()) == 0:
		return table.Table{}, fmt.Errorf("the runs have no seed in common: %v and %v", before.Seeds, after.Seeds)
	case len(x.Groups()) == 0:
		return table.Table{}, errors.New("the runs have no language in common that is seen in both or unseen in both")
	}
	t := table.Table{
		Name:  "between",
		Title: "The second run minus the first, for arms with the same name",
		Note: fmt.Sprintf("Mean [95 %% interval] of paired differences on the same items under the same seeds (%s). n: greedy answers. Each difference compares the two runs' own "+
			"win rate, exact, accuracy and bits per byte on the items of both.", table.Counted(len(x.Seeds()), "seed")),
		Columns: []table.Column{
			text("", "languages"), text("", "arm"), number("", "n"), number("win rate", "first"), number("win rate", "second"),
			difference("difference", "win rate"), difference("difference", "exact"), difference("difference", "accuracy"), difference("difference", "bits per byte"),
		},
		Partial: strings.Join(partial(before, after), "; "),
	}
	against, differ := x.Opponents()
	sameJudge := before.Evaluate.Judge == after.Evaluate.Judge && before.Evaluate.Model == after.Evaluate.Model
	wins := against > 0 && differ == 0 && sameJudge
	measured := 0
	for _, g := range x.Groups() {
		for i, arm := range x.Arms() {
			win, exact := x.WinRate(arm, g), x.Exact(arm, g)
			accuracy, bits := x.Tax(outcome.Accuracy(), arm, g), x.Tax(outcome.BitsPerByte(), arm, g)
			measured += win.A.N + accuracy.A.N + bits.A.N
			n := counted(win.Difference)
			if !wins {
				win = outcome.Paired{}
			}
			t.Rows = append(t.Rows, table.Row{Break: i == 0, Cells: []table.Cell{
				once(fmt.Sprintf("%s (%d)", g.Name, len(g.Codes)), i == 0), table.Text(arm), n,
				table.Share(win.A.Mean, win.A.N > 0), table.Share(win.B.Mean, win.B.N > 0),
				told(win.Difference), told(exact.Difference), told(accuracy.Difference), told(bits.Difference),
			}})
		}
	}
	if measured == 0 {
		return table.Table{}, errors.New("no prompt, choice or passage was evaluated in both runs")
	}
	if t.Marked() {
		t.Footnotes = append(t.Footnotes, "~ marks differences that are not significant (the 95 % interval contains zero). Not corrected for the number of arms and groups.")
	}
	if (before.Answers == nil) != (after.Answers == nil) {
		t.Footnotes = append(t.Footnotes, "Win rates are not compared: only one of the runs takes its opponent from a file of answers.")
	} else if !wins && against > 0 {
		why := fmt.Sprintf("%d of the %d opponent answers differ", differ, against)
		if !sameJudge {
			why = "the runs have different judges"
		}
		t.Footnotes = append(t.Footnotes, "Win rates are not compared: "+why+".")
	}
	if n := x.Reworded(); n > 0 {
		t.Footnotes = append(t.Footnotes, fmt.Sprintf("Left out: %s with the same id but different text in the two runs.", table.Counted(n, "prompt")))
	}
	if len(x.Seeds()) == 1 {
		t.Footnotes = append(t.Footnotes, "One seed: the intervals cover other prompts, not other training runs.")
	}
	return t, nil
}

func armNames(s *outcome.Study) string {
	var names []string
	for _, a := range s.Arms {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
}

// partial says which of the runs are parts of their experiments.
func partial(before, after *outcome.Study) []string {
	var parts []string
	if before.Partial != "" {
		parts = append(parts, "first: "+before.Partial)
	}
	if after.Partial != "" {
		parts = append(parts, "second: "+after.Partial)
	}
	return parts
}
