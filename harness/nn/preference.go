package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// Preference asks for a preference loss over pairs: rows 2i and 2i+1 of the batch are the chosen and the rejected answer
// of pair i.
type Preference struct {
	Loss      PreferenceLoss
	Reference []float64 // [pairs] score of chosen minus rejected under the reference, see PreferenceLoss.Reference
	Weight    []float64 // [pairs] share of each pair in the loss
}

// PreferenceLoss is a loss of the DPO family: one of PreferenceLosses and its parameters. What a kind does not take is
// zero.
//
// All of them compare the scores of the chosen and of the rejected answer. Δ is the difference of the scores under the
// policy less the difference under the reference; β·Δ is the margin of the implicit rewards.
type PreferenceLoss struct {
	Kind           string
	Beta           float64 // β
	LengthPenalty  float64 // α of R-DPO, per token
	LabelSmoothing float64 // ε, below a half
	TargetMargin   float64 // γ/β of SimPO, in log-prob per token
	LDAlpha        float64 // α of LD-DPO
	NLLWeight      float64 // λ
}

// preferenceKind is what sets a loss apart: how it scores answers and what it makes of the pairs' scores.
type preferenceKind struct {
	Name, Title, Doc string
	score            score
	free             bool // of a reference
	units            func(l PreferenceLoss, p pairs) *Node
}

// PreferenceLosses lists the losses, in display order.
var PreferenceLosses = []preferenceKind{
	{"dpo", "DPO", "log-ratios through a sigmoid, with a length penalty (R-DPO) that 0 leaves out", summed, false, dpo},
	{"cdpo", "cDPO", "conservative: a share of the labels is taken to be wrong", summed, false, cdpo},
	{"robust", "robust DPO", "unbiased under a known share of wrong labels", summed, false, robust},
	{"hinge", "hinge loss", "a pair whose margin reaches 1 teaches nothing more", summed, false, hinge},
	{"ipo", "IPO", "the lead per token is drawn to a target", averaged, false, ipo},
	{"ipo_sum", "IPO of sums", "the lead in summed log-probs is drawn to a target", summed, false, ipo},
	{"dpo_norm", "length-normalised DPO", "log-ratios per token", averaged, false, dpo},
	{"ld_dpo", "LD-DPO", "tokens beyond the shorter answer's length count less", desensitised, false, dpo},
	{"dpo_nll", "DPO+NLL", "and the likelihood of the chosen answer", summed, false, dpoNLL},
	{"simpo", "SimPO", "log-probs per token and a target margin, without a reference", averaged, true, simpo},
}

// pairs are a batch's pairs as losses see them.
type pairs struct {
	logp, mask *Node // [2·pairs, span]
	delta      *Node // Δ [pairs]
	z          *Node // β·Δ + α·(|chosen| - |rejected|) [pairs]
}

// dpo is -log σ(z) with z = β·Δ (Rafailov et al. 2023, eq. 7).
//
// A length penalty makes it length-penalised DPO (R-DPO; Park et al. 2024, eq. 9): z = β·Δ + α·(|chosen| - |rejected|). The
// sign is a plus, so that a longer winner teaches less; public code with a minus exists. With the means of the log-ratios
// in Δ it is length-normalised DPO (Lambert et al. 2024, Tülu 3), with LD-DPO's scores it is LD-DPO.
func dpo(_ PreferenceLoss, p pairs) *Node { return softplus(graph.Neg(p.z)) }

// cdpo is -(1-ε)·log σ(z) - ε·log σ(-z): a share ε of the labels is taken to be the wrong way round (Mitchell 2023, eq. 3).
func cdpo(l PreferenceLoss, p pairs) *Node {
	right, wrong := softplus(graph.Neg(p.z)), softplus(p.z)
	return graph.Add(graph.MulScalar(right, 1-l.LabelSmoothing), graph.MulScalar(wrong, l.LabelSmoothing))
}

// robust is [-(1-ε)·log σ(z) + ε·log σ(-z)] / (1-2ε), whose mean over labels that are wrong with probability ε is DPO's loss
// under right ones (Chowdhury et al. 2024, section 3.1). It is softplus(-z) - z·ε/(1-2ε), which falls without end as z grows.
func robust(l PreferenceLoss, p pairs) *Node {
	right, wrong := softplus(graph.Neg(p.z)), softplus(p.z)
	return graph.DivScalar(
		graph.Sub(graph.MulScalar(right, 1-l.LabelSmoothing), graph.MulScalar(wrong, l.LabelSmoothing)),
		1-2*l.LabelSmoothing)
}

// hinge is max(0, 1-z) (SLiC-HF, Zhao et al. 2023, section 2, with DPO's implicit rewards).
func hinge(_ PreferenceLoss, p pairs) *Node {
	return graph.Max(graph.OneMinus(p.z), graph.ZerosLike(p.z))
}

// ipo is (Δ - 1/(2β))² (Azar et al. 2024, eq. 17). As written, Δ is of sums; TRL takes means over tokens and says that the
// authors confirmed it. The two differ by the answers' lengths in all that β means.
func ipo(l PreferenceLoss, p pairs) *Node {
	return graph.Square(graph.AddScalar(p.delta, -1/(2*l.Beta)))
}

// dpoNLL is DPO plus λ times the negative log-likelihood per token of the chosen answer (Pang et al. 2024, eq. 1). The mean
// is over the tokens of each pair, not of the batch, so that a pair's loss does not depend on its neighbours.
func dpoNLL(l PreferenceLoss, p pairs) *Node {
	nll := graph.Neg(pairSum(averaged.device(l, p.logp, p.mask), 1, 0))
	return graph.Add(dpo(l, p), graph.MulScalar(nll, l.NLLWeight))
}

// simpo is -log σ(β·Δ - γ), where Δ is of mean log-probs and no reference enters (Meng et al. 2024, eq. 6). The parameter is
// γ/β, as in its authors' code: the lead per token that is asked for, whatever β is.
func simpo(l PreferenceLoss, p pairs) *Node {
	return softplus(graph.Neg(graph.MulScalar(graph.AddScalar(p.delta, -l.TargetMargin), l.Beta)))
}

func (p Preference) objective() Objective { return p.Loss }

func (p Preference) inputs(rows int) ([]*tensors.Tensor, error) {
	if _, ok := p.Loss.find(); !ok {
		return nil, fmt.Errorf("%q: no such preference loss", p.Loss.Kind)
	}
	reference, err := padded("reference margins", p.Reference, rows/2)
	if err != nil {
		return nil, err
	}
	weight, err := padded("pair weights", p.Weight, rows/2)
	if err != nil {
		return nil, err
	}
	return []*tensors.Tensor{reference, weight}, nil
}

func (l PreferenceLoss) find() (preferenceKind, bool) {
	for _, k := range PreferenceLosses {
		if k.Name == l.Kind {
			return k, true
		}
	}
	return preferenceKind{}, false
}

func (l PreferenceLoss) name() string { return fmt.Sprintf("%+v", l) } // every parameter, whatever the kind

func (l PreferenceLoss) scores(logp, mask *Node) *Node {
	k, _ := l.find() // of a kind that exists, see inputs
	return k.score.device(l, logp, mask)
}

func (l PreferenceLoss) loss(logp, mask *Node, targets []*Node) (units, weight *Node) {
	k, _ := l.find()
	p := pairs{logp: logp, mask: mask}
	p.delta = graph.Sub(pairSum(l.scores(logp, mask), 1, -1), targets[0])
	longer := pairSum(graph.ReduceSum(mask, -1), 1, -1) // |chosen| - |rejected|
	p.z = graph.Add(graph.MulScalar(p.delta, l.Beta), graph.MulScalar(longer, l.LengthPenalty))
	return k.units(l, p), targets[1]
}

// Reference is the score of chosen minus rejected under the reference, as the loss scores answers.
func (l PreferenceLoss) Reference(p PairLogProb) float64 {
	k, _ := l.find()
	if k.free || k.score.host == nil { // an unknown kind is reported where it is used
		return 0
	}
	return k.score.host(l, p.Chosen) - k.score.host(l, p.Rejected)
}

// pairSum weighs even rows, the chosen ones, and odd rows: [2n] -> [n]. A sum with factors is used because a slice's gradient
// needs padding, which the pure-Go backend lacks.
func pairSum(rows *Node, chosen, rejected float64) *Node {
	pairs := graph.Reshape(rows, rows.Shape().Dim(0)/2, 2)
	factors := graph.ConstAsDType(rows.Graph(), rows.DType(), [][]float64{{chosen, rejected}})
	return graph.ReduceSum(graph.Mul(pairs, factors), -1)
}

// softplus is log(1 + exp(x)) without overflow.
func softplus(x *Node) *Node {
	return graph.Add(graph.Max(x, graph.ZerosLike(x)), graph.Log1p(graph.Exp(graph.Neg(graph.Abs(x)))))
}
