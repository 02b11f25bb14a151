package results

import (
	"fmt"

	"congrad/harness/record"
	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/table"
)

// matchedColumns of the training table are for arms that end where they have drifted as far as another; there are none without such an arm.
func matchedColumns(s *outcome.Study) []table.Column {
	if len(s.Set.Matched) == 0 {
		return nil
	}
	return []table.Column{number("drift", "to match"), number("drift", "matched"), number("steps", "without a match")}
}

// matchedCells are those of an arm's iteration, means over seeds.
func matchedCells(s *outcome.Study, b measure.Budget) []table.Cell {
	if len(s.Set.Matched) == 0 {
		return nil
	}
	var target, drift, all, n float64
	for _, x := range s.Set.Matched {
		if x.Arm == b.Arm && x.Iteration == b.Iteration {
			target, drift, all, n = target+x.Target, drift+x.Drift, all+float64(x.All), n+1
		}
	}
	if n == 0 {
		return []table.Cell{table.None(1), table.None(1), table.None(1)}
	}
	return []table.Cell{table.Number(target/n, 4), table.Number(drift/n, 4), table.Number(all/n, 0)}
}

// matchedNotes say what the columns are, and which arms did not drift as far as they were to.
func matchedNotes(s *outcome.Study) (notes []string) {
	if len(s.Set.Matched) == 0 {
		return nil
	}
	notes = append(notes, "drift: KL(arm || base) in nats per token of sampled answers to development prompts; to match: of the arm that is matched; matched: of the last checkpoint that does not exceed "+
		"it, whose policy is used. steps without a match: those that the arm would have taken.")
	for _, a := range s.Arms {
		short, n, least := 0, 0, 1.0
		for _, x := range s.Set.Matched {
			if x.Arm != a.Name {
				continue
			}
			n++
			if !x.Reached {
				short++
				least = min(least, fraction(x))
			}
		}
		if short > 0 {
			notes = append(notes, fmt.Sprintf("%s does not drift as far as %s in %d of %s, not even by its last step (at least %s of it): it is its policy after all steps, "+
				"and the two are not matched; more epochs or a higher rate would take it further.", a.Name, a.MatchKL, short, table.Counted(n, "round"), table.Fixed(least, 2)))
		}
	}
	return notes
}

// fraction is the share of the drift to match that was reached.
func fraction(x record.Matched) float64 {
	if x.Target <= 0 {
		return 1
	}
	return x.Drift / x.Target
}
