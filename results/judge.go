package results

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"congrad/results/outcome"
	"congrad/results/table"
)

// judgeTable shows how a server judged: what it was asked, how its replies were read, and its position bias.
func judgeTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "judge",
		Title: "How " + s.Server() + " judged",
		Note: "same: both answers are equal, so the judge was not asked. judged: in both orders. ties: judged, without a preference over both orders. failed: no verdict, which counts as a tie. " +
			"read by: log-probs of the labels, or the reply's text. labels: mean probability of both labels together, the lower of both orders; where it is below 0.5 the judge would rather say something else, and there is no verdict. shown first: mean preference for the answer in the first place; 0.5 means no position bias. Win rates " +
			"are means over both orders. orders opposed: share of judged answers for which the two orders prefer different answers.",
		Columns: []table.Column{
			text("", "arm"), number("answers", "all"), number("answers", "same"), number("answers", "judged"), number("answers", "ties"), number("answers", "failed"),
			number("read by", "log-probs"), number("read by", "text"), interval("", "labels"), interval("", "shown first"), interval("", "orders opposed"),
		},
	}
	if s.Server() == "" {
		return t
	}
	reasons := map[string]int{}
	for _, a := range s.Arms {
		v := s.Verdicts(a.Name)
		if v.Answers == v.Same {
			continue // the opponent itself
		}
		for reason, n := range v.Reasons {
			reasons[reason] += n
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{
			table.Text(a.Name), table.Count(v.Answers), table.Count(v.Same), table.Count(v.Judged), table.Count(v.Ties), table.Count(v.Failed),
			table.Count(v.LogProbs), table.Count(v.Text), rate(v.Labels), rate(v.First), rate(v.Opposed),
		}})
	}
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		parts = append(parts, fmt.Sprintf("%s %d", reason, reasons[reason]))
	}
	if len(parts) > 0 {
		t.Footnotes = append(t.Footnotes, "failed: "+strings.Join(parts, "; ")+".")
	}
	return t
}
