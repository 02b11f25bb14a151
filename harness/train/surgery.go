package train

import (
	"math"
	"slices"
	"strconv"

	"congrad/harness/method"
	"congrad/harness/nn"
	"congrad/harness/rng"

	"gonum.org/v1/gonum/mat"
)

// Surgery takes one gradient per language in each optimiser step and the weighted sum that an aggregator makes of them
// (Yu et al. 2020; over languages, Wang et al. 2021), in place of the gradient of the whole batch.
//
// The batch is what training without surgery would take. It may lack languages: the aggregator gets the gradients of the
// K that are there. With a batch of the weight B, the number of its pairs if each weighs w = 1, language k's is
//
//	g_k = K · Σ_i w_i ∇loss_i / B, over its pairs i:
//
// its share of the batch's mean loss, times K. So the mean of the g_k is the gradient of the batch: `mean` is training
// without surgery, `sum` the same with a gradient K times as long (which Adam hardly sees, but clipping does), and methods
// that average what they have made of each gradient (PCGrad, GradVac, UPGrad, ...) depart from it only where they mend
// something. The gradient of the mean loss over a language's own pairs would weigh languages alike in the batch as well, and
// what surgery does could not be told from that.
type Surgery struct {
	Aggregator method.Aggregator
	Languages  int       // of the study
	State      []float64 // [languages, languages] what a Stateful aggregator goes on from; nil starts afresh
}

// Combined is what a step of surgery reports; a language pair is two languages that both have pairs and gradients in the step.
type Combined struct {
	Languages int       // with pairs in the step; 0 without surgery
	Conflicts float64   // share of the language pairs with a cosine below zero
	Cosine    float64   // mean over the language pairs
	State     []float64 // what the aggregator goes on from, see Surgery
}

// surgeon works on the steps of one training run.
type surgeon struct {
	Surgery
	settings Settings
	trainer  *nn.Trainer
	stack    *nn.GradientStack
	layout   Layout
	seed     uint64
	round    string
}

// newSurgeon is for training on pairs, of which there are some. Blocks hold the pairs that a language has in a full step
// where all have equally many: fewer would keep the device waiting, more would be padding.
func (s Settings) newSurgeon(t *nn.Trainer, c course, pairs []Pair, seed uint64, round string) *surgeon {
	slots := min(c.full, len(byLanguage(pairs)))
	return &surgeon{
		Surgery: *s.Surgery, settings: s, trainer: t, stack: t.NewGradientStack(slots), layout: c.room((c.full + slots - 1) / slots), seed: seed, round: round,
	}
}

// accumulate makes the combined gradient of the batch's languages the trainer's.
func (s *surgeon) accumulate(batch []Pair, step *Step) error {
	groups := byLanguage(batch)
	step.total = total(batch)
	scale := float64(len(groups)) / step.total
	var present []int
	for _, members := range groups {
		present = append(present, batch[members[0]].Language)
		if err := s.settings.accumulate(s.trainer, batch, members, s.layout, scale, step); err != nil {
			return err
		}
		if err := s.stack.Push(); err != nil {
			return err
		}
	}
	gram, err := s.stack.Gram()
	if err != nil {
		return err
	}
	if err := Diverged(step.Loss, math.Sqrt(mat.Trace(gram))); err != nil {
		return err
	}
	stream := rng.Stream(s.seed, "aggregator of a step", s.round, strconv.Itoa(step.Step))
	w, err := method.ConsensusAmong(s.Aggregator, gram, present, s.Languages, s.State, stream)
	if err != nil {
		return err
	}
	s.State = w.State
	step.Surgery = combined(gram)
	step.Surgery.State = w.State
	return s.stack.Combine(w.Weights)
}

// byLanguage are the indices of the pairs of each language that has some, by language.
func byLanguage(pairs []Pair) [][]int {
	var groups [][]int
	for i, p := range pairs {
		at, there := slices.BinarySearchFunc(groups, p.Language, func(g []int, l int) int { return pairs[g[0]].Language - l })
		if !there {
			groups = slices.Insert(groups, at, nil)
		}
		groups[at] = append(groups[at], i)
	}
	return groups
}

// combined reads off the Gram matrix of the languages' gradients how they lie to each other.
func combined(gram *mat.SymDense) Combined {
	unit, lengths := method.Unit(gram)
	c, compared := Combined{Languages: len(lengths)}, 0.0
	for i := range lengths {
		for j := range i {
			if lengths[i] == 0 || lengths[j] == 0 {
				continue
			}
			compared++
			c.Cosine += unit.At(i, j)
			if unit.At(i, j) < 0 {
				c.Conflicts++
			}
		}
	}
	c.Cosine /= max(1, compared)
	c.Conflicts /= max(1, compared)
	return c
}
