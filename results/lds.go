package results

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/harness/rng"
	"congrad/results/records"
	"congrad/results/table"

	"gonum.org/v1/gonum/stat"
)

// ldsReplicates of the bootstrap of a score: enough for a P that survives Holm's correction over the scores.
const ldsReplicates = 2000

// ldsMeasures are what a half's model is measured by.
var ldsMeasures = []struct {
	name string
	of   func(record.Outcome) float64
}{
	{"log-prob", func(x record.Outcome) float64 { return x.LogProb }},
	{"probability", func(x record.Outcome) float64 { return x.Probability }},
	{"exact", func(x record.Outcome) float64 { return x.Exact }},
}

// RenderLDS makes the tables of a validation of scores.
func RenderLDS(x *record.LDS) ([]File, error) {
	var files []File
	var faults []error
	for _, t := range []table.Table{ldsTable(x), ldsLanguagesTable(x)} {
		t.Partial = x.Study.Partial
		made, err := written(t)
		files, faults = append(files, made...), append(faults, err)
	}
	return files, errors.Join(faults...)
}

// ldsGroups are seen and unseen languages, as far as there are some.
func ldsGroups(x *record.LDS) (groups []records.Group) {
	var seen, unseen []string
	for _, l := range x.Study.Languages {
		if l.Seen {
			seen = append(seen, l.Code)
		} else {
			unseen = append(unseen, l.Code)
		}
	}
	for _, g := range []records.Group{records.NewGroup("seen", seen...), records.NewGroup("unseen", unseen...)} {
		if len(g.Codes) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// measuredIn is a half's result in a group: the mean over the group's prompts. false if there are none.
func measuredIn(s record.Subset, in records.Group, of func(record.Outcome) float64) (float64, bool) {
	sum, n := 0.0, 0
	for _, r := range s.Results {
		if in.Has(r.Lang) {
			sum, n = sum+float64(r.N)*of(r), n+r.N
		}
	}
	return sum / float64(max(1, n)), n > 0
}

// sumFor is the sum of a score over a half, for the languages of a group if the score says which a pair helps.
func sumFor(s record.Subset, score string, in records.Group) (float64, bool) {
	at := slices.IndexFunc(s.Sums, func(x record.Sum) bool { return x.Score == score })
	if at < 0 {
		return 0, false
	}
	if s.Sums[at].Languages == nil {
		return s.Sums[at].Value, true
	}
	sum, n := 0.0, 0
	for k, r := range s.Results {
		if in.Has(r.Lang) {
			sum, n = sum+s.Sums[at].Languages[k], n+1
		}
	}
	return sum / float64(max(1, n)), n > 0
}

// ldsOf is the linear datamodelling score: under each seed the rank correlation, over the halves, of a score's sum with the result.
func ldsOf(x *record.LDS, score string, in records.Group, measure int) stats.Estimate {
	var studies []stats.Ranked
	for _, seed := range x.Study.Seeds {
		var r stats.Ranked
		for _, s := range x.Subsets {
			sum, known := sumFor(s, score, in)
			result, measured := measuredIn(s, in, ldsMeasures[measure].of)
			if s.Seed == seed && known && measured {
				r.X, r.Y = append(r.X, sum), append(r.Y, result)
			}
		}
		studies = append(studies, r)
	}
	return stats.RankBootstrap(studies, rng.Stream(0, "bootstrap of scores", in.Name, ldsMeasures[measure].name), ldsReplicates, records.Level)
}

// ldsTable says of every score how well its sums predict what training on the pairs does.
func ldsTable(x *record.LDS) table.Table {
	t := table.Table{
		Name:  "lds",
		Title: "Does a score know what a pair does?",
		Note: fmt.Sprintf("Linear datamodelling score: rank correlation (Spearman) between the sum of a score over a random half of the pairs and what a model trained on that half does on "+
			"held-out prompts (%s), mean over seeds [95 %% interval: bootstrap over halves]. %s, %s each. pairs: rated of all. log-prob: mean log-probability of the reference answer. "+
			"probability: mean probability of it. exact: share of greedy answers that equal it. 0 is what a draw knows.",
			x.Study.Split, table.Counted(len(x.Study.Seeds), "seed"), halvesInWords(x)),
		Columns: []table.Column{text("", "score"), number("", "pairs")},
	}
	groups := ldsGroups(x)
	for _, g := range groups {
		for _, m := range ldsMeasures {
			t.Columns = append(t.Columns, difference(g.Name, m.name))
		}
	}
	families := make([]family, len(t.Columns))
	last := ""
	widest := 0.0
	for _, score := range x.Study.Rounds[0].Scores {
		cells := []table.Cell{table.Text(score.Score), ratedPairs(x, score.Score)}
		for _, g := range groups {
			for m := range ldsMeasures {
				e := ldsOf(x, score.Score, g, m)
				if e.Bounded() {
					widest = max(widest, (e.High-e.Low)/2)
				}
				cells = families[len(cells)].cell(t, cells, e)
			}
		}
		t.Rows = append(t.Rows, table.Row{Break: score.Kind != last, Cells: cells})
		last = score.Kind
	}
	for _, f := range families {
		f.mark(t)
	}
	t.Footnotes = []string{corrected + ", corrected by Holm's method in each column, over the scores."}
	for _, g := range groups {
		t.Footnotes = append(t.Footnotes, spreadOver(x, g))
	}
	if n := len(x.Subsets); widest > 0 {
		t.Footnotes = append(t.Footnotes, fmt.Sprintf("The widest interval is ±%s; ±0.05 for a score that knows little takes about 1,500 halves in all (there are %d).", table.Fixed(widest, 2), n))
	}
	t.Footnotes = append(t.Footnotes, "influence and influence_adam know the held-out answers and are no methods: they show what a score of the first step could know.")
	return t
}

// halvesInWords says how many halves there are under a seed and how large they are.
func halvesInWords(x *record.LDS) string {
	var sizes []string
	for _, r := range x.Study.Rounds {
		if words := fmt.Sprintf("%d of %d pairs", r.Half, r.Pairs); !slices.Contains(sizes, words) {
			sizes = append(sizes, words)
		}
	}
	return fmt.Sprintf("%d halves (%s)", x.Study.Subsets, strings.Join(sizes, ", "))
}

// ratedPairs is how many pairs a score rates, over all seeds.
func ratedPairs(x *record.LDS, score string) table.Cell {
	n := 0
	for _, r := range x.Study.Rounds {
		for _, s := range r.Scores {
			if s.Score == score {
				n += s.Pairs
			}
		}
	}
	return table.Count(n)
}

// spreadOver says how much the results differ between halves: what differs little can hardly be predicted.
func spreadOver(x *record.LDS, in records.Group) string {
	var words []string
	for _, m := range ldsMeasures {
		mean, variance := 0.0, 0.0
		for _, seed := range x.Study.Seeds {
			var values []float64
			for _, s := range x.Subsets {
				if v, ok := measuredIn(s, in, m.of); ok && s.Seed == seed {
					values = append(values, v)
				}
			}
			seeds := float64(len(x.Study.Seeds))
			mean += stat.Mean(values, nil) / seeds
			if len(values) > 1 {
				variance += stat.Variance(values, nil) / seeds
			}
		}
		words = append(words, fmt.Sprintf("%s %s (%s)", m.name, table.Fixed(mean, 3), table.Fixed(math.Sqrt(variance), 4)))
	}
	return in.Name + " languages, mean over the halves (standard deviation): " + strings.Join(words, ", ") + "."
}

// ldsLanguagesTable has the scores by language.
func ldsLanguagesTable(x *record.LDS) table.Table {
	t := table.Table{
		Name:  "lds-languages",
		Title: "Does a score know what a pair does in each language?",
		Note: "Linear datamodelling score for the mean log-probability of the reference answers to a language's held-out prompts (table lds has the words); the sums are over a half's pairs in all " +
			"languages. Intervals are in lds-languages.csv.",
		Columns: []table.Column{text("", "languages"), text("", "language")},
		Footnotes: []string{
			corrected + ", corrected by Holm's method in each column, over the languages.",
		},
	}
	scores := x.Study.Rounds[0].Scores
	found := make([][]stats.Estimate, len(scores)) // by score and language
	for k, score := range scores {
		t.Columns = append(t.Columns, difference("", score.Score))
		for _, l := range x.Study.Languages {
			found[k] = append(found[k], ldsOf(x, score.Score, records.Only(l.Code), 0))
		}
	}
	for i, l := range x.Study.Languages {
		group := "unseen"
		if l.Seen {
			group = "seen"
		}
		first := i == 0 || x.Study.Languages[i-1].Seen != l.Seen
		cells := []table.Cell{once(group, first), table.Text(l.Code)}
		for k := range scores {
			cells = append(cells, ldsCell(found[k], i))
		}
		t.Rows = append(t.Rows, table.Row{Break: first, Cells: cells})
	}
	return t
}

// ldsCell is the at-th of a family of correlations: the estimate with its mark, and its interval for programs.
func ldsCell(of []stats.Estimate, at int) table.Cell {
	e := of[at]
	if e.N == 0 {
		return table.None(len(table.DifferenceFields()))
	}
	p := make([]float64, len(of))
	for i, x := range of {
		p[i] = x.P
	}
	mark := "~"
	if e.Bounded() && stats.Holm(p)[at] < 1-records.Level {
		if mark = "<"; e.Mean > 0 {
			mark = ">"
		}
	}
	cell := table.Difference(e, 3, mark)
	cell.Text = table.Signed(e.Mean, 2)
	return cell
}
