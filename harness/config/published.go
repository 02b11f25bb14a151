package config

import (
	"math"
	"reflect"
	"slices"
	"strings"

	"congrad/harness/suggest"
)

// Published is a number from elsewhere, a paper or an earlier run, that reports set beside this experiment's own. It changes
// nothing that is computed.
type Published struct {
	Arm       string  `toml:"arm"`
	Languages string  `toml:"languages"` // a group's name, or a language's code
	Measure   string  `toml:"measure"`
	Task      string  `toml:"task"` // empty for all tasks together
	Value     float64 `toml:"value"`
	Low       float64 `toml:"low"` // NaN where no interval is given
	High      float64 `toml:"high"`
	Source    string  `toml:"source"`
}

// Bounded reports whether the number has an interval.
func (p Published) Bounded() bool { return !math.IsNaN(p.Low) && !math.IsNaN(p.High) }

// bindPublished reads the tables [[published]].
func (b *binder) bindPublished(raw map[string]any, e *Experiment) {
	list, err := tables(raw["published"])
	if err != nil {
		b.report("published", "want a table [[published]] for each number, or a list of inline tables: %v", err)
		return
	}
	if len(list) == 0 {
		return
	}
	e.Published = make([]Published, len(list))
	for i, table := range list {
		b.bind("published["+itoa(i)+"]", "published", table, reflect.ValueOf(&e.Published[i]).Elem(), reflect.Value{})
	}
}

// checkPublished reports numbers that stand beside nothing, that cannot be what they say they are, or that stand there twice.
func (b *binder) checkPublished(e *Experiment, w World) {
	var arms []string
	for _, a := range e.Arms {
		arms = append(arms, a.Name)
	}
	tasks := e.taskNames()
	for i, p := range e.Published {
		key := "published[" + itoa(i) + "]"
		if b.soundArms(e, "name") && !slices.Contains(arms, p.Arm) {
			b.report(key+".arm", "%q: no such arm%s", p.Arm, suggest.DidYouMean(p.Arm, arms))
		}
		if b.sound("languages") {
			b.checkGroup(key+".languages", p.Languages, e.Languages)
		}
		rate := p.Measure == "win rate" || p.Measure == "win rate at equal length"
		switch {
		case !b.sound(key+".measure", key+".task", "evaluate.tasks", "languages") || !b.soundArms(e, "select", "train.epochs"):
		case !e.Trains():
			b.report(key, "no arm is trained, so there is no result to compare it with")
		case rate && p.Task != "":
			b.report(key+".task", "a win rate is over the evaluation's prompts and has no task")
		case !rate && len(tasks) == 0:
			b.report(key+".measure", "%q belongs to the alignment tax, but evaluate.tasks is empty", p.Measure)
		case p.Task != "" && !slices.Contains(tasks, p.Task):
			b.report(key+".task", "%q: no task of this experiment%s (%s)", p.Task, suggest.DidYouMean(p.Task, tasks), strings.Join(tasks, ", "))
		case !rate:
			b.checkTaskMeasure(key, taskMeasure{p.Languages, p.Measure, p.Task}, tasks, e.Languages, w)
		}
		if b.sound(key+".value", key+".low", key+".high", key+".measure") {
			b.checkPublishedValue(key, p)
		}
		same := func(q Published) bool {
			return p.Arm == q.Arm && p.Languages == q.Languages && p.Measure == q.Measure && p.Task == q.Task && p.Source == q.Source
		}
		if first := slices.IndexFunc(e.Published[:i], same); first >= 0 && b.sound("published") {
			b.report(key, "is a duplicate: %s gives the same number from the same source", b.place("published["+itoa(first)+"]"))
		}
	}
}

// checkPublishedValue reports percentages and intervals that do not hold their number.
func (b *binder) checkPublishedValue(key string, p Published) {
	share := p.Measure != "bits per byte"
	for _, v := range []struct {
		key   string
		value float64
	}{{"value", p.Value}, {"low", p.Low}, {"high", p.High}} {
		if share && v.value > 1 {
			b.report(key+"."+v.key, "%g: want a share between 0 and 1; %g %% is written %g", v.value, v.value, v.value/100)
		}
	}
	switch {
	case math.IsNaN(p.Low) != math.IsNaN(p.High):
		b.report(key, "give both ends of the interval (low and high), or neither")
	case share && (p.Value > 1 || p.Low > 1 || p.High > 1): // said already
	case p.Bounded() && (p.Low > p.Value || p.Value > p.High):
		b.report(key+".value", "%g is outside its own interval, %g to %g", p.Value, p.Low, p.High)
	}
}
