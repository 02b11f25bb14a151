package open

import (
	"fmt"
	"math"
	"slices"

	"congrad/eval/task"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/lang"
)

// Prompts opens what an experiment asks its models: the embedded world, or files.
func Prompts(e *config.Experiment, table lang.Table, embedded *data.World) (data.Source, error) {
	p, v := e.Prompts, e.Evaluate
	if p.Source != "files" {
		return embedded.Only(p.Kinds), nil
	}
	files, err := data.FromFiles(data.Spec{
		Path: p.Path, Columns: data.Columns(p.Columns), HeldPath: v.Path, HeldColumns: data.Columns(v.Columns),
		HeldOut: p.HeldOut, Dev: p.Dev, Seen: e.Languages.Seen, Unseen: e.Languages.Unseen, Table: table,
	})
	if err != nil {
		return nil, err // and not a source that holds none
	}
	return files, nil
}

// Pairs opens the preference pairs that an experiment begins with, without those whose prompt the source holds out in any language; nil where
// the model's own answers make them. leftOut counts those.
func Pairs(e *config.Experiment, table lang.Table, source data.Source) (pairs *data.Pairs, leftOut int, err error) {
	p := e.Pairs
	if p.Source != "files" || e.TasksOnly() {
		return nil, 0, nil
	}
	if pairs, err = data.OpenPairs(data.PairSpec{Path: p.Path, Columns: data.PairColumns(p.Columns), Languages: e.Languages.Seen, Table: table}); err != nil {
		return nil, 0, err
	}
	for _, part := range []string{data.PartEval, data.PartDev} {
		for _, code := range e.Languages.All() {
			held, err := source.Held(part, code, math.MaxInt)
			if err != nil {
				return nil, 0, err
			}
			leftOut += pairs.LeaveOut(held)
		}
	}
	for _, code := range e.Languages.Seen {
		if pairs.Count(code) == 0 {
			return nil, 0, fmt.Errorf("%s: the prompts of all pairs in %s are held out for the evaluation (prompts.held_out, evaluate.path)", p.Path, code)
		}
	}
	return pairs, leftOut, nil
}

// Exams reads the files of those tasks of an experiment, and of its grid's cells, that have any.
func Exams(e *config.Experiment, s *Surroundings) (map[string]*data.Exam, error) {
	names, languages := e.Evaluate.Tasks, e.Languages.All()
	if e.Grid != nil {
		for _, cell := range e.Grid.Cells {
			names = append(slices.Clone(names), cell.Experiment.Evaluate.Tasks...)
			languages = append(slices.Clone(languages), cell.Experiment.Languages.All()...)
		}
		slices.Sort(languages)
		languages = slices.Compact(languages)
	}
	read := map[string]*data.Exam{}
	for _, name := range names {
		t, ok := task.Find(s.Tasks, name)
		if !ok || t.Spec == nil || read[t.Name] != nil || !e.RunsTasks() {
			continue
		}
		var err error
		if read[t.Name], err = data.FromTask(t, languages, s.Languages); err != nil {
			return nil, err
		}
	}
	return read, nil
}

// Answers opens the file that win rates are against; nil where an arm is the opponent.
func Answers(e *config.Experiment, table lang.Table) (*data.Answers, error) {
	if v := e.Evaluate; e.FindArm(v.Opponent) == nil {
		return data.OpenAnswers(v.Opponent, data.AnswerColumns(v.Answers), table)
	}
	return nil, nil
}
