package run

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"congrad/eval/task"
	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/data"
)

// Check reports what a plan would be refused for, as far as that is known without weights: too few prompts, reference answers that are
// missing, and what does not fit into the model's context.
func Check(e *config.Experiment, b *bench.Bench, tasks []task.Task) error {
	p := &planner{Plan: &Plan{Experiment: e}, bench: b}
	return errors.Join(p.enoughPrompts(), p.development(), p.answersKnown(), WithinContext(e, b, tasks))
}

// enoughPrompts reports the language that runs short first: no iteration asks what another has asked, so a run needs
// prompts for all of them. Held-out prompts are "at most" so many, and never too few, but where there are none at all.
func (p *planner) enoughPrompts() error {
	e := p.Experiment
	if e.TasksOnly() {
		return nil
	}
	count := p.bench.Source.PreferenceCount
	fewest := slices.MinFunc(e.Languages.Seen, func(a, b string) int { return cmp.Compare(count(a), count(b)) })
	per, there := p.limited(e.Prompts.PerLanguage), count(fewest)
	if per*e.Iterations > there {
		return p.tooFew(per, fewest, there)
	}
	if !e.Trains() || p.bench.Source.Files() == nil { // the world holds out some of all that it has
		return nil
	}
	for _, code := range e.Languages.All() {
		if list, err := p.bench.Source.Held(e.Evaluate.Split, code, 1); err != nil || len(list) == 0 {
			return errors.Join(err, fmt.Errorf("no prompt in %s is held out for evaluate.split = %q (prompts.held_out = %g, prompts.dev = %g)", code, e.Evaluate.Split, e.Prompts.HeldOut, e.Prompts.Dev))
		}
	}
	return nil
}

// tooFew words the error: per prompts are wanted of every language in each iteration, and the language fewest has there in all.
func (p *planner) tooFew(per int, fewest string, there int) error {
	e, iterations, held, remedy := p.Experiment, "1 iteration", "", "Add prompts"
	if e.Iterations > 1 {
		iterations = fmt.Sprintf("%d iterations", e.Iterations)
	}
	files := p.bench.Source.Files() != nil
	if files && e.Evaluate.Path == "" && e.Prompts.HeldOut > 0 {
		held = fmt.Sprintf(" after holding out %g %% (prompts.held_out)", 100*e.Prompts.HeldOut)
	}
	if most := there / e.Iterations; most > 0 {
		remedy = fmt.Sprintf("Set per_language = %d", most)
		if files {
			remedy += ", or add prompts"
		}
	}
	return fmt.Errorf("prompts.per_language = %d needs %d prompts per language (%s); %s has %d%s. %s",
		per, per*e.Iterations, iterations, fewest, there, held, remedy)
}

// answersKnown reports prompts without the known answer that they are to be judged by.
func (p *planner) answersKnown() error {
	e := p.Experiment
	check := func(key, part string, languages []string) error {
		for _, code := range languages {
			if place := p.bench.Source.Unanswered(part, code); place != "" {
				return fmt.Errorf("%s: no reference answer, but %s = \"reference\" (%s) needs one; want \"self\", or an answer in every row", place, key, e.From(key))
			}
		}
		return nil
	}
	var wrong []error
	if e.Judge.Kind == "reference" && !e.TasksOnly() {
		wrong = append(wrong, check("judge.kind", data.PartPreference, e.Languages.Seen))
	}
	for _, a := range e.Arms {
		if !a.ReadsAnswers() {
			continue
		}
		for _, code := range a.Meets(e.Languages.Seen) {
			if place := p.bench.Source.Unanswered(data.PartPreference, code); place != "" {
				wrong = append(wrong, fmt.Errorf("%s: no reference answer, but the arm %q (select = %q) needs one; remove the arm, or give an answer in every row", place, a.Name, a.Select))
				break
			}
		}
	}
	if e.Evaluate.Judge == "reference" && e.Trains() {
		wrong = append(wrong, check("evaluate.judge", e.Evaluate.Split, e.Languages.All()))
	}
	return errors.Join(wrong...)
}
