package run

import (
	"slices"
	"strings"

	"congrad/harness/bench"
	"congrad/harness/kind/filtering"
	"congrad/harness/lang"
	"congrad/harness/method"
	"congrad/harness/record"
	"congrad/harness/store"
)

// study describes the experiment for its reports.
func (p *Plan) study(st *store.Store, b *bench.Bench, table lang.Table) (record.Study, error) {
	x := p.Experiment
	s := record.Study{
		Name: x.Name, Title: x.Title, Seeds: x.Seeds, Iterations: x.Iterations, Tasks: p.taskNames(), Partial: strings.Join(x.Partial, ", "), Backend: b.Backend, Opponent: x.Evaluate.Opponent,
		Parameters: b.Base.Config.Parameters(), Files: b.Source.Files(), Sweeps: sweeps(x),
	}
	s.Answers = p.AnswerFile(b)
	if x.FindArm(x.Evaluate.Opponent) == nil {
		s.Baseline = p.untouched()
	}
	switch v := x.Evaluate; v.Judge {
	case "self":
		s.Judge = v.Judge
	case "endpoint":
		s.Judge = "endpoint " + v.Endpoint.Model
	}
	for i, a := range x.Arms {
		selector, _ := method.FindSelector(a.Select) // the experiment was checked
		arm := record.Arm{Name: a.Name, Caption: a.Caption, Trained: a.Trained(), Measure: selector.Measure, Changed: ownValues(x.Changed(i), a)}
		if a.Mono() {
			arm.Languages = x.Languages.Seen
		}
		if selector.Reads.Gradients() {
			of := filtering.SketchOf(filtering.Comparing(a))
			arm.Sketch, arm.Rank = of.Family(), of.Rank
		}
		s.Arms = append(s.Arms, arm)
	}
	for _, code := range x.Languages.All() {
		l, _ := table.Find(code) // the experiment was checked against the table
		s.Languages = append(s.Languages, record.Language{
			Code: code, Name: l.Name, Direction: l.Direction, Seen: slices.Contains(x.Languages.Seen, code), UnderRepresented: slices.Contains(x.Languages.UnderRepresented, code),
		})
	}
	s.Published = published(x.Published)
	var err error
	s.Facts, err = p.facts(st, b)
	return s, err
}
