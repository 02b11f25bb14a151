package config

import (
	"reflect"
	"slices"
	"strings"

	"congrad/harness/suggest"
)

// Claim is a statement that the run answers with a verdict. It says beforehand what is measured, which side is expected, and which
// difference is too small to matter. It changes nothing that is computed before the verdict.
type Claim struct {
	Text      string   `toml:"text"`
	Measure   string   `toml:"measure"`
	Task      string   `toml:"task"`  // alignment tax: empty for all tasks together
	Arms      []string `toml:"arms"`  // the claim is about the first minus the second; one alone is compared with the reference arm
	Group     string   `toml:"group"` // a group's name, or a language's code
	Direction string   `toml:"direction"`
	Effect    float64  `toml:"effect"` // smallest difference of interest, in the measure's unit
}

// Decisions is the measure that needs no second arm: the share of pairs on which compressed gradients decide otherwise than exact ones.
const Decisions = "decisions"

// Compares names the two arms whose difference the claim is about: the first minus the other. The other is the experiment's reference
// where the claim names one arm, and empty where the measure needs none.
func (c Claim) Compares(reference string) (arm, other string) {
	switch {
	case len(c.Arms) > 1:
		return c.Arms[0], c.Arms[1]
	case c.Measure == Decisions:
		return c.Arms[0], ""
	}
	return c.Arms[0], reference
}

// bindClaims reads the tables [[claims]].
func (b *binder) bindClaims(raw map[string]any, e *Experiment) {
	list, err := tables(raw["claims"])
	if err != nil {
		b.report("claims", "want a table [[claims]] for each claim, or a list of inline tables: %v", err)
		return
	}
	if len(list) == 0 {
		return
	}
	e.Claims = make([]Claim, len(list))
	for i, table := range list {
		b.bind("claims["+itoa(i)+"]", "claims", table, reflect.ValueOf(&e.Claims[i]).Elem(), reflect.Value{})
	}
}

// checkClaims reports claims that the experiment cannot answer, and duplicates.
func (b *binder) checkClaims(e *Experiment, w World) {
	tasks := e.taskNames()
	for i, c := range e.Claims {
		key := "claims[" + itoa(i) + "]"
		if b.sound("languages") {
			b.checkGroup(key+".group", c.Group, e.Languages)
		}
		if b.sound(key+".arms", key+".measure", "evaluate.reference") && b.soundArms(e, "name", "select", "policy", "train.epochs") {
			b.checkClaimArms(key, c, e)
		}
		switch of := family(c.Measure); {
		case !b.sound(key+".measure", key+".task", key+".group", "evaluate.tasks", "languages") || !b.soundArms(e, "select", "train.epochs"):
		case c.Measure == Decisions:
			b.checkDecisions(key, c, e)
		case !e.Trains():
			b.report(key, "no arm is trained, so there is nothing to compare")
		case of == ofTax && len(tasks) == 0:
			b.report(key+".measure", "%q belongs to the alignment tax, but evaluate.tasks is empty", c.Measure)
		case ofSamples(c.Measure) && e.Evaluate.Samples == 0 && b.sound("evaluate.samples"):
			b.report(key+".measure", "%q needs sampled answers, but evaluate.samples is 0", c.Measure)
		case of != ofTax && c.Task != "":
			b.report(key+".task", "%q is over the evaluation's prompts and has no task", c.Measure)
		case of == ofAnswers && !e.answersKnown():
			b.report(key+".measure", "%q needs reference answers, but the prompts' file has no column of them (prompts.columns.answer)", c.Measure)
		case c.Task != "" && !slices.Contains(tasks, c.Task):
			b.report(key+".task", "%q: no task of this experiment%s (%s)", c.Task, suggest.DidYouMean(c.Task, tasks), strings.Join(tasks, ", "))
		case of == ofTax:
			b.checkTaskMeasure(key, taskMeasure{c.Group, c.Measure, c.Task}, tasks, e.Languages, w)
		}
		if b.sound(key+".measure", key+".effect") && c.Measure != "bits per byte" && c.Effect >= 1 {
			b.report(key+".effect", "%g: want a difference of shares, below 1; 5 %% is written 0.05", c.Effect)
		}
		b.checkTwice(key, i, e)
	}
}

// What a measure needs.
const (
	ofWins    = iota // greedy answers and an opponent
	ofAnswers        // reference answers
	ofTax            // tasks
)

// sampled begins the measures of sampled answers, which are those of greedy ones otherwise.
const sampled = "sampled "

func ofSamples(measure string) bool { return strings.HasPrefix(measure, sampled) }

func family(measure string) int {
	switch measure = strings.TrimPrefix(measure, sampled); {
	case strings.HasPrefix(measure, "win rate"), measure == Decisions:
		return ofWins
	case measure == "exact":
		return ofAnswers
	}
	return ofTax
}

// answersKnown reports whether held-out prompts may have reference answers.
func (e *Experiment) answersKnown() bool {
	return e.Prompts.Source != "files" || e.Evaluate.Path == "" && e.Prompts.Columns.Answer != "" || e.Evaluate.Path != "" && e.Evaluate.Columns.Answer != ""
}

// checkClaimArms reports arms that do not exist or whose difference is not measured.
func (b *binder) checkClaimArms(key string, c Claim, e *Experiment) {
	var names []string
	for _, a := range e.Arms {
		names = append(names, a.Name)
	}
	at := key + ".arms"
	if len(c.Arms) > 2 {
		b.report(at, "want two arms, the claim being about the first minus the second, or one arm, which is compared with the reference arm; got %d", len(c.Arms))
		return
	}
	for i, name := range c.Arms {
		a := e.FindArm(name)
		if a == nil {
			b.report(at, "the %s entry, %q: no such arm%s", nth(i), name, suggest.DidYouMean(name, names))
			return
		}
		codes := e.Languages.members(c.Group)
		if without := slices.IndexFunc(codes, func(code string) bool { return a.Mono() && !slices.Contains(e.Languages.Seen, code) }); without >= 0 {
			b.report(at, "the %s entry, %q: has one model per seen language and none for %s, so it has no number for %s", nth(i), name, codes[without], c.Group)
		}
	}
	if len(c.Arms) == 2 || c.Measure == Decisions {
		return
	}
	switch {
	case e.Evaluate.Reference == "":
		b.report(at, "names one arm, but the experiment has no reference arm to compare it with; name two")
	case e.Evaluate.Reference == c.Arms[0]:
		b.report(at, "%q is the reference arm itself; name the arm that it is compared with too", c.Arms[0])
	}
}

// checkDecisions reports claims about compression that compare nothing.
func (b *binder) checkDecisions(key string, c Claim, e *Experiment) {
	if !b.sound(key+".arms", key+".direction") {
		return
	}
	a := e.FindArm(c.Arms[0])
	switch {
	case len(c.Arms) > 1:
		b.report(key+".arms", "%q compares one arm's decisions with those of exact gradients; name one arm", c.Measure)
	case c.Direction != "within":
		b.report(key+".direction", "%q: a share of other decisions has one side only; want \"within\"", c.Direction)
	case c.Task != "":
		b.report(key+".task", "%q is about pairs and has no task", c.Measure)
	case a == nil: // reported with the arms
	case !a.ComparesExact():
		b.report(key+".arms", "%q compares no compressed gradients with exact ones: that takes a selector that reads gradients before training, a sketch, and congrad.fidelity_pairs above 0", a.Name)
	case !slices.ContainsFunc(e.Languages.members(c.Group), func(code string) bool { return slices.Contains(a.Meets(e.Languages.Seen), code) }):
		b.report(key+".group", "%q: %s has no pairs in these languages", c.Group, a.Name)
	}
}

// checkTwice reports a claim that asks what an earlier one asks.
func (b *binder) checkTwice(key string, i int, e *Experiment) {
	if !b.sound("claims", "evaluate.reference") {
		return
	}
	same := func(q Claim) bool {
		p := e.Claims[i]
		arm, other := p.Compares(e.Evaluate.Reference)
		one, two := q.Compares(e.Evaluate.Reference)
		return p.Measure == q.Measure && p.Task == q.Task && arm == one && other == two && p.Group == q.Group && p.Direction == q.Direction
	}
	if first := slices.IndexFunc(e.Claims[:i], same); first >= 0 {
		b.report(key, "is a duplicate: %s asks the same question", b.place("claims["+itoa(first)+"]"))
	}
}
