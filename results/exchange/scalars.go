package exchange

import (
	"cmp"
	"fmt"
	"slices"

	"congrad/harness/record"
	"congrad/results/outcome"
)

// training is what one model of a run says while it is trained: an arm's with one seed, and with one language where it has a model for each.
type training struct {
	arm, lang string
	seed      uint64
	steps     []record.Step
}

// name is "congrad", or "mono-de" of a model for one language.
func (t training) name() string {
	name := t.arm
	if t.lang != "" {
		name += "-" + t.lang
	}
	return name
}

// trainings are those of the study in its order.
func trainings(s *outcome.Study) (list []training) {
	at := map[string]int{}
	for _, step := range s.Set.Steps {
		k := fmt.Sprint(step.Seed, " ", len(step.Arm), step.Arm, step.Lang)
		i, ok := at[k]
		if !ok {
			i = len(list)
			at[k] = i
			list = append(list, training{arm: step.Arm, lang: step.Lang, seed: step.Seed})
		}
		list[i].steps = append(list[i].steps, step)
	}
	for _, t := range list {
		slices.SortStableFunc(t.steps, func(a, b record.Step) int {
			return cmp.Or(cmp.Compare(a.Iteration, b.Iteration), cmp.Compare(a.Step, b.Step))
		})
	}
	return list
}

// scalar is a named number of a step.
type scalar struct {
	name  string
	value float64
}

// scalars are the numbers of a step. Those of conflicts are there if the step's languages had any gradients to compare.
func scalars(s record.Step) []scalar {
	list := []scalar{
		{"train/loss", s.Loss},
		{"train/accuracy", s.Accuracy},
		{"train/margin", s.Margin},
		{"train/chosen_logp", s.Chosen},
		{"train/rejected_logp", s.Rejected},
		{"train/grad_norm", s.GradNorm},
		{"train/learning_rate", s.Rate},
		{"train/pairs", float64(s.Pairs)},
		{"train/tokens", float64(s.Tokens)},
	}
	if s.Languages > 1 {
		list = append(list, scalar{"train/conflicts", s.Conflicts}, scalar{"train/cosine", s.Cosine})
	}
	return list
}

// results are an arm's win rate and tax in every group of languages, over all seeds.
func results(s *outcome.Study, arm string) (list []scalar) {
	for _, g := range s.Groups() {
		for _, r := range readings(s, arm, g) {
			list = append(list, scalar{"eval/" + r.measure + "/" + g.Name, r.estimate.Mean})
		}
	}
	return list
}
