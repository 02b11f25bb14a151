package open

import (
	"slices"

	"congrad/eval/task"
	"congrad/harness/config"
	"congrad/harness/data"
)

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
		if !ok || t.Spec == nil || read[t.Name] != nil || !e.Trains() { // without training nothing is evaluated
			continue
		}
		var err error
		if read[t.Name], err = data.FromTask(t, languages, s.Languages); err != nil {
			return nil, err
		}
	}
	return read, nil
}
