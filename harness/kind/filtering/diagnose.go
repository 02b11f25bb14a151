package filtering

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/kind"
	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/nn"
	"congrad/harness/sketch"
	"congrad/harness/stage"
	"congrad/harness/suggest"
	"congrad/harness/train"
)

// Diagnosis says how K languages get on in the first step of the filter.
type Diagnosis struct {
	Languages []string
	Pairs     []int       // [K] of each language
	Gram      [][]float64 // [K, K] of the mean gradients
	Cosines   [][]float64 // [K, K]
	Squares   []float64   // [K] mean square length of the pairs' gradients
	Against   []int       // [K] pairs whose gradient is against the consensus
	Others    []float64   // [K] share of pairs whose gradient is against the mean direction of the other languages
	Trimmed   int         // answers that the model's chat template trims
}

// Diagnose takes the first step of an arm's filter with pairs that a user brings: gradients of the arm's loss at the model, which is
// its own reference, their consensus, and how the pairs lie to it. Nothing is trained and nothing is stored. The seen languages of the
// experiment are those of the pairs.
func Diagnose(ctx context.Context, b *bench.Bench, x *config.Experiment, arm config.Arm, pairs []data.Preference, line stage.Line) (Diagnosis, error) {
	codes := x.Languages.Seen
	var d Diagnosis
	m, err := materialOf(b, pairs, codes, x.Batch.Tokens/2)
	if err != nil {
		return d, err
	}
	host, err := b.Base.Load()
	if err != nil {
		return d, err
	}
	w, err := b.Engine.Upload(host)
	if err != nil {
		return d, err
	}
	defer w.Free()
	r := RoundOf(arm, method.ReadsConsensus)
	r.Languages, r.Seed, r.Iteration, r.Batch = codes, x.Seeds[0], 1, x.Batch.Tokens
	line.Expect(2 * len(m.units)) // log-probs first
	if m.margins, err = r.ownMargins(ctx, b, w, m.units, line); err != nil {
		return d, err
	}
	round := sketch.NewGatherer(m.language, codes, r.weights(), r.Seed, r.name())
	means := sketch.NewGatherer(m.language, codes, sketch.Mean, r.Seed, r.name())
	if _, err = r.sketched(ctx, line, b, w, m, gatherers{round, means}, nil); err != nil {
		return d, err
	}
	scores, err := ScoringOf(arm.ConGrad).score(round.Round(), r)
	if err != nil {
		return d, err
	}
	d = diagnosis(means.Round(), scores, codes)
	for _, p := range pairs {
		for _, answer := range []string{p.Chosen, p.Rejected} {
			if b.Chat.Trims(answer) {
				d.Trimmed++
			}
		}
	}
	return d, nil
}

// gatherers gather the same sketches.
type gatherers []*sketch.Gatherer

// Add takes in the next stretch of all pairs' sketches [n, stretch].
func (g gatherers) Add(sketches [][]float32) error {
	for _, one := range g {
		if err := one.Add(sketches); err != nil {
			return err
		}
	}
	return nil
}

// Sums are the numbers of all, one after the other.
func (g gatherers) Sums() (list [][]float64) {
	for _, one := range g {
		list = append(list, one.Sums()...)
	}
	return list
}

// materialOf lays pairs out for the device. A row longer than longest tokens is an error: how a cut answer's gradient points says
// nothing of the whole one's.
func materialOf(b *bench.Bench, pairs []data.Preference, codes []string, longest int) (material, error) {
	m := material{language: make([]int, len(pairs))}
	for i, p := range pairs {
		if m.language[i] = slices.Index(codes, p.Lang); m.language[i] < 0 {
			return m, fmt.Errorf("%s: the language %q is not among those compared: %s%s", p.Place(), p.Lang, strings.Join(codes, ", "), suggest.DidYouMean(p.Lang, codes))
		}
	}
	made, err := kind.Given(b, pairs, longest)
	m.units = kind.Rows(made)
	return m, err
}

// ownMargins are the pairs' margins under the model itself, as the loss scores answers.
func (r Round) ownMargins(ctx context.Context, b *bench.Bench, w *nn.Weights, units [][]nn.Row, line stage.Line) ([]float64, error) {
	margins := make([]float64, len(units))
	err := batches(ctx, line, train.Apart(units, r.Batch), units, func(batch *nn.Batch, of []int) error {
		rows, err := b.Engine.LogProbs(w, batch)
		if err != nil {
			return err
		}
		for k, i := range of {
			margins[i] = r.Loss.Reference(loss.SumPair(rows[2*k], rows[2*k+1]))
		}
		return nil
	}, nil)
	return margins, err
}

// diagnosis puts a round of mean gradients, with the pairs' scores against the consensus, into numbers. The mean direction of the
// others takes each language by direction, whatever its length, as the consensus does by default.
func diagnosis(means *sketch.Round, scores []float64, codes []string) Diagnosis {
	k := len(codes)
	d := Diagnosis{Languages: codes, Pairs: make([]int, k), Gram: rows(means.Gram), Squares: make([]float64, k), Against: make([]int, k), Others: make([]float64, k)}
	for i, l := range means.Pairs.Language {
		d.Pairs[l]++
		d.Squares[l] += means.Pairs.Square[i]
		if scores[i] < 0 {
			d.Against[l]++
		}
		dot := 0.0
		for j, inner := range means.Pairs.Inner[i] {
			if length := math.Sqrt(means.Gram.At(j, j)); j != l && length > 0 {
				dot += inner / length
			}
		}
		if dot < 0 {
			d.Others[l]++
		}
	}
	d.Cosines = make([][]float64, k)
	for l := range codes {
		d.Squares[l] /= float64(d.Pairs[l]) // every language has pairs: the codes are theirs
		d.Others[l] /= float64(d.Pairs[l])
		d.Cosines[l] = make([]float64, k)
		for j := range codes {
			d.Cosines[l][j] = method.Cosine(means.Gram.At(l, j), means.Gram.At(l, l), means.Gram.At(j, j))
		}
	}
	return d
}
