package nn

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/loss"
	"congrad/harness/model"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/floats"
)

// losses are the losses under test, with parameters at which each differs from the others.
var losses = map[string]loss.Loss{
	"dpo":                  {Kind: "dpo", Beta: 0.7},
	"length-penalised dpo": {Kind: "dpo", Beta: 0.7, LengthPenalty: 0.2},
	"cdpo":                 {Kind: "cdpo", Beta: 0.7, LabelSmoothing: 0.3},
	"robust":               {Kind: "robust", Beta: 0.7, LabelSmoothing: 0.3, LengthPenalty: 0.1},
	"hinge":                {Kind: "hinge", Beta: 0.7},
	"ipo":                  {Kind: "ipo", Beta: 0.9},
	"ipo of sums":          {Kind: "ipo_sum", Beta: 0.4},
	"dpo per token":        {Kind: "dpo_norm", Beta: 3},
	"ld-dpo":               {Kind: "ld_dpo", Beta: 0.7, LDAlpha: 0.3},
	"dpo+nll":              {Kind: "dpo_nll", Beta: 0.7, NLLWeight: 0.6},
	"simpo":                {Kind: "simpo", Beta: 2, TargetMargin: 0.4},
}

func TestEveryLossIsTested(t *testing.T) {
	tested := map[string]bool{}
	for _, l := range losses {
		tested[l.Kind] = true
	}
	for _, k := range loss.Kinds() {
		if !tested[k.Name] {
			t.Errorf("%s is not among the losses under test", k.Name)
		}
	}
}

// small is the model under the losses: one block, since every program is compiled for every loss.
var small = func() model.Config { c := tiny; c.Layers = 1; return c }()

// preferenceOf asks for a loss of the pairs that rows are, against a reference model.
func preferenceOf(l loss.Loss, reference *model.Weights, rows []Row) Preference {
	p := Preference{Loss: l}
	for i := 0; i < len(rows); i += 2 {
		p.Reference = append(p.Reference, l.Reference(loss.SumPair(tokenLogProbs(reference, rows[i]), tokenLogProbs(reference, rows[i+1]))))
		p.Weight = append(p.Weight, 2/float64(len(rows)))
	}
	return p
}

// onHost is the loss of a pair, given the log-probs of its tokens under policy and reference, and the margin of the implicit
// rewards, both in float64. The tests of harness/loss hold them to the papers.
func onHost(l loss.Loss, policy, reference answers) (value, margin float64) {
	p, r := loss.SumPair(policy.chosen, policy.rejected), l.Reference(loss.SumPair(reference.chosen, reference.rejected))
	lead := p.Lead(func(a loss.Answer[loss.Float]) loss.Float { return loss.ScoreOf(l, a) })
	return float64(loss.Of(l, p, loss.Float(r))), l.Beta * (float64(lead) - r)
}

// Losses on a model: one engine and few shapes, so that few programs are compiled.
func TestLossesOnAModel(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := NewEngine(b, small)
		for name, l := range losses {
			t.Run(name, func(t *testing.T) {
				x := lossTest{l, e, loud(small, 5), loud(small, 9)}
				x.values(t)
				x.firstStep(t)
				x.equalAnswers(t)
				x.accumulation(t)
			})
		}
	})
}

type lossTest struct {
	l                 loss.Loss
	e                 *Engine
	policy, reference *model.Weights
}

// pass runs one backward pass over rows, which are padded to as many as tinyRows are, or in a wide batch to more of all.
func (x lossTest) pass(t *testing.T, p Preference, rows []Row, wide bool) ([]Unit, [][]float32) {
	t.Helper()
	trainer := must(x.e.NewTrainer(x.policy, adam))(t)
	defer trainer.Free()
	units := must(trainer.Accumulate(x.batch(t, rows, wide), p))(t)
	return units, must(trainer.TakeGradient())(t)
}

func (x lossTest) batch(t *testing.T, rows []Row, wide bool) *Batch {
	t.Helper()
	if wide {
		return must(NewBatch(rows, 16, 11, 9))(t)
	}
	return must(NewBatch(rows, 4, 6, 4))(t)
}

// Values and scores are those of the formulas, and neither they nor the gradients depend on padding: of rows, of tokens, of
// answer slots.
func (x lossTest) values(t *testing.T) {
	p := preferenceOf(x.l, x.reference, tinyRows)
	units, gradient := x.pass(t, p, tinyRows, false)
	padded, paddedGradient := x.pass(t, p, tinyRows, true)
	for i, u := range units {
		chosen, rejected := tinyRows[2*i], tinyRows[2*i+1]
		of := func(w *model.Weights) answers { return answers{tokenLogProbs(w, chosen), tokenLogProbs(w, rejected)} }
		value, margin := onHost(x.l, of(x.policy), of(x.reference))
		near(t, "the loss", u.Loss, value, single)
		near(t, "the margin", x.l.Beta*(u.Score[0]-u.Score[1]-p.Reference[i]), margin, single)
		near(t, "the chosen log-prob", u.LogP[0], referenceLogProb(x.policy, chosen), single)
		near(t, "the rejected log-prob", u.LogP[1], referenceLogProb(x.policy, rejected), single)
		near(t, "the loss in a padded batch", padded[i].Loss, u.Loss, single)
	}
	nearAll(t, "a gradient in a padded batch", paddedGradient, gradient)
}

// At the reference no pair leads: the sigmoid losses are ln 2, the others what their formulas leave.
func (x lossTest) firstStep(t *testing.T) {
	if x.l.LengthPenalty > 0 {
		return // of an own value for every pair; TestLossesOnLogProbs has it
	}
	units, _ := x.pass(t, preferenceOf(x.l, x.policy, tinyRows), tinyRows, false)
	for i, u := range units {
		perToken := func(r Row) float64 { return referenceLogProb(x.policy, r) / float64(len(r.Answer)) }
		chosen, rejected := perToken(tinyRows[2*i]), perToken(tinyRows[2*i+1])
		want := math.Ln2
		switch x.l.Kind {
		case "hinge":
			want = 1
		case "ipo", "ipo_sum":
			want = 1 / (4 * x.l.Beta * x.l.Beta)
		case "dpo_nll":
			want = math.Ln2 - x.l.NLLWeight*chosen
		case "simpo": // knows no reference
			want = math.Log1p(math.Exp(-x.l.Beta * (chosen - rejected - x.l.TargetMargin)))
		}
		near(t, "the loss where policy and reference are one", u.Loss, want, single)
	}
}

// Equal answers teach nothing; only the likelihood of the chosen one still does.
func (x lossTest) equalAnswers(t *testing.T) {
	rows := []Row{tinyRows[0], tinyRows[0]}
	_, gradient := x.pass(t, preferenceOf(x.l, x.reference, rows), rows, false)
	if x.l.Kind == "dpo_nll" {
		trainer := must(x.e.NewTrainer(x.policy, adam))(t)
		defer trainer.Free()
		perToken := Likelihood{[]float64{x.l.NLLWeight / float64(len(rows[0].Answer))}}
		must(trainer.Accumulate(x.batch(t, rows[:1], false), perToken))(t)
		nearAll(t, "the gradient of a pair of equal answers", gradient, must(trainer.TakeGradient())(t))
	} else if n := norm(gradient); n > 1e-6 {
		t.Errorf("the gradient of a pair of equal answers has norm %g", n)
	}
}

// Eight pairs at once and eight blocks of one pair add up to one gradient. An entry that is off shows by itself, a block
// that counts wrongly in the norm, which rounding leaves alone.
func (x lossTest) accumulation(t *testing.T) {
	var rows []Row
	for i := range 8 {
		rows = append(rows, Row{[]int{1 + i%3}, []int{2 + i%5, i % 7, 3}[:1+i%3]}, Row{[]int{1 + i%3}, []int{i % 4, 5, 6 - i%2}[:1+(i/2)%3]})
	}
	p := preferenceOf(x.l, x.reference, rows)
	_, whole := x.pass(t, p, rows, true)
	trainer := must(x.e.NewTrainer(x.policy, adam))(t)
	defer trainer.Free()
	for i := range p.Reference {
		one := Preference{Loss: x.l, Reference: p.Reference[i : i+1], Weight: p.Weight[i : i+1]}
		must(trainer.Accumulate(x.batch(t, rows[2*i:2*i+2], false), one))(t)
	}
	parts := must(trainer.TakeGradient())(t)
	nearAll(t, "an accumulated gradient", parts, whole)
	if a, b := norm(parts), norm(whole); math.Abs(a-b) > 1e-5*b {
		t.Errorf("the accumulated gradient has norm %g, at once %g", a, b)
	}
}

// answers are the log-probs of the tokens of a pair's chosen and rejected answer.
type answers struct{ chosen, rejected []float64 }

// onLogProbs is a loss of one pair and its gradient with respect to the log-probs [2, span] of the policy's tokens, in
// float64 and without a model. Two slots more than the longer answer takes are padding.
func onLogProbs(t *testing.T, b device.Backend, l loss.Loss, policy, reference answers) (value float64, gradient []float64) {
	t.Helper()
	span := max(len(policy.chosen), len(policy.rejected)) + 2
	logp, mask := make([]float64, 2*span), make([]float64, 2*span)
	for i, row := range [][]float64{policy.chosen, policy.rejected} {
		for j, x := range row {
			logp[i*span+j], mask[i*span+j] = x, 1
		}
	}
	out := must(graph.NewExec(b, func(in []*Node) []*Node {
		units, _ := preference{l}.loss(in[0], in[1], []*Node{in[2], in[2]})
		return []*Node{units, graph.Gradient(graph.ReduceAllSum(units), in[0])[0]}
	}))(t).MustCall(
		tensors.FromFlatDataAndDimensions(logp, 2, span), tensors.FromFlatDataAndDimensions(mask, 2, span),
		tensors.FromFlatDataAndDimensions([]float64{l.Reference(loss.SumPair(reference.chosen, reference.rejected))}, 1))
	gradient = tensors.MustCopyFlatData[float64](out[1])
	for i := range gradient {
		gradient[i] *= mask[i] // as answerLogProbs does
	}
	return tensors.MustCopyFlatData[float64](out[0])[0], gradient
}

var (
	longAnswer  = []float64{-0.3, -1.2, -0.1, -2, -0.7}
	shortAnswer = []float64{-0.9, -0.2}
	reversed    = answers{chosen: []float64{-0.8, -0.9, -0.3, -1.1, -0.5}, rejected: []float64{-0.4, -1.3}} // of another model
)

// The values to float64's precision, where the answers' lengths differ by much, both ways round, and where a pair leads by
// more than the hinge loss asks for.
func TestLossesOnLogProbs(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		for name, l := range losses {
			for _, c := range []struct{ policy, reference answers }{
				{answers{longAnswer, shortAnswer}, reversed},
				{answers{shortAnswer, longAnswer}, answers{reversed.rejected, reversed.chosen}},
				{answers{shortAnswer, longAnswer}, answers{[]float64{-4, -3}, []float64{-0.1, -0.1, -0.2, -0.1, -0.1}}},
			} {
				value, _ := onLogProbs(t, b, l, c.policy, c.reference)
				want, _ := onHost(l, c.policy, c.reference)
				near(t, name, value, want, 1e-12)
			}
		}
	})
}

// The penalty enters with a plus: the longer the winner, the less it teaches, and the longer the loser, the more (Park et
// al. 2024, section 3.2).
func TestLongerWinnersTeachLess(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		for _, l := range []loss.Loss{{Kind: "dpo"}, {Kind: "cdpo", LabelSmoothing: 0.1}, {Kind: "robust", LabelSmoothing: 0.1}} {
			l.Beta = 0.3
			for name, pair := range map[string]answers{"winner": {longAnswer, shortAnswer}, "loser": {shortAnswer, longAnswer}} {
				var pull []float64 // on the first token's log-prob
				for _, alpha := range []float64{0, 0.1, 0.5} {
					l.LengthPenalty = alpha
					value, gradient := onLogProbs(t, b, l, pair, pair)
					pull = append(pull, -gradient[0])
					if l.Kind == "dpo" && name == "winner" {
						near(t, "loss", value, math.Log1p(math.Exp(-3*alpha)), 1e-12) // z = alpha*(5-2)
					}
				}
				less, more := pull[0] > pull[1] && pull[1] > pull[2] && pull[2] > 0, 0 < pull[0] && pull[0] < pull[1] && pull[1] < pull[2]
				if name == "winner" && !less || name == "loser" && !more {
					t.Errorf("%s, longer %s: as the penalty grows the pull goes %v", l.Kind, name, pull)
				}
			}
		}
	})
}

// What a parameter's neutral value leaves is DPO.
func TestNeutralParametersLeaveDPO(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		pair := answers{longAnswer, shortAnswer}
		value, gradient := onLogProbs(t, b, loss.Loss{Kind: "dpo", Beta: 0.7}, pair, reversed)
		for name, l := range map[string]loss.Loss{
			"cDPO without smoothing":       {Kind: "cdpo", Beta: 0.7},
			"robust DPO without smoothing": {Kind: "robust", Beta: 0.7},
			"LD-DPO with all of the tail":  {Kind: "ld_dpo", Beta: 0.7, LDAlpha: 1},
			"DPO+NLL without the NLL":      {Kind: "dpo_nll", Beta: 0.7},
		} {
			other, otherGradient := onLogProbs(t, b, l, pair, reversed)
			near(t, name+": the loss", other, value, 1e-12)
			for i := range gradient {
				near(t, name+": the gradient", otherGradient[i], gradient[i], 1e-12)
			}
		}
	})
}

// Where policy and reference are one, the losses of summed log-ratios pull in one direction; those that sum otherwise, or
// want the chosen answer's likelihood too, do not.
func TestGradientsAtTheReferenceAreParallel(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		pair := answers{longAnswer, shortAnswer}
		_, dpo := onLogProbs(t, b, losses["dpo"], pair, pair)
		for name, l := range losses {
			_, gradient := onLogProbs(t, b, l, pair, pair)
			cosine := floats.Dot(gradient, dpo) / floats.Norm(gradient, 2) / floats.Norm(dpo, 2)
			other := slices.Contains([]string{"ipo", "dpo_norm", "ld_dpo", "dpo_nll", "simpo"}, l.Kind)
			if parallel := cosine > 1-1e-9; parallel == other {
				t.Errorf("%s: its gradient has the cosine %.6f with DPO's", name, cosine)
			}
		}
	})
}

// A program is compiled for a loss and all of its parameters.
func TestNamesTellLossesApart(t *testing.T) {
	for name, l := range losses {
		for i := range reflect.TypeFor[loss.Loss]().NumField() {
			other := l
			switch f := reflect.ValueOf(&other).Elem().Field(i); f.Kind() {
			case reflect.String:
				f.SetString(f.String() + "x")
			default:
				f.SetFloat(math.Nextafter(f.Float(), math.Inf(1)))
			}
			if (preference{l}).name() == (preference{other}).name() {
				t.Errorf("%s: %+v and %+v are one program", name, l, other)
			}
		}
	}
}

func TestUnknownLossIsAnError(t *testing.T) {
	for _, kind := range []string{"", "dpoo"} {
		_, err := Preference{Loss: loss.Loss{Kind: kind}}.inputs(2)
		if want := fmt.Sprintf("%q: no such preference loss", kind); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// nearAll compares gradients, in the tolerance of float32 sums and of their largest entry.
func nearAll(t *testing.T, what string, got, want [][]float32) {
	t.Helper()
	scale := 0.0
	for i := range want {
		for _, x := range want[i] {
			scale = max(scale, math.Abs(float64(x)))
		}
	}
	for i := range want {
		for j, x := range want[i] {
			if d := math.Abs(float64(got[i][j]) - float64(x)); !(d <= single*scale) {
				t.Errorf("%s is %g, want %g (%s, entry %d)", what, got[i][j], x, small.Shapes()[i].Name, j)
				return
			}
		}
	}
}

func norm(g [][]float32) float64 {
	sum := 0.0
	for _, data := range g {
		for _, x := range data {
			sum += float64(x) * float64(x)
		}
	}
	return math.Sqrt(sum)
}
