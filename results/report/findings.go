package report

import (
	"fmt"
	"slices"
	"strings"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/records"
	"congrad/results/table"
)

// Findings says in sentences what the numbers show, by rule: which differences are significant, which are not, on which
// languages. It favours no arm.
func Findings(s *outcome.Study) []Block {
	var blocks []Block
	for _, text := range findings(s) {
		blocks = append(blocks, Block{Text: text})
	}
	return blocks
}

func findings(s *outcome.Study) []string {
	var found []string
	for _, d := range s.Doubts() { // first what makes the rest no result
		found = append(found, d.Text)
	}
	for _, name := range []string{"seen", "unseen"} {
		if g, ok := s.Group(name); ok {
			found = appendText(found, join(againstOpponent(s, g), againstReference(s, g)))
		}
	}
	found = appendText(found, join(lostLanguages(s), languageContrasts(s)))
	for i, a := range s.Filters() {
		if i == 0 || len(s.Matches(a.Name)) > 0 { // how the others compare with the reference was said
			found = appendText(found, verdict(s, a))
		}
	}
	found = appendText(found, taxSentence(s))
	found = appendText(found, join(selectionSentence(s), conflictSentence(s), fidelitySentence(s)))
	found = appendText(found, plantedSentences(s))
	if len(found) == 0 {
		return []string{"The records contain nothing to compare."}
	}
	return found
}

func appendText(list []string, text string) []string {
	if text == "" {
		return list
	}
	return append(list, text)
}

func join(sentences ...string) string {
	var kept []string
	for _, s := range sentences {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, " ")
}

// enumerate is "a", "a and b", "a, b and c".
func enumerate(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:len(items)-1], ", ") + " and " + items[len(items)-1]
}

// verb agrees with the number of its subjects.
func verb(subjects []string, one, many string) string {
	if len(subjects) == 1 {
		return one
	}
	return many
}

// bracket is the interval of a share, cut at its bounds, where there is nothing to cover.
func bracket(e stats.Estimate) string {
	if !e.Bounded() {
		return "[no interval]"
	}
	return fmt.Sprintf("[%s, %s]", table.Fixed(max(e.Low, 0), 3), table.Fixed(min(e.High, 1), 3))
}

func signedBracket(e stats.Estimate) string {
	if !e.Bounded() {
		return table.Signed(e.Mean, 3) + " [no interval]"
	}
	return fmt.Sprintf("%s [%s, %s]", table.Signed(e.Mean, 3), table.Signed(e.Low, 3), table.Signed(e.High, 3))
}

func inLanguages(g records.Group) string {
	if len(g.Codes) == 1 {
		return "in the one " + g.Name + " language"
	}
	return fmt.Sprintf("in the %d %s languages", len(g.Codes), g.Name)
}

// sides are arms on either side of a mark, those that are not significantly different from it, and those that are not either but whose
// numbers are no result (outcome.Doubt).
type sides struct{ above, below, open, doubted []string }

func (s *sides) put(side int, doubted bool, arm string) {
	switch {
	case side == 0 && doubted:
		s.doubted = append(s.doubted, arm)
	case side > 0:
		s.above = append(s.above, arm)
	case side < 0:
		s.below = append(s.below, arm)
	default:
		s.open = append(s.open, arm)
	}
}

// clauses says on which side of the mark each arm is: each "wins" (several "win") "more often" or "less often" than it.
func (s sides) clauses(one, many, more, less, mark string) string {
	var parts []string
	for _, side := range []struct {
		arms []string
		how  string
	}{{s.above, more}, {s.below, less}} {
		if len(side.arms) > 0 {
			parts = append(parts, enumerate(side.arms)+" "+verb(side.arms, one, many)+" "+side.how+" than "+mark)
		}
	}
	if len(s.open) > 0 {
		parts = append(parts, enumerate(s.open)+" "+verb(s.open, "is", "are")+" not significantly different from "+mark)
	}
	parts = appendText(parts, s.undecided())
	return strings.Join(parts, "; ")
}

// undecided says which arms' numbers are no result; why is the first finding.
func (s sides) undecided() string {
	if len(s.doubted) == 0 {
		return ""
	}
	return enumerate(s.doubted) + " " + verb(s.doubted, "is", "are") + " no result, for the reason above"
}

// sideOf is the sign of a significant difference: 0 if it is not significant.
func sideOf(e stats.Estimate) int {
	switch {
	case !e.Detected(records.Level):
		return 0
	case e.Mean > 0:
		return 1
	}
	return -1
}

// againstOpponent sorts the arms into above, below and not significantly different from a draw.
func againstOpponent(s *outcome.Study, g records.Group) string {
	var found sides
	opponent := ""
	if s.Answers == nil {
		opponent = s.Baseline
	}
	for _, a := range s.Contenders() {
		e := s.WinRate(a.Name, g)
		if e.N == 0 {
			continue
		}
		found.put(sideOf(s.WinsMinusDraw(a.Name, g)), s.Doubted("languages", a.Name, opponent), fmt.Sprintf("%s (%s %s)", a.Name, table.Fixed(e.Mean, 3), bracket(e)))
	}
	var parts []string
	if len(found.above) > 0 {
		parts = append(parts, enumerate(found.above)+" "+verb(found.above, "is", "are")+" above 0.5")
	}
	if len(found.below) > 0 {
		parts = append(parts, enumerate(found.below)+" "+verb(found.below, "is", "are")+" below 0.5")
	}
	if len(found.open) > 0 {
		parts = append(parts, enumerate(found.open)+" "+verb(found.open, "is", "are")+" not significantly different from 0.5")
	}
	parts = appendText(parts, found.undecided())
	if len(parts) == 0 {
		return ""
	}
	by := ""
	if s.Judged() {
		by = ", judged by the base model,"
		if s.Answers == nil {
			by = ", judged by that model itself,"
		}
	}
	if model := s.Server(); model != "" {
		by = ", judged by " + model + ","
	}
	return fmt.Sprintf("Win rates against %s%s %s: %s.", s.Against(), by, inLanguages(g), strings.Join(parts, "; "))
}

// againstReference sorts the other trained arms by their paired difference to the reference.
func againstReference(s *outcome.Study, g records.Group) string {
	reference := s.Reference()
	if reference == nil {
		return ""
	}
	var found sides
	for _, a := range s.Trained() {
		if e := s.WinsMinus(a.Name, reference.Name, g); a.Name != reference.Name && e.N > 0 {
			found.put(sideOf(e), s.Doubted("languages", a.Name, reference.Name), fmt.Sprintf("%s (%s)", a.Name, signedBracket(e)))
		}
	}
	clauses := found.clauses("wins", "win", "more often", "less often", reference.Name)
	if clauses == "" {
		return ""
	}
	return "On the same prompts and seeds, " + clauses + "."
}

// verdict answers the study's question for an arm that picks pairs by the consensus: against the reference, which trains on all
// pairs as a rule, and against as many pairs drawn at random, which separates selection from mere size.
func verdict(s *outcome.Study, filter record.Arm) string {
	var others []record.Arm
	if reference := s.Reference(); reference != nil && reference.Name != filter.Name {
		others = append(others, *reference)
	}
	for _, a := range s.Matches(filter.Name) {
		if a.Trained && !slices.ContainsFunc(others, func(o record.Arm) bool { return o.Name == a.Name }) {
			others = append(others, a)
		}
	}
	who := "ConGrad"
	if len(s.Filters()) > 1 {
		who = filter.Name
	}
	var sentences []string
	for _, other := range others {
		what := records.Training(other)
		if other.Select != "all" && other.Select != "random" { // which arm that is, is not said yet
			what = other.Name + " (" + what + ")"
		}
		for _, name := range []string{"seen", "unseen"} {
			g, ok := s.Group(name)
			e := s.WinsMinus(filter.Name, other.Name, g)
			if ok && (sideOf(e) != 0 || !s.Doubted("languages", filter.Name, other.Name)) {
				sentences = append(sentences, comparison(e, who, what, inLanguages(g)))
			}
		}
	}
	return join(sentences...)
}

func comparison(e stats.Estimate, who, what, where string) string {
	switch {
	case e.N == 0:
		return ""
	case !e.Bounded():
		return fmt.Sprintf("There is too little data to compare %s with %s %s.", who, what, where)
	case sideOf(e) > 0:
		return fmt.Sprintf("%s did better than %s %s (%s).", who, what, where, signedBracket(e))
	case sideOf(e) < 0:
		return fmt.Sprintf("%s did worse than %s %s (%s).", who, what, where, signedBracket(e))
	}
	text := fmt.Sprintf("No difference between %s and %s was detected %s (%s).", who, what, where, signedBracket(e))
	if size := stats.MinimumDetectable(e, 0.8); size > 0 { // else all items came out alike
		text += fmt.Sprintf(" Four in five such studies would detect a true difference of %s.", table.Fixed(size, 3))
	}
	return text
}

// taxSentence sums up the tax over all tasks and languages.
func taxSentence(s *outcome.Study) string {
	untouched := s.Untouched()
	all, ok := s.Group("all")
	if untouched == nil || !ok {
		return ""
	}
	var sentences []string
	for _, m := range []outcome.Measure{outcome.Accuracy(), outcome.BitsPerByte()} {
		var found sides
		for _, a := range s.Trained() {
			if e := s.TaxMinus(m, "", a.Name, untouched.Name, all); e.N > 0 {
				side, doubted := sideOf(e)*m.Better, s.Doubted("tax", a.Name, untouched.Name)
				if doubted { // of options that are all next to impossible, being right more often says nothing
					side = 0
				}
				found.put(side, doubted, fmt.Sprintf("%s (%s)", a.Name, signedBracket(e)))
			}
		}
		var parts []string
		if len(found.below) > 0 {
			parts = append(parts, "worse for "+enumerate(found.below))
		}
		if len(found.above) > 0 {
			parts = append(parts, "better for "+enumerate(found.above))
		}
		if len(found.open) > 0 {
			parts = append(parts, "not significantly different for "+enumerate(found.open))
		}
		if len(found.doubted) > 0 {
			parts = append(parts, "no result for "+enumerate(found.doubted)+", for the reason above")
		}
		if len(parts) > 0 {
			sentences = append(sentences, fmt.Sprintf("Compared with the base model over all languages, %s is %s.", m.Name, strings.Join(parts, "; ")))
		}
	}
	return join(sentences...)
}

// selectionSentence says whether the selector keeps right pairs, where there are reference answers.
func selectionSentence(s *outcome.Study) string {
	selector := s.Selector()
	if selector == nil {
		return ""
	}
	for _, x := range measure.Selections(s.Study) {
		if x.Arm != selector.Name || x.Iteration != 1 || x.ToldKept == 0 || x.ToldDropped == 0 {
			continue
		}
		text := fmt.Sprintf("In iteration 1, %s of the pairs that %s kept and %s of those that it dropped prefer the answer that is better by the reference answer",
			percent(x.RightKept, x.ToldKept), selector.Name, percent(x.RightDropped, x.ToldDropped))
		if x.AUROCKnown {
			text += fmt.Sprintf(" (AUROC of the score %s)", table.Fixed(x.AUROC, 2))
		}
		return text + "."
	}
	return ""
}

func percent(part, whole int) string {
	return table.Fixed(100*float64(part)/float64(whole), 0) + " %"
}

func conflictSentence(s *outcome.Study) string {
	selector := s.Selector()
	for _, c := range measure.Conflicts(s.Study) {
		if selector == nil || c.Arm != selector.Name {
			continue
		}
		before := c.Spread(c.Before)
		if before.Pairs == 0 {
			return ""
		}
		text := fmt.Sprintf("In iteration %d of %s, the gradients of %d of %d pairs of languages have a negative cosine", c.Iteration, c.Arm, before.Negative, before.Pairs)
		return text + fmt.Sprintf("; the lowest is that of %s and %s (%s).", before.LowestA, before.LowestB, table.Fixed(before.Lowest, 2))
	}
	return ""
}

func fidelitySentence(s *outcome.Study) string {
	for _, f := range measure.Fidelity(s.Study) {
		if f.Seeds > 0 {
			return fmt.Sprintf("Scores from compressed and from exact gradients have a rank correlation of %s (arm %s, iteration %d, %d pairs).",
				table.Fixed(f.Rank.Mean, 2), f.Arm.Name, f.Iteration, f.Pairs)
		}
	}
	return ""
}

// languageOf finds the language behind a code; a code alone if it is unknown.
func languageOf(s *outcome.Study, code string) record.Language {
	for _, l := range s.Languages {
		if l.Code == code {
			return l
		}
	}
	return record.Language{Code: code, Name: code}
}
