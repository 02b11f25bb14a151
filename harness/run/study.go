package run

import (
	"slices"
	"strings"

	"congrad/eval/task"
	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/kind/filtering"
	"congrad/harness/lang"
	"congrad/harness/method"
	"congrad/harness/record"
	"congrad/harness/store"
)

// study describes the experiment for its reports. It depends on neither time nor machine.
func (p *Plan) study(st *store.Store, b *bench.Bench, table lang.Table) (record.Study, error) {
	x := p.Experiment
	model, err := modelFields(x, b)
	if err != nil {
		return record.Study{}, err
	}
	bases, err := baseFields(x, b)
	if err != nil {
		return record.Study{}, err
	}
	s := record.Study{
		Name: x.Name, Title: x.Title, Seeds: x.Seeds, Iterations: x.Iterations, Partial: strings.Join(x.Partial, " "), Backend: b.Backend,
		Opponent: x.Evaluate.Opponent, Baseline: p.untouched(), Sweeps: sweeps(x),
		Model: model, Bases: bases, Judge: record.Judge(x.Judge), Loss: lossFields(x.Loss), Train: trainFields(x.Train),
		Generate: record.Generate{
			PerLanguage: p.limited(x.Prompts.PerLanguage), Samples: x.Generate.Samples, Temperature: x.Generate.Temperature, TopP: x.Generate.TopP,
		},
		Files: PromptFiles(b), Answers: p.AnswerFile(b), Published: published(x.Published), Claims: Claims(x),
	}
	if a := x.FindArm(x.Evaluate.Reference); a != nil && a.Trained() {
		s.Reference = a.Name
	}
	if v := x.Evaluate; x.Trains() {
		s.Evaluate = record.Evaluate{Split: v.Split, PerLanguage: p.limited(v.PerLanguage), Judge: v.Judge}
		if v.Decide != "chrf" {
			s.Evaluate.Decide = v.Decide
		}
		if v.Samples > 0 {
			s.Evaluate.Samples, s.Evaluate.Temperature, s.Evaluate.TopP = v.Samples, v.Temperature, v.TopP
		}
		if v.Judge == "endpoint" {
			s.Evaluate.Model, s.Evaluate.URL = v.Endpoint.Model, v.Endpoint.URL
		}
	}
	for _, t := range p.tasks {
		s.Tasks = append(s.Tasks, taskFields(b, t, x.Languages.All(), p.limited(x.Evaluate.TaskItems)))
	}
	for i, a := range x.Arms {
		arm, err := p.armFields(st, b, a, x.Changed(i))
		if err != nil {
			return record.Study{}, err
		}
		s.Arms = append(s.Arms, arm)
	}
	s.Languages = languageFields(x, table)
	return s, nil
}

// languageFields describe the languages of an experiment.
func languageFields(x *config.Experiment, table lang.Table) (list []record.Language) {
	for _, code := range x.Languages.All() {
		l, _ := table.Find(code) // the experiment was checked against the table
		list = append(list, record.Language{
			Code: code, Name: l.Name, Direction: l.Direction, Seen: slices.Contains(x.Languages.Seen, code), UnderRepresented: slices.Contains(x.Languages.UnderRepresented, code),
		})
	}
	return list
}

// taskFields say what a task from files asked, at most so many items of each language.
func taskFields(b *bench.Bench, t task.Task, languages []string, per int) record.Task {
	r := record.Task{Name: t.Name}
	if t.Spec == nil {
		return r
	}
	exam := b.Exams[t.Name]
	for _, code := range languages {
		r.Items += min(per, exam.Count(code))
	}
	if t.Kind != task.Text {
		r.Shots, r.Layout = t.Spec.Shots.Number, t.Spec.Prompt.Layout
	}
	for _, f := range exam.Files() {
		r.Files = append(r.Files, record.TaskFile{Path: f.Path, SHA256: f.SHA256, Rows: f.Rows})
	}
	return r
}

// trainFields are the settings of training.
func trainFields(t config.Train) record.Train { return record.Train(t.Plain()) }

// armFields describe an arm as far as it uses its settings; changed are those of its own tables that are not the experiment's.
func (p *Plan) armFields(st *store.Store, b *bench.Bench, a config.Arm, changed []config.Origin) (record.Arm, error) {
	selector, _ := method.FindSelector(a.Select) // the experiment was checked
	r := record.Arm{
		Name: a.Name, Caption: a.Caption, Select: a.Select, Match: a.Match, MatchSteps: a.MatchSteps, MatchKL: a.MatchKL, Trained: a.Trained(), Policy: a.Policy, Without: a.Without,
		Changed: ownValues(changed, a),
	}
	if a.OwnTemperature() {
		r.Temperature = a.EvaluateTemperature
	}
	if a.Select == "congrad" {
		r.Mode = a.ConGrad.Mode
	}
	if a.Mono() {
		r.Groups = a.Groups
		r.Languages = p.Experiment.Languages.Seen
	}
	if a.MeetsPairs() {
		l := lossFields(a.Loss)
		r.Loss = &l
	}
	if a.Trained() {
		t := trainFields(a.Train)
		r.Train = &t
	}
	if a.Ranks() {
		r.Keep = keepFields(a)
	}
	if a.Ranks() || a.Match != "" {
		r.Action = filtering.ActionOf(a.Keep)
	}
	if !selector.Reads.Gradients() {
		return r, nil
	}
	a.ConGrad = filtering.Comparing(a)
	r.Gradients = gradientFields(a, selector.Reads)
	var err error
	r.Sketch, err = p.sketchFields(st, b, a)
	return r, err
}

// PromptFiles describes the files of prompts and of given pairs that a bench has; nil where there are none.
func PromptFiles(b *bench.Bench) []record.PromptFile {
	if b.Pairs == nil {
		return b.Source.Files()
	}
	return slices.Concat(b.Source.Files(), b.Pairs.Files())
}
