package report

import (
	"fmt"
	"slices"
	"strings"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/table"
)

// plantedSentences say which scores find planted pairs, the best first, and how the others compare with the selector's.
func plantedSentences(s *outcome.Study) string {
	g, ok := measure.PlantedLanguages(s.Study)
	arms := measure.PlantedArms(s.Study)
	if !ok || len(arms) == 0 {
		return ""
	}
	auroc := map[string]stats.Estimate{}
	for _, a := range arms {
		auroc[a.Name] = measure.PlantedAUROC(s.Study, a.Name, 1, g)
	}
	slices.SortStableFunc(arms, func(a, b record.Arm) int {
		switch x, y := auroc[a.Name].Mean, auroc[b.Name].Mean; {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	var ranked []string
	for _, a := range arms {
		ranked = append(ranked, fmt.Sprintf("%s %s %s", a.Name, table.Fixed(auroc[a.Name].Mean, 2), bracket(auroc[a.Name])))
	}
	pairs, planted := measure.Planted(s.Study, arms[0].Name, 1, g)
	text := fmt.Sprintf("The answers of %s of the pairs in %s (%s) were swapped. How well the arms' scores separate these from the others (AUROC in iteration 1, best first): %s.",
		percent(planted, pairs), table.Counted(len(g.Codes), "language"), strings.Join(g.Codes, ", "), strings.Join(ranked, ", "))
	reference := s.Selector()
	if reference == nil {
		return text
	}
	var found sides
	for _, a := range arms {
		if e := measure.PlantedAUROCMinus(s.Study, a.Name, reference.Name, 1, g); a.Name != reference.Name && e.N > 0 {
			found.put(sideOf(e), false, fmt.Sprintf("%s (%s)", a.Name, signedBracket(e)))
		}
	}
	clauses := found.clauses("finds", "find", "them better", "them worse", reference.Name)
	if clauses == "" {
		return text
	}
	return text + " On the same pairs, " + clauses + "."
}
