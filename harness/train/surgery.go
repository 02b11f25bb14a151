package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"congrad/harness/method"
	"congrad/harness/model"
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
	Scope      string    // of model.Scopes: the parts of the weights in each of which gradients are combined by themselves; empty: the whole model
	State      []float64 // [parts, languages, languages] what a Stateful aggregator goes on from; nil starts afresh
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
	parts    []int // of the trainer's weights
	layout   Layout
	seed     uint64
	round    string
}

// newSurgeon is for training on pairs, of which there are some. Blocks hold the pairs that a language has in a full step
// where all have equally many: fewer would keep the device waiting, more would be padding.
func (s Settings) newSurgeon(t *nn.Trainer, c course, pairs []Pair, seed uint64, round string) *surgeon {
	slots := min(c.full, len(byLanguage(pairs)))
	return &surgeon{
		Surgery: *s.Surgery, settings: s, trainer: t, stack: t.NewGradientStack(slots), parts: model.Parts(t.Shapes(), s.Surgery.Scope), layout: c.room((c.full + slots - 1) / slots), seed: seed, round: round,
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
	grams, err := s.stack.Grams(s.parts)
	if err != nil {
		return err
	}
	whole := mat.NewSymDense(len(groups), nil)
	for _, gram := range grams {
		whole.AddSym(whole, gram)
	}
	if err := Diverged(step.Loss, math.Sqrt(mat.Trace(whole))); err != nil {
		return err
	}
	weights, err := s.weights(grams, present, rng.Stream(s.seed, "aggregator of a step", s.round, strconv.Itoa(step.Step)))
	if err != nil {
		return err
	}
	step.Surgery = combined(whole)
	step.Surgery.State = s.State
	return s.stack.Combine(s.parts, weights)
}

// weights are those of the gradients of the present languages in each part [parts][present], of which grams are the Gram matrices.
func (s *surgeon) weights(grams []*mat.SymDense, present []int, stream *rand.Rand) ([][]float64, error) {
	var weights [][]float64
	var state []float64
	for k, gram := range grams {
		var own []float64
		if n := s.Languages * s.Languages; s.State != nil {
			own = s.State[k*n : (k+1)*n]
		}
		w, err := method.ConsensusAmong(s.Aggregator, gram, present, s.Languages, own, stream)
		if err != nil {
			return nil, err
		}
		weights, state = append(weights, w.Weights), append(state, w.State...)
	}
	s.State = state
	return weights, nil
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
