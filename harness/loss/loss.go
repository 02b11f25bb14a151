// Package loss holds the preference losses of the DPO family: one table with a row for each, and one function for each that
// reads like its formula. The functions are written over numbers of any kind (Number), so that harness/nn evaluates them on a
// graph and the host on float64.
package loss

import "slices"

// Loss is one of Kinds with its parameters. What a kind does not take is zero.
//
// All of them compare the scores of the chosen and of the rejected answer. Δ is the difference of the scores under the
// policy less the difference under the reference; β·Δ is the margin of the implicit rewards.
type Loss struct {
	Kind           string  `toml:"kind"`
	Beta           float64 `toml:"beta"`            // β
	LengthPenalty  float64 `toml:"length_penalty"`  // α of R-DPO, per token
	LabelSmoothing float64 `toml:"label_smoothing"` // ε, below a half
	TargetMargin   float64 `toml:"target_margin"`   // γ/β of SimPO, in log-prob per token
	LDAlpha        float64 `toml:"ld_alpha"`        // α of LD-DPO
	NLLWeight      float64 `toml:"nll_weight"`      // λ
}

// Field is where a parameter stands in a loss, under its key in a file.
type Field struct {
	Key   string
	Value *float64
}

// Fields are the parameters of all kinds beside beta, in the order of a file.
func (l *Loss) Fields() []Field {
	return []Field{
		{"length_penalty", &l.LengthPenalty},
		{"label_smoothing", &l.LabelSmoothing},
		{"target_margin", &l.TargetMargin},
		{"ld_alpha", &l.LDAlpha},
		{"nll_weight", &l.NLLWeight},
	}
}

// Parameter is a parameter of a loss under its key in a file.
type Parameter struct {
	Key   string
	Value float64
}

// Parameters lists what the loss takes beside beta, in the order of a file.
func (l Loss) Parameters() []Parameter {
	var list []Parameter
	for _, f := range l.Fields() {
		if l.Takes(f.Key) {
			list = append(list, Parameter{f.Key, *f.Value})
		}
	}
	return list
}

// Takes reports whether the loss takes a parameter beside beta.
func (l Loss) Takes(key string) bool {
	k, _ := Find(l.Kind)
	return slices.Contains(k.Takes, key)
}

// PerToken is that of the loss's kind.
func (l Loss) PerToken() bool {
	k, _ := Find(l.Kind)
	return k.PerToken()
}

// Of is the loss of pairs under the policy. reference is their lead under the reference, see Loss.Reference. The kind has to
// be one of Kinds.
func Of[N Number[N]](l Loss, p Pairs[N], reference N) N {
	k, _ := find[N](l.Kind)
	delta := p.Lead(func(a Answer[N]) N { return ScoreOf(l, a) }).Sub(reference)
	longer := p.Lead(Answer[N].Length) // |chosen| - |rejected|
	z := delta.Times(l.Beta).Add(longer.Times(l.LengthPenalty))
	return k.formula(l, terms[N]{p, delta, z})
}

// Reference is the score of chosen minus rejected under the reference, as the loss scores answers: 0 where it is free of one.
func (l Loss) Reference(p PairLogProb) float64 {
	k, known := Find(l.Kind)
	if k.Free || !known { // an unknown kind is reported where it is used
		return 0
	}
	return float64(p.Lead(func(a Answer[Float]) Float { return ScoreOf(l, a) }))
}
