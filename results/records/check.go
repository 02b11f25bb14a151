package records

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"congrad/harness/record"
)

// maxFaults keeps the message of a broken set readable.
const maxFaults = 10

// faults collects what is wrong with a set, each with its coordinates.
type faults struct {
	study *Study
	found []error
	more  int
}

func (f *faults) add(format string, args ...any) {
	if len(f.found) == maxFaults {
		f.more++
		return
	}
	f.found = append(f.found, fmt.Errorf(format, args...))
}

// at checks the coordinates of a record; lang is empty for records that have none, and several with spaces between for those of a model of
// a group.
func (f *faults) at(where fmt.Stringer, kind, arm, lang string) {
	if _, ok := f.study.armAt[arm]; !ok {
		f.add("%s: %s: the study has no arm %q", kind, where, arm)
	}
	for _, code := range strings.Fields(lang) {
		if _, ok := f.study.langAt[code]; !ok {
			f.add("%s: %s: the study has no language %q", kind, where, code)
		}
	}
}

// finite refuses NaN and infinities: one of them would spread through every mean that it enters.
func (f *faults) finite(where fmt.Stringer, kind string, values ...float64) {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			f.add("%s: %s: contains the number %v", kind, where, v)
			return
		}
	}
}

// named is what has a name in place of coordinates.
type named string

func (n named) String() string { return string(n) }

// key names a record within its kind. Fields that a kind lacks stay empty.
type key struct {
	seed       uint64
	arm, lang  string
	iteration  int
	task, item string
	number     int
	texts      [2]string // distinguish pairs of one prompt; too long to print
}

func (k key) String() string {
	text := fmt.Sprintf("seed %d, arm %s", k.seed, k.arm)
	if k.iteration > 0 {
		text += fmt.Sprintf(", iteration %d", k.iteration)
	}
	for _, part := range [][2]string{{"language", k.lang}, {"task", k.task}, {"item", k.item}} {
		if part[1] != "" {
			text += ", " + part[0] + " " + part[1]
		}
	}
	if k.number > 0 {
		text += fmt.Sprintf(", number %d", k.number)
	}
	return text
}

// each checks coordinates and numbers of the records of one kind, which are in order, and that there are no duplicates.
func each[T any](f *faults, kind string, records []T, keyOf func(*T) key, numbers func([]float64, *T) []float64) {
	var last key
	var values []float64
	for i := range records {
		k := keyOf(&records[i])
		if i > 0 && k == last {
			f.add("%s: %s: recorded twice", kind, k)
		}
		if known := i > 0 && k.arm == last.arm && k.lang == last.lang; !known || len(f.found) > 0 {
			f.at(k, kind, k.arm, k.lang)
		}
		last = k
		values = numbers(values[:0], &records[i])
		if !allFinite(values) {
			f.finite(k, kind, values...)
		}
	}
}

func allFinite(values []float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// bases checks that every seed starts from one model.
func (f *faults) bases(s *Study) {
	times := map[uint64]int{}
	for _, b := range s.Bases {
		for _, seed := range b.Seeds {
			times[seed]++
		}
	}
	for _, seed := range s.Seeds {
		if len(s.Bases) > 0 && times[seed] != 1 {
			f.add("study: seed %d starts from %d of the bases, want one", seed, times[seed])
		}
	}
}

func (s *Study) check() error {
	f := &faults{study: s}
	if len(s.armAt) < len(s.Arms) {
		f.add("study: an arm is declared twice")
	}
	if len(s.langAt) < len(s.Languages) {
		f.add("study: a language is declared twice")
	}
	f.bases(s)
	for _, w := range s.Sweeps {
		if len(w.Values) != len(w.Arms) {
			f.add("study: the sweep of %s has %d values for %d arms", w.Key, len(w.Values), len(w.Arms))
		}
		for _, a := range w.Arms {
			if _, ok := s.armAt[a]; !ok {
				f.add("study: the sweep of %s: the study has no arm %q", w.Key, a)
			}
		}
		f.finite(named("the sweep of "+w.Key), "study", w.Values...)
	}
	for _, role := range []struct{ what, name string }{{"baseline", s.Baseline}, {"reference", s.Study.Reference}} {
		if role.name != "" && s.Arm(role.name) == nil {
			f.add("study: the %s: the study has no arm %q", role.what, role.name)
		}
	}
	each(f, "answers", s.Set.Answers, func(r *record.Answer) key {
		return key{seed: r.Seed, arm: r.Arm, lang: r.Lang, iteration: r.Iteration, item: r.Prompt, number: r.Sample}
	}, func(v []float64, r *record.Answer) []float64 { return append(v, r.Score, r.Known) })
	each(f, "pairing", s.Set.Pairing, func(r *record.Pairing) key {
		return key{seed: r.Seed, arm: r.Arm, lang: r.Lang, iteration: r.Iteration}
	}, func(v []float64, _ *record.Pairing) []float64 { return v })
	each(f, "pairs", s.Set.Pairs, func(r *record.Pair) key {
		return key{
			seed: r.Seed, arm: r.Arm, lang: r.Lang, iteration: r.Iteration,
			item: r.Prompt, texts: [2]string{r.Chosen, r.Rejected},
		}
	}, func(v []float64, r *record.Pair) []float64 { return append(v, r.Gap, r.KnownGap, r.Score) })
	each(f, "steps", s.Set.Steps, func(r *record.Step) key {
		return key{seed: r.Seed, arm: r.Arm, lang: r.Lang, iteration: r.Iteration, number: r.Step}
	}, func(v []float64, r *record.Step) []float64 {
		return append(v, r.Loss, r.Accuracy, r.Margin, r.Chosen, r.Rejected, r.GradNorm, r.Rate)
	})
	f.evaluations("evaluation", s.Set.Evaluations)
	f.evaluations("trials", s.Set.Trials)
	each(f, "drift", s.Set.Drift, func(r *record.Drift) key {
		return key{seed: r.Seed, arm: r.Arm, iteration: r.Iteration, lang: r.Lang, item: r.Prompt, number: r.Sample}
	}, func(v []float64, r *record.Drift) []float64 { return append(v, r.Nats, r.StartNats) })
	each(f, "matched", s.Set.Matched, func(r *record.Matched) key {
		return key{seed: r.Seed, arm: r.Arm, iteration: r.Iteration}
	}, func(v []float64, r *record.Matched) []float64 { return append(v, r.Target, r.Drift) })
	each(f, "choices", s.Set.Choices, func(r *record.Choice) key {
		return key{seed: r.Seed, arm: r.Arm, lang: r.Lang, task: r.Task, item: r.Item}
	}, func(v []float64, r *record.Choice) []float64 { return append(v, r.LogLikelihoods...) })
	each(f, "passages", s.Set.Passages, func(r *record.Passage) key {
		return key{seed: r.Seed, arm: r.Arm, lang: r.Lang, task: r.Task, item: r.Item}
	}, func(v []float64, r *record.Passage) []float64 { return append(v, r.Bits) })
	each(f, "replies", s.Set.Replies, func(r *record.Reply) key {
		return key{seed: r.Seed, arm: r.Arm, lang: r.Lang, task: r.Task, item: r.Item}
	}, func(v []float64, _ *record.Reply) []float64 { return v })
	for i := range s.Set.Fidelity {
		r := &s.Set.Fidelity[i]
		k := key{seed: r.Seed, arm: r.Arm, lang: r.Lang, iteration: r.Iteration, item: r.Prompt}
		f.at(k, "fidelity", r.Arm, r.Lang)
		f.finite(k, "fidelity", r.Exact, r.Sketched)
	}
	for i := range s.Set.Consensus {
		f.consensus(&s.Set.Consensus[i])
	}
	f.published()
	if f.more > 0 {
		f.found = append(f.found, fmt.Errorf("and %d more of this kind", f.more))
	}
	return errors.Join(f.found...)
}

// consensus checks that the Gram matrices are square and fit the languages. MeanGram and KeptGram may be missing altogether. A
// scoring round has no number, so several of one iteration are no fault.
func (f *faults) consensus(c *record.Consensus) {
	k := key{seed: c.Seed, arm: c.Arm, iteration: c.Iteration}
	f.at(k, "consensus", c.Arm, "")
	for _, l := range c.Languages {
		f.at(k, "consensus", c.Arm, l)
	}
	f.finite(k, "consensus", c.Weights...)
	f.finite(k, "consensus", c.Thresholds...)
	f.finite(k, "consensus", c.Squares...)
	f.gram(k, "gram", c.Gram, len(c.Languages))
	if len(c.MeanGram) > 0 {
		f.gram(k, "mean_gram", c.MeanGram, len(c.Languages))
	}
	if len(c.KeptGram) > 0 {
		f.gram(k, "kept_gram", c.KeptGram, len(c.Languages))
	}
}

func (f *faults) gram(k key, name string, m [][]float64, languages int) {
	if len(m) != languages {
		f.add("consensus: %s: %s has %d rows for %d languages", k, name, len(m), languages)
	}
	for i, row := range m {
		if len(row) != len(m) {
			f.add("consensus: %s: %s[%d] has %d columns instead of %d", k, name, i, len(row), len(m))
		}
		f.finite(k, "consensus "+name, row...)
	}
}

// evaluations checks answers to held-out prompts.
func (f *faults) evaluations(kind string, list []record.Evaluation) {
	of := func(r *record.Evaluation) key {
		return key{seed: r.Seed, arm: r.Arm, iteration: r.Iteration, lang: r.Lang, item: r.Prompt, number: r.Sample}
	}
	each(f, kind, list, of, numbers)
	for i := range list {
		if r := &list[i]; r.Win < 0 || r.Win > 1 {
			f.add("%s: %s: a win of %v, want 0 to 1", kind, of(r), r.Win)
		}
	}
}

// numbers are those of an evaluation, which have to be finite.
func numbers(list []float64, e *record.Evaluation) []float64 {
	list = append(list, e.Known, e.Opponent, e.Win, e.Score, e.OpponentScore)
	if e.Verdict != nil {
		list = append(list, e.Verdict.First, e.Verdict.Second)
	}
	return list
}

// published checks that every number from elsewhere can be compared with something.
func (f *faults) published() {
	for i, p := range f.study.Published {
		if _, ok := f.study.armAt[p.Arm]; !ok {
			f.add("study: published number %d: the study has no arm %q", i+1, p.Arm)
		}
		if _, ok := f.study.Find(p.Languages); !ok {
			f.add("study: published number %d: the study has no languages %q", i+1, p.Languages)
		}
		if p.Task != "" && !slices.ContainsFunc(f.study.Tasks, func(t record.Task) bool { return t.Name == p.Task }) {
			f.add("study: published number %d: the study has no task %q", i+1, p.Task)
		}
		if (p.Low == nil) != (p.High == nil) {
			f.add("study: published number %d: has only one end of an interval", i+1)
		}
	}
}
