package results

import (
	"fmt"

	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// dataTable shows how many prompts of each language gave preference pairs, and why the others did not.
func dataTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "data",
		Title: "Preference data of the first iteration, which all arms share",
		Note: "Counts of prompts over all seeds: best and worst scores equal (ties), best and worst answers equal (same text), below the minimum gap or above the maximum length " +
			"ratio (narrow), fewer than two readable scores (too few). unparsed: answers whose score could not be read. tokens: mean length in the pairs.",
		Columns: []table.Column{
			text("", "language"), number("prompts", "all"), number("prompts", "ties"), number("prompts", "same text"), number("prompts", "narrow"), number("prompts", "too few"),
			number("answers", "all"), number("answers", "unparsed"), number("answers", "cut off"), number("pairs", "made"), number("pairs", "kept"),
			number("tokens", "chosen"), number("tokens", "rejected"), interval("", "judge"), number("exact", "sampled"), number("exact", "greedy"),
		},
	}
	known := s.AnswersKnown() || s.HeldAnswersKnown()
	if known {
		t.Note += " judge: share of pairs of one exact and one " +
			"inexact answer that the judge orders correctly, ties left out [95 % interval]. exact: share of sampled answers, and of " + base(s) + "'s greedy answers to the evaluation prompts, that are equal to the reference answer."
	}
	seen := false
	for i, l := range s.Languages {
		p, found := measure.SamplingOf(s.Study, l.Code)
		greedy := s.Exact(base(s), records.Only(l.Code))
		if !found && (greedy.N == 0 || !known) {
			continue
		}
		cells := []table.Cell{table.Text(l.Code)}
		if found {
			seen = true
			for _, n := range []int{p.Prompts, p.Ties, p.Duplicates, p.Narrow, p.TooFew, p.Answers, p.Unparsed} {
				cells = append(cells, table.Count(n))
			}
			cells = append(cells, table.Share(p.CutOff, p.CutOffKnown), table.Count(p.Pairs), kept(p))
			if p.LengthsKnown {
				cells = append(cells, table.Number(p.Chosen, 1), table.Number(p.Rejected, 1))
			} else {
				cells = append(cells, table.None(1), table.None(1))
			}
			cells = append(cells, rate(p.Judge()), table.Share(ratio(p.Exact, p.Answers-p.Unknown), p.Answers > p.Unknown))
		} else {
			for range 12 {
				cells = append(cells, table.None(1))
			}
			cells = append(cells, table.None(3), table.None(1))
		}
		cells = append(cells, table.Share(greedy.Mean, greedy.N > 0))
		t.Rows = append(t.Rows, table.Row{Break: i > 0 && s.Languages[i-1].Seen != l.Seen, Cells: cells})
	}
	if !seen {
		t.Rows = nil
	}
	if selector := s.Selector(); selector != nil {
		t.Footnotes = append(t.Footnotes, "kept: by "+selector.Name+".")
	}
	if !known {
		return without(t, func(c table.Column) bool { return c.Name == "judge" || c.Group == "exact" })
	}
	t.Footnotes = append(t.Footnotes, "Pairs of answers to one prompt are not independent; the judge's interval treats them as independent and is somewhat too narrow.")
	return t
}

func kept(p measure.Sampling) table.Cell {
	if !p.Selected {
		return table.None(1)
	}
	return table.Count(p.Kept)
}

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// pairsTable shows the effect of each arm's selection on the quality of the pairs.
func pairsTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "pairs",
		Title: "Pairs of each arm, and those that it kept",
		Note: "Over all seeds and languages. right: share of pairs that prefer the better answer (by the reference answer), among pairs whose answers differ in that. " +
			"AUROC: probability that a right pair has a higher score than a wrong pair of the same seed and language; 0.5 is chance.",
		Columns: []table.Column{
			text("", "arm"), number("", "iteration"), number("pairs", "total"), number("pairs", "kept"), number("pairs", "share kept"),
			number("right", "of all"), number("right", "of kept"), number("right", "of dropped"), number("", "AUROC"),
		},
	}
	last := ""
	for _, x := range measure.Selections(s.Study) {
		t.Rows = append(t.Rows, table.Row{Break: x.Arm != last, Cells: []table.Cell{
			once(x.Arm, x.Arm != last), table.Count(x.Iteration), table.Count(x.Pairs), table.Count(x.Kept),
			table.Share(ratio(x.Kept, x.Pairs), x.Pairs > 0),
			table.Share(ratio(x.Right, x.Told), x.Told > 0), table.Share(ratio(x.RightKept, x.ToldKept), x.ToldKept > 0),
			table.Share(ratio(x.RightDropped, x.ToldDropped), x.ToldDropped > 0), table.Share(x.AUROC, x.AUROCKnown),
		}})
		last = x.Arm
	}
	if !s.AnswersKnown() {
		t.Note = "Over all seeds and languages. Without reference answers it is not known which answer is better."
		return without(t, func(c table.Column) bool { return c.Group == "right" || c.Name == "AUROC" })
	}
	return t
}

// trainingTable shows the steps, pairs and tokens of each arm.
func trainingTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "training",
		Title: "What each arm was trained on",
		Note: "Per seed. tokens without padding. loss: mean of the first and of the last tenth of the steps. accuracy and margin: last tenth; " +
			"accuracy is the share of training pairs with a positive margin.",
		Columns: []table.Column{
			text("", "arm"), number("", "iteration"), number("", "seeds"), number("", "steps"), number("", "pairs"), number("", "tokens"),
			number("loss", "first"), number("loss", "last"), number("", "accuracy"), number("", "margin"),
		},
	}
	t.Columns = append(t.Columns, matchedColumns(s)...)
	last := ""
	for _, b := range measure.Budgets(s.Study) {
		t.Rows = append(t.Rows, table.Row{Break: b.Arm != last, Cells: append([]table.Cell{
			once(b.Arm, b.Arm != last), table.Count(b.Iteration), table.Count(b.Seeds),
			table.Number(b.Steps, 0), table.Number(b.Pairs, 0), table.Number(b.Tokens, 0),
			table.Number(b.LossFirst, 3), table.Number(b.LossLast, 3), table.Number(b.AccuracyLast, 3), table.Number(b.MarginLast, 3),
		}, matchedCells(s, b)...)})
		last = b.Arm
	}
	t.Footnotes = matchedNotes(s)
	for _, a := range s.Confined() {
		t.Footnotes = append(t.Footnotes, a.Name+": steps, pairs and tokens are sums over its models; the rest are means over them.")
	}
	if len(t.Rows) > 0 && !evenBudgets(s) {
		t.Footnotes = append(t.Footnotes, "The arms did not train on equal numbers of pairs, so part of a difference between them may come from that.")
	}
	return t
}

// evenBudgets reports whether all arms trained on the same number of pairs (within one in a hundred).
func evenBudgets(s *outcome.Study) bool {
	pairs := map[string]float64{}
	for _, b := range measure.Budgets(s.Study) {
		pairs[b.Arm] += b.Pairs
	}
	low, high := 0.0, 0.0
	for _, a := range s.Arms {
		n, ok := pairs[a.Name]
		if !ok {
			continue
		}
		if low == 0 || n < low {
			low = n
		}
		high = max(high, n)
	}
	return high <= 1.01*low
}

// surgeryTable says what conflict the arms saw that combine the languages' gradients in their steps.
func surgeryTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "surgery",
		Title: "Conflict between the gradients of the languages within optimiser steps",
		Note: "Means over steps, before the gradients were combined. languages: those with pairs in a step. negative: share of pairs of languages with a cosine " +
			"below zero. Each gradient is of a few pairs, so much of this is sampling noise of the batch.",
		Columns: []table.Column{
			text("", "arm"), number("", "iteration"), number("", "seeds"), number("", "languages"), number("", "negative"), number("", "mean cosine"),
		},
	}
	last := ""
	for _, x := range measure.Surgeries(s.Study) {
		t.Rows = append(t.Rows, table.Row{Break: x.Arm != last, Cells: []table.Cell{
			once(x.Arm, x.Arm != last), table.Count(x.Iteration), table.Count(x.Seeds), table.Number(x.Languages, 1), table.Share(x.Conflicts, true), table.Share(x.Cosine, true),
		}})
		last = x.Arm
	}
	return t
}

// conflictsTable sums up the cosines between the gradients of the languages.
func conflictsTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name:  "conflicts",
		Title: "Conflict between the gradients of the languages",
		Note: "Cosines of the languages' mean gradients, averaged over scoring rounds (one per seed unless the consensus is renewed). " +
			"negative: share of pairs of languages with a cosine below zero. before: over all pairs. after: over the kept pairs. These were kept for their cosine with one direction, so a rise (a fall where the least aligned ones are kept) appears by " +
			"construction, even for noise.",
		Columns: []table.Column{
			text("", "arm"), number("", "iteration"), number("", "rounds"), number("", "language pairs"),
			number("negative", "before"), number("negative", "after"), number("mean cosine", "before"), number("mean cosine", "after"),
			text("most opposed before", "languages"), number("most opposed before", "cosine"),
		},
	}
	last, moving := "", false
	for _, c := range measure.Conflicts(s.Study) {
		before, after := c.Spread(c.Before), c.Spread(c.After)
		t.Rows = append(t.Rows, table.Row{Break: c.Arm != last, Cells: []table.Cell{
			once(c.Arm, c.Arm != last), table.Count(c.Iteration), table.Count(c.Rounds), table.Count(before.Pairs),
			table.Share(ratio(before.Negative, before.Pairs), before.Pairs > 0), table.Share(ratio(after.Negative, after.Pairs), after.Pairs > 0),
			table.Share(before.Mean, before.Pairs > 0), table.Share(after.Mean, after.Pairs > 0),
			opposed(before), table.Share(before.Lowest, before.Pairs > 0),
		}})
		last = c.Arm
		moving = moving || c.Moving
	}
	if moving {
		t.Footnotes = append(t.Footnotes, "Arms without an \"after\" pick pairs while they train: before is then over the languages' moving averages, as they were when the consensus was last renewed.")
	}
	return t
}

func opposed(s measure.Spread) table.Cell {
	if s.Pairs == 0 {
		return table.None(1)
	}
	return table.Text(fmt.Sprintf("%s, %s", s.LowestA, s.LowestB))
}
