package evaluation

import (
	"fmt"

	"congrad/eval/task"
	"congrad/harness/bench"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/nn"
	"congrad/harness/stage"
)

// Task is one task of the alignment tax, as what its scores depend on.
type Task struct {
	Policy    bench.Policy
	Items     string // their version
	Task      task.Task
	Languages []string
	Per       int // items of each language, at most
	Batch     int // tokens
	Rows      int `json:",omitempty"` // answers side by side, where there are any
	kind.Device
	kind.Tokenless
}

// TaskOf measures a policy on a task, by the kind of stage that its kind asks for.
func TaskOf(b *bench.Bench, policy bench.Policy, t task.Task, languages []string, per, tokens, rows int) (kind.Work, error) {
	x := Task{Policy: policy, Items: b.Items.Version(), Task: t, Languages: languages, Per: per, Batch: tokens}
	if t.Spec != nil {
		exam := b.Exams[t.Name]
		if exam == nil {
			return nil, fmt.Errorf("task %s: its files have not been read", t.Name)
		}
		var err error
		if x.Items, err = exam.Version(languages); err != nil {
			return nil, err
		}
		x.Task.Title = "" // is for people
	}
	switch t.Kind {
	case task.Text:
		return Passages{x}, nil
	case task.Generate:
		x.Batch, x.Rows = 0, rows
		return Replies{x}, nil
	}
	return Choices{x}, nil
}

// Title says what the stage does.
func (t Task) Title() string { return t.Task.Name }

// Inputs are the policy.
func (t Task) Inputs() []stage.Ref { return []stage.Ref{t.Policy.Stage} }

// resolve returns the task with its layout, which a plan does not hold, and reports items that are not those of the plan.
func (t Task) resolve(b *bench.Bench) (task.Task, error) {
	if t.Task.Source != task.Files {
		return t.Task, t.unchanged(b.Items.Version(), nil)
	}
	exam := b.Exams[t.Task.Name]
	if exam == nil {
		return t.Task, fmt.Errorf("task %s: its files have not been read", t.Task.Name)
	}
	return exam.Task(), t.unchanged(exam.Version(t.Languages))
}

func (t Task) unchanged(version string, err error) error {
	if err == nil && version != t.Items {
		err = fmt.Errorf("the items of task %s have changed since the plan was made (congrad run makes a new plan)", t.Task.Name)
	}
	return err
}

// forecast asks f once for all policies that the task measures.
func (t Task) forecast(b *bench.Bench, f func(task.Task) forecast.Stage) forecast.Stage {
	return b.Forecast(fmt.Sprint(t.Task.Name, t.Items, t.Languages, t.Per, t.Batch, t.Rows), func() forecast.Stage {
		x, err := t.resolve(b)
		if err != nil {
			return forecast.Stage{} // the stage tells
		}
		s := f(x)
		s.Kind = "task" // all tasks share their programs, and a row
		return s
	})
}

// reading sums up units of rows for a forecast.
type reading struct {
	units, tokens, answers, longest, most int
}

func (x *reading) add(unit []nn.Row) {
	length, answers := nn.Length(unit), 0
	for _, r := range unit {
		answers += len(r.Answer)
	}
	x.units, x.tokens, x.answers = x.units+1, x.tokens+length, x.answers+answers
	x.longest, x.most = max(x.longest, length), max(x.most, answers)
}
