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
	"congrad/harness/kind"
)

// Check reports what a plan would be refused for, as far as that is known without weights: too few prompts, reference answers that are
// missing, and what does not fit into the model's context.
func Check(e *config.Experiment, b *bench.Bench, tasks []task.Task) error {
	p := &planner{Plan: &Plan{Experiment: e}, bench: b}
	return errors.Join(p.enoughPrompts(), p.development(), p.answersKnown(), p.givenFit(), WithinContext(e, b, tasks))
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
	if asking := p.asking(e.Iterations); per*asking > there {
		return p.tooFew(per, asking, fewest, there)
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

// givenFit reports given pairs that are longer than the model's context, or that prefer nothing.
func (p *planner) givenFit() error {
	e := p.Experiment
	if p.bench.Pairs == nil || e.TasksOnly() {
		return nil
	}
	seen := map[string]bool{}
	var list []data.Preference
	for _, seed := range e.Seeds {
		for _, lang := range e.Languages.Seen {
			for _, x := range p.bench.Pairs.Drawn(seed, lang, p.givenPer()) {
				if !seen[x.ID()] {
					seen[x.ID()] = true
					list = append(list, x)
				}
			}
		}
	}
	_, err := kind.Given(p.bench, list, 0)
	return err
}

// tooFew words the error: per prompts are wanted of every language in each of so many iterations, and the language fewest has there in all.
func (p *planner) tooFew(per, asking int, fewest string, there int) error {
	e, iterations, held, remedy := p.Experiment, "1 iteration", "", "Add prompts"
	if asking > 1 {
		iterations = fmt.Sprintf("%d iterations", asking)
	}
	files := p.bench.Source.Files() != nil
	if files && e.Evaluate.Path == "" && e.Prompts.HeldOut > 0 {
		held = fmt.Sprintf(" after holding out %g %% (prompts.held_out)", 100*e.Prompts.HeldOut)
	}
	if most := there / asking; most > 0 {
		remedy = fmt.Sprintf("Set per_language = %d", most)
		if files {
			remedy += ", or add prompts"
		}
	}
	return fmt.Errorf("prompts.per_language = %d needs %d prompts per language (%s); %s has %d%s. %s",
		per, per*asking, iterations, fewest, there, held, remedy)
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
