package training

import (
	"context"
	"fmt"

	"congrad/harness/bench"
	"congrad/harness/kind"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// Rate takes one of several trainings that differ in their learning rate alone: the one whose policy answers development prompts best, or
// the lowest rate among equals. The rule is fixed before anything is trained, each arm is judged by it alike, and evaluation prompts have no
// part in it.
type Rate struct {
	Candidates []Candidate // by rate, lowest first
	Exact      bool        // answers count 1 where they are the reference answer and else 0, not by their score against it
	kind.Host
	kind.Tokenless
	kind.Quick
}

// Candidate is a training and its greedy answers to development prompts.
type Candidate struct {
	Rate    float64
	Policy  stage.Ref
	Answers stage.Ref
}

// Kind of the stage.
func (Rate) Kind() kind.Kind {
	return kind.Kind{Name: "rate", Version: 1, Title: "choice of a learning rate", Trains: true} // its artefact has the model that is taken
}

// Title says what the stage does.
func (Rate) Title() string { return "choose the learning rate" }

// Inputs are all policies and their answers.
func (r Rate) Inputs() (list []stage.Ref) {
	for _, c := range r.Candidates {
		list = append(list, c.Policy, c.Answers)
	}
	return list
}

// Do leaves the files of the training that is taken, and rate.jsonl: one record.Rate.
func (r Rate) Do(_ context.Context, d *stage.Desk, _ *bench.Bench) (stage.Files, error) {
	chosen := record.Rate{}
	for i, c := range r.Candidates {
		answers, err := stage.Lines[kind.Answer](d.Shelf, c.Answers, "answers")
		if err != nil {
			return nil, err
		}
		known, err := r.mean(answers)
		if err != nil {
			return nil, err
		}
		chosen.Tried = append(chosen.Tried, record.Tried{Rate: c.Rate, Known: known})
		if known > chosen.Tried[chosen.Taken].Known {
			chosen.Taken = i
		}
	}
	files, err := stage.Output("rate", []record.Rate{chosen})
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"model.safetensors", "steps.jsonl"} {
		if files[name], err = d.Read(r.Candidates[chosen.Taken].Policy, name); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// mean is how well answers agree with the reference answers.
func (r Rate) mean(answers []kind.Answer) (sum float64, err error) {
	for _, a := range answers {
		switch {
		case a.Known < 0:
			return 0, fmt.Errorf("prompt %s: no reference answer to compare learning rates by", a.Prompt)
		case a.Known == 1 || !r.Exact:
			sum += a.Known
		}
	}
	return sum / float64(max(1, len(answers))), nil
}

// Record adds the steps of the training that was taken, and what it was compared with.
func (r Rate) Record(s stage.Shelf, b *bench.Bench, at kind.Place, set *record.Set) error {
	list, err := stage.Lines[record.Rate](s, s.Own, "rate")
	if err != nil {
		return err
	}
	for _, x := range list {
		x.Seed, x.Arm, x.Iteration, x.Lang = at.Seed, at.Arm.Name, at.Iteration, at.Lang
		set.Rates = append(set.Rates, x)
	}
	return Train{}.Record(s, b, at, set)
}
