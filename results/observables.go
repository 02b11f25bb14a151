package results

import (
	"fmt"
	"strconv"

	"congrad/eval/stats"

	"congrad/results/measure"
	"congrad/results/outcome"
	"congrad/results/table"
)

// observed are the columns of what is observed of a round, in the order of observedCells.
func observed() []table.Column {
	return []table.Column{
		number("", "cosine"), number("agreement", "within"), number("agreement", "across"), number("agreement", "shared"), number("", "against"),
	}
}

const observedNote = "cosine: mean over pairs of languages of the cosine of their mean gradients. agreement: mean inner product of two pairs' gradients divided by their root mean square lengths, " +
	"of one language (within) and of two (across); shared: across / within. Unlike cosine, these do not depend on the number of pairs. " +
	"against: share of pairs that point against the consensus (leave-one-out)."

func observedCells(o measure.Observation) []table.Cell {
	shared := table.None(1)
	if o.Shared != nil {
		shared = table.Number(*o.Shared, 2)
	}
	return []table.Cell{table.Number(o.Cosine, 3), table.Number(o.Within, 4), table.Number(o.Across, 4), shared, table.Number(o.Against, 3)}
}

// observablesTable says how the languages' gradients agree, in numbers that other data can be compared by (congrad diagnose).
// Only an arm that picks pairs by the consensus certainly scores by the alignment itself.
func observablesTable(s *outcome.Study) table.Table {
	t := table.Table{
		Name: "observables", Title: "Agreement between the languages' gradients, for comparison with other data",
		Columns: append([]table.Column{number("", "iteration"), number("", "round")}, observed()...),
	}
	selector := s.Selector()
	if selector == nil || selector.Select != "congrad" {
		return t
	}
	t.Note = "Arm " + selector.Name + ", one row per seed. " + observedNote
	for i := 1; i <= s.Iterations; i++ {
		for k, o := range measure.Observed(s.Study, selector.Name, i) {
			cells := []table.Cell{once(strconv.Itoa(i), k == 0), table.Count(k + 1)}
			t.Rows = append(t.Rows, table.Row{Break: k == 0, Cells: append(cells, observedCells(o)...)})
		}
	}
	return t
}

// DiagnosisTables are a diagnosis for people.
func DiagnosisTables(d measure.Diagnosis) []table.Table {
	matrix := table.Table{
		Name: "cosines", Title: "Cosines between the languages' mean gradients",
		Note:    "Negative: the languages pull the model in different directions. Noise draws all cosines towards zero.",
		Columns: []table.Column{text("", "")},
	}
	languages := table.Table{
		Name: "languages", Title: "Each language compared with the others",
		Note: "signal: length of the mean gradient divided by the root mean square length of its pairs' gradients, corrected for noise; 0 means that the pairs agree on nothing. " +
			"against: share of its pairs that point against the consensus, and against the mean direction of the other languages.",
		Columns: []table.Column{
			text("", "language"), number("", "pairs"), number("", "signal"), number("", "mean cosine"), number("against", "consensus"), number("against", "others"),
		},
	}
	for i, l := range d.Languages {
		matrix.Columns = append(matrix.Columns, number("", l.Code))
		cells := []table.Cell{table.Text(l.Code)}
		for j := range d.Languages {
			if i == j {
				cells = append(cells, table.None(1))
				continue
			}
			cells = append(cells, table.Number(d.Cosines[i][j], 2))
		}
		matrix.Rows = append(matrix.Rows, table.Row{Cells: cells})
		signal := table.None(1)
		if l.Signal != nil {
			signal = table.Number(*l.Signal, 3)
		}
		languages.Rows = append(languages.Rows, table.Row{Cells: []table.Cell{
			table.Text(l.Code), table.Count(l.Pairs), signal, table.Number(l.Cosine, 3), table.Number(l.Against, 3), table.Number(d.Others[i], 3),
		}})
	}
	whole := table.Table{
		Name: "observables", Title: "The data as a whole",
		Note:    observedNote + " The table of the same name in a run's report has these numbers for the data of that run.",
		Columns: observed(), Rows: []table.Row{{Cells: observedCells(d.Observation)}},
	}
	tables := []table.Table{matrix, languages, whole}
	if g := groupings(codes(d), d.Cosines); len(g.Rows) > 0 {
		tables = append(tables, g)
	}
	return tables
}

// codes are those of the languages of a diagnosis.
func codes(d measure.Diagnosis) (list []string) {
	for _, l := range d.Languages {
		list = append(list, l.Code)
	}
	return list
}

// LandmarkTable shows where data are on a recorded map: the cells nearest to the observation. reference is the arm of the
// map's differences, which trains on all pairs.
func LandmarkTable(o measure.Observation, landmarks []measure.Landmark, reference string) table.Table {
	t := table.Table{
		Name:  "map",
		Title: "The nearest cells of when-it-helps",
		Note: "Results of experiments/when-it-helps.toml for languages that agree about as much: exact answers with ConGrad minus those with joint training, mean [95 % interval]. " +
			"distance: in cosine and in the share against the consensus, in units of their spread over the nine cells. The map was measured with the embedded model, DPO and some " +
			"250 pairs per language: for other data it only shows how much their languages conflict.",
		Columns: []table.Column{
			text("", ""), text("", "in the cell"), number("", "cosine"), number("", "against"), number("", "distance"),
			difference("minus "+reference, "seen"), difference("minus "+reference, "unseen"),
		},
		Rows: []table.Row{{Cells: []table.Cell{
			table.Text("your data"), table.None(1), table.Number(o.Cosine, 3), table.Number(o.Against, 3), table.None(1), table.None(4), table.None(4),
		}}},
	}
	near := measure.Nearest(o, landmarks)
	for i, l := range near[:min(3, len(near))] {
		t.Rows = append(t.Rows, table.Row{Break: i == 0, Cells: []table.Cell{
			table.Text("cell"), table.Text(fmt.Sprintf("%s %s, %s %s", l.Row.Key, l.Row.Value, l.Column.Key, l.Column.Value)), table.Number(l.Cosine, 3), table.Number(l.Against, 3), table.Number(l.Distance, 1),
			away(l.Seen), away(l.Unseen),
		}})
	}
	t.Footnotes = []string{"~ marks differences that are not significant (the 95 % interval contains zero)."}
	return t
}

// away is a recorded difference; only its mean and interval are known.
func away(e stats.Estimate) table.Cell {
	mark := ""
	if e.Low <= 0 && e.High >= 0 {
		mark = "~"
	}
	return table.Difference(e, 3, mark)
}
