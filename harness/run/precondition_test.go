package run

import (
	"fmt"
	"math"
	"testing"

	"congrad/harness/kind"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/stage"
	"congrad/harness/train"
)

// The scores of validation_adam are LESS's cosines of Adam's updates with the mean of the languages' validation gradients,
// computed from every pair's own gradient. With one batch of all pairs, and with batches of one pair, v does not depend on
// the order.
func TestScoresAsAdamsUpdates(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: makes exact gradients")
	}
	const source = `[[arms]]
name = "less"
select = "validation_adam"
`
	for _, size := range []int{1, 1000} {
		for _, clip := range []float64{0, 1e-3} {
			t.Run(fmt.Sprintf("batches of %d, clipped at %g", size, clip), func(t *testing.T) {
				l := newLab(t)
				st := open(t, t.TempDir())
				plan := l.planOf(t, small+source, fmt.Sprintf("train.batch_pairs=%d", size), fmt.Sprintf("train.clip=%g", clip),
					"train.epsilon=1e-6", "prompts.per_language=6", "congrad.held_back=0.4", "congrad.fidelity_pairs=0", "loss.beta=1", "evaluate.tasks=[]")
				if err := execute(t.Context(), plan, st, l.bench, &follower{}); err != nil {
					t.Fatal(err)
				}
				set, err := plan.Records(st, l.bench, l.languages)
				if err != nil {
					t.Fatal(err)
				}
				var pairs []record.Pair
				for _, p := range set.Pairs {
					if p.Arm == "less" {
						pairs = append(pairs, p)
					}
				}
				r := plan.rounds[len(plan.rounds)-1]
				gradients := l.pairGradients(t, stage.Shelf{Store: st}, r)
				compared := 0
				for i, want := range lessScores(l.bench.Base.Config.Shapes(), pairs, gradients, size, clip, 1e-6) {
					if pairs[i].Rank == 0 {
						continue
					}
					compared++
					if got := pairs[i].Score; math.Abs(got-want) > 2e-4 {
						t.Errorf("pair %d scores %.5f, by its own gradient %.5f", i, got, want)
					}
				}
				if compared < 6 {
					t.Errorf("only %d pairs are compared", compared)
				}
			})
		}
	}
}

// pairGradients are every pair's own gradients over all weights, one backward pass each.
func (l *lab) pairGradients(t *testing.T, shelf stage.Shelf, r round) [][][]float32 {
	t.Helper()
	pairs, err := kind.Pairs(shelf, r.pairs.Key)
	if err != nil {
		t.Fatal(err)
	}
	units := kind.Rows(pairs)
	margins, err := kind.Margins(shelf, r.reference.Key, r.arm.Loss)
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := l.bench.Engine.NewTrainer(l.bench.Base.Weights, nn.AdamW{Beta1: 0.9, Beta2: 0.9, Epsilon: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Free()
	list := make([][][]float32, len(units))
	for i := range units {
		block := train.Packed(units[i:i+1], 256)[0]
		batch, err := block.Batch(units[i : i+1])
		if err != nil {
			t.Fatal(err)
		}
		if _, err = trainer.Accumulate(batch, nn.Preference{Loss: r.arm.Loss, Reference: margins[i : i+1], Weight: []float64{1}}); err != nil {
			t.Fatal(err)
		}
		g, err := trainer.TakeGradient()
		if err != nil {
			t.Fatal(err)
		}
		list[i] = g
	}
	return list
}

// norm is the length of a gradient of all weights.
func norm(g [][]float32) float64 {
	sum := 0.0
	for _, w := range g {
		for _, x := range w {
			sum += float64(x) * float64(x)
		}
	}
	return math.Sqrt(sum)
}

// meanOfRanked is the mean gradient over the pairs up for selection, of which there are so many, over all weights.
func meanOfRanked(pairs []record.Pair, gradients [][][]float32, up int) (mean [][]float32) {
	for i, g := range gradients {
		if pairs[i].Rank == 0 {
			continue
		}
		for k, w := range g {
			if len(mean) <= k {
				mean = append(mean, make([]float32, len(w)))
			}
			for j, x := range w {
				mean[k][j] += x / float32(up)
			}
		}
	}
	return mean
}

// lessScores writes the score out. Pairs without a rank are held back. The gradients of the embedding and of the norm gains
// count for clipping only.
func lessScores(shapes []model.Shape, pairs []record.Pair, gradients [][][]float32, size int, clip, epsilon float64) []float64 {
	flat, up := make([][]float64, len(pairs)), 0
	for i, g := range gradients {
		for k, w := range g {
			if shapes[k].Projects() {
				for _, x := range w {
					flat[i] = append(flat[i], float64(x))
				}
			}
		}
		if pairs[i].Rank > 0 {
			up++
		}
	}
	shrink := func(g [][]float32) float64 {
		if length := norm(g); clip > 0 && length > clip {
			return clip / length
		}
		return 1
	}
	n := len(flat[0])
	v, direction, meanFlat := make([]float64, n), make([]float64, n), make([]float64, n)
	held := map[string]int{}
	for _, p := range pairs {
		if p.Rank == 0 {
			held[p.Lang]++
		}
	}
	for i, f := range flat {
		for j, x := range f {
			switch {
			case pairs[i].Rank == 0:
				direction[j] += x / float64(held[pairs[i].Lang]) / float64(len(held))
			case size == 1:
				s := shrink(gradients[i])
				v[j] += s * s * x * x / float64(up)
			default:
				meanFlat[j] += x / float64(up)
			}
		}
	}
	if size > 1 {
		s := shrink(meanOfRanked(pairs, gradients, up))
		for j, x := range meanFlat {
			v[j] = s * s * x * x
		}
	}
	scores := make([]float64, len(pairs))
	for i, f := range flat {
		dot, aa, bb := 0.0, 0.0, 0.0
		for j, x := range f {
			update := x / (math.Sqrt(v[j]) + epsilon)
			dot += update * direction[j]
			aa += update * update
			bb += direction[j] * direction[j]
		}
		scores[i] = dot / math.Sqrt(aa*bb)
	}
	return scores
}
