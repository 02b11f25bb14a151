package outcome

import (
	"fmt"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/measure"
	"congrad/results/records"
)

// Grid is what the cells of a grid have in common to be compared: the same arms and groups of languages.
type Grid struct {
	record.Grid
	Studies []*Study // of the cells, row by row; nil where a cell has no records yet
}

// NewGrid checks the records of every cell; nil stands for a cell without.
func NewGrid(g record.Grid, sets []*record.Set) (*Grid, error) {
	if len(sets) != len(g.Cells) {
		return nil, fmt.Errorf("the grid has %d cells, there are records of %d", len(g.Cells), len(sets))
	}
	grid := &Grid{g, make([]*Study, len(sets))}
	for i, set := range sets {
		if set == nil {
			continue
		}
		s, err := New(set)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", g.Cells[i].Folder, err)
		}
		grid.Studies[i] = s
	}
	return grid, nil
}

// First is the first cell's study that there is; nil without any.
func (g *Grid) First() *Study {
	for _, s := range g.Studies {
		if s != nil {
			return s
		}
	}
	return nil
}

// Filter is the arm that the others are compared with: the one whose selection figures show. nil where no arm selects.
func (g *Grid) Filter() *record.Arm {
	if first := g.First(); first != nil {
		return first.Selector()
	}
	return nil
}

// References are the other trained arms, in the order of the study.
func (g *Grid) References() []record.Arm {
	filter := g.Filter()
	if filter == nil {
		return nil
	}
	var arms []record.Arm
	for _, a := range g.First().Trained() {
		if a.Name != filter.Name {
			arms = append(arms, a)
		}
	}
	return arms
}

// CellContrast is the filter's win rate minus another arm's in one cell.
type CellContrast struct {
	Estimate  stats.Estimate // N is 0 where the cell has no records of both
	Corrected bool           // detected after Holm's correction over the cells
}

// Contrasts are the paired differences of the filter to another arm in a group of languages, cell by cell.
func (g *Grid) Contrasts(reference, group string) []CellContrast {
	list := make([]CellContrast, len(g.Studies))
	var p []float64
	var at []int
	for i, s := range g.Studies {
		if s == nil {
			continue
		}
		if in, ok := s.Group(group); ok {
			if list[i].Estimate = s.WinsMinus(g.Filter().Name, reference, in); list[i].Estimate.N > 0 {
				p, at = append(p, list[i].Estimate.P), append(at, i)
			}
		}
	}
	for k, adjusted := range stats.Holm(p) {
		list[at[k]].Corrected = list[at[k]].Estimate.Bounded() && adjusted < 1-records.Level
	}
	return list
}

// Observed is what can be seen in one cell before evaluation, in the first iteration and over all seeds. Some of it needs
// reference answers; cosines and signs do not, so they can be compared with a user's own data.
type Observed struct {
	Answers, Exact        int               // sampled answers where one is known, and those that are it
	Shared, Parochial     int               // sampled answers with a defect of the family
	Judge                 stats.Estimate    // share of answer pairs that the judge orders correctly
	Selection             measure.Selection // of the filter
	Cosine                float64           // mean over pairs of languages, of their mean gradients; meaningless unless CosineKnown
	CosineKnown           bool
	Scored, NegativeScore int // pairs that the filter scored, and those of them with a score below zero
}

// Observed looks at cell i; nothing is known of one without records.
func (g *Grid) Observed(i int) (o Observed) {
	s, filter := g.Studies[i], g.Filter()
	if s == nil || filter == nil {
		return o
	}
	right, ordered := 0, 0
	for _, l := range s.Languages {
		if p, ok := measure.SamplingOf(s.Study, l.Code); ok {
			o.Answers += p.Answers - p.Unknown
			o.Exact += p.Exact
			o.Shared += p.Shared
			o.Parochial += p.Parochial
			right += p.JudgeRight
			ordered += p.JudgeRight + p.JudgeWrong
		}
	}
	o.Judge = stats.Wilson(right, ordered, records.Level)
	for _, x := range measure.Selections(s.Study) {
		if x.Arm == filter.Name && x.Iteration == 1 {
			o.Selection = x
		}
	}
	if c := measure.ConflictOf(s.Study, filter.Name, 1); c.Rounds > 0 && len(c.Languages) > 1 {
		o.Cosine, o.CosineKnown = c.Spread(c.Before).Mean, true
	}
	for k := range s.Set.Pairs {
		if p := &s.Set.Pairs[k]; p.Arm == filter.Name && p.Iteration == 1 && p.Rank > 0 {
			o.Scored++
			if p.Score < 0 {
				o.NegativeScore++
			}
		}
	}
	return o
}
