package run

import (
	"errors"
	"fmt"
	"slices"

	"congrad/eval/task"
	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/kind/evaluation"
)

// mostListed is how many texts that are too long are listed; the others are counted.
const mostListed = 10

// WithinContext reports what an experiment asks that is longer than the model's context: prompts together with the answers that may
// follow them, prompts of a judge that is the model, and items of tasks. Nothing is cut. A server that judges has a context of its own.
func WithinContext(e *config.Experiment, b *bench.Bench, tasks []task.Task) error {
	c := within{e: e, b: b, context: b.Base.Context()}
	if c.context == 0 {
		return nil // the model's files do not say
	}
	c.bound = b.Chat.Bound()
	if e.RunsTasks() {
		for _, name := range e.Evaluate.Tasks {
			if t, ok := task.Find(tasks, name); ok {
				c.task(t)
			}
		}
	}
	if e.TasksOnly() {
		return c.err() // nothing is asked
	}
	if most := e.Generate.MaxTokens; most >= c.context {
		return fmt.Errorf("generate.max_tokens = %d (%s): the model's context has %d tokens, for prompt and answer together", most, e.From("generate.max_tokens"), c.context)
	}
	c.preference()
	if e.Trains() {
		c.held()
	}
	return c.err()
}

// within gathers texts that are too long.
type within struct {
	e       *config.Experiment
	b       *bench.Bench
	context int
	bound   func(text string) int // tokens at most
	list    []error
	count   int
}

// over notes a text of so many tokens; what says where it is and what it is.
func (c *within) over(where, what string, tokens int, room string) {
	if c.count++; len(c.list) >= mostListed {
		return
	}
	if where != "" {
		where += ": "
	}
	c.list = append(c.list, fmt.Errorf("%s%s has %d tokens%s; the model's context has %d", where, what, tokens, room, c.context))
}

// err is the list with the count and what helps.
func (c *within) err() error {
	if c.count == 0 {
		return nil
	}
	if rest := c.count - len(c.list); rest > 0 {
		c.list = append(c.list, fmt.Errorf("and %d more texts are longer than the context", rest))
	}
	remedy := "nothing is cut: shorten these texts or leave them out"
	if !c.e.TasksOnly() {
		remedy += fmt.Sprintf(", or lower generate.max_tokens = %d (%s)", c.e.Generate.MaxTokens, c.e.From("generate.max_tokens"))
	}
	return errors.Join(append(c.list, errors.New(remedy))...)
}

// preference are the prompts that answers are sampled to, of all seeds and iterations.
func (c *within) preference() {
	if !slices.ContainsFunc(c.e.Arms, config.Arm.MeetsPairs) {
		return
	}
	per := c.e.Prompts.PerLanguage
	if c.e.Limit > 0 {
		per = min(per, c.e.Limit)
	}
	asking := c.e.Iterations
	if c.b.Pairs != nil { // which take the place of the first
		asking--
	}
	seen := map[string]bool{}
	for _, lang := range c.e.Languages.Seen {
		for _, seed := range c.e.Seeds {
			list, err := c.b.Source.Preference(seed, lang, 1, per*asking)
			if err != nil {
				continue // too few prompts, see enoughPrompts
			}
			for _, q := range list {
				if !seen[q.ID] {
					seen[q.ID] = true
					c.prompt(q, c.e.Judge.Kind == "self")
				}
			}
		}
	}
}

// held are the prompts that are evaluated on, with a file's answers where the model judges those.
func (c *within) held() {
	per := c.e.Evaluate.PerLanguage
	if c.e.Limit > 0 {
		per = min(per, c.e.Limit)
	}
	judges := c.e.Evaluate.Judge == "self"
	for _, lang := range c.e.Languages.All() {
		list, err := c.b.Source.Held(c.e.Evaluate.Split, lang, per)
		if err != nil {
			continue // see enoughPrompts
		}
		for _, q := range list {
			c.prompt(q, judges)
			if c.b.Answers == nil || !judges {
				continue
			}
			answer, ok := c.b.Answers.To(q)
			if !ok || c.bound(q.Text+answer) <= c.context {
				continue
			}
			if ids, err := c.b.Chat.Judgement(q.Text, answer); err == nil && len(ids) > c.context {
				c.over(c.b.Answers.Place(q), fmt.Sprintf("the judge's prompt with the answer to %s", q.ID), len(ids), "")
			}
		}
	}
}

// prompt checks one prompt, with room for an answer, and the prompt of the judge about that answer.
func (c *within) prompt(q data.Prompt, judged bool) {
	answer := c.e.Generate.MaxTokens
	if c.bound(q.Text)+answer <= c.context {
		return
	}
	room := fmt.Sprintf(" with the %d of generate.max_tokens", answer)
	ids, err := c.b.Chat.Prompt(q.Text)
	if err != nil {
		return // the model has no chat, which is said elsewhere
	}
	switch n := len(ids); {
	case n > c.context:
		c.over(c.b.Source.Place(q.ID), "prompt "+q.ID, n, "")
	case n+answer > c.context:
		c.over(c.b.Source.Place(q.ID), "prompt "+q.ID, n+answer, room)
	case judged:
		if ids, err := c.b.Chat.Judgement(q.Text, ""); err == nil && len(ids)+answer > c.context {
			c.over(c.b.Source.Place(q.ID), "the judge's prompt about prompt "+q.ID, len(ids)+answer, room)
		}
	}
}

// task checks the items of a task.
func (c *within) task(t task.Task) {
	exam := c.b.Exams[t.Name]
	if t.Spec != nil && exam == nil {
		return // its files have not been read, which planning says
	}
	per := c.e.Evaluate.TaskItems
	if c.e.Limit > 0 {
		per = min(per, c.e.Limit)
	}
	for _, lang := range c.e.Languages.All() {
		for _, x := range evaluation.Longer(c.b, t, lang, per, c.context, c.bound) {
			place, room := "", ""
			if exam != nil {
				place = exam.Place(lang, x.Item)
			}
			if x.Answer > 0 {
				room = fmt.Sprintf(" with the %d of answer.max_tokens", x.Answer)
			}
			what := fmt.Sprintf("item %s of task %s", x.Item, t.Name)
			if t.Spec != nil && t.Spec.Shots.Number > 0 {
				what += fmt.Sprintf(", with its %d solved items,", t.Spec.Shots.Number)
			}
			c.over(place, what, x.Tokens+x.Answer, room)
		}
	}
}
