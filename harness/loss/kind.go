package loss

// Kind is what is to be known of a loss beside its formula.
type Kind struct {
	Name, Title, Doc string
	Score            Score
	Free             bool     // of a reference
	Takes            []string // its parameters beside beta, in the order of a file
}

// PerToken reports whether the loss compares log-probs per token instead of sums.
func (k Kind) PerToken() bool { return k.Score == Averaged }

// row is a row of the table of losses, for one kind of numbers.
type row[N Number[N]] struct {
	Kind
	formula func(Loss, terms[N]) N
}

// table lists the losses, in display order. The length penalty belongs to those that are functions of the difference of two
// rewards for whole answers.
func table[N Number[N]]() []row[N] {
	const penalty, smoothing = "length_penalty", "label_smoothing"
	return []row[N]{
		{Kind{"dpo", "DPO", "log-ratios through a sigmoid, with an optional length penalty (R-DPO; 0 turns it off)", Summed, false, []string{penalty}}, dpo[N]},
		{Kind{"cdpo", "cDPO", "conservative: assumes that a share of the labels is wrong", Summed, false, []string{penalty, smoothing}}, cdpo[N]},
		{Kind{"robust", "robust DPO", "unbiased if the share of wrong labels is known", Summed, false, []string{penalty, smoothing}}, robust[N]},
		{Kind{"hinge", "hinge loss", "a pair with a margin of 1 or more has no gradient", Summed, false, []string{penalty}}, hinge[N]},
		{Kind{"ipo", "IPO", "pulls the margin per token towards a target", Averaged, false, nil}, ipo[N]},
		{Kind{"ipo_sum", "IPO of sums", "pulls the margin in summed log-probs towards a target", Summed, false, nil}, ipo[N]},
		{Kind{"dpo_norm", "length-normalised DPO", "log-ratios per token", Averaged, false, nil}, dpo[N]},
		{Kind{"ld_dpo", "LD-DPO", "tokens beyond the shorter answer's length have less weight", Desensitised, false, []string{"ld_alpha"}}, dpo[N]},
		{Kind{"dpo_nll", "DPO+NLL", "DPO plus the likelihood of the chosen answer", Summed, false, []string{penalty, "nll_weight"}}, dpoNLL[N]},
		{Kind{"simpo", "SimPO", "log-probs per token and a target margin, without a reference", Averaged, true, []string{"target_margin"}}, simpo[N]},
	}
}

// Kinds lists the losses, in display order.
func Kinds() []Kind {
	var list []Kind
	for _, r := range table[Float]() {
		list = append(list, r.Kind)
	}
	return list
}

// Find looks a loss up by name.
func Find(name string) (Kind, bool) {
	r, ok := find[Float](name)
	return r.Kind, ok
}

func find[N Number[N]](name string) (row[N], bool) {
	for _, r := range table[N]() {
		if r.Name == name {
			return r, true
		}
	}
	return row[N]{}, false
}

// terms are what formulas are made of.
type terms[N any] struct {
	pairs Pairs[N]
	delta N // Δ
	z     N // β·Δ + α·(|chosen| - |rejected|)
}

// dpo is -log σ(z) with z = β·Δ (Rafailov et al. 2023, eq. 7).
//
// A length penalty makes it length-penalised DPO (R-DPO; Park et al. 2024, eq. 9): z = β·Δ + α·(|chosen| - |rejected|). The
// sign is a plus, so that a longer winner teaches less; public code with a minus exists. With the means of the log-ratios
// in Δ it is length-normalised DPO (Lambert et al. 2024, Tülu 3), with LD-DPO's scores it is LD-DPO.
func dpo[N Number[N]](_ Loss, t terms[N]) N { return Softplus(t.z.Neg()) }

// cdpo is -(1-ε)·log σ(z) - ε·log σ(-z): a share ε of the labels is taken to be the wrong way round (Mitchell 2023, eq. 3).
func cdpo[N Number[N]](l Loss, t terms[N]) N {
	right, wrong := Softplus(t.z.Neg()), Softplus(t.z)
	return right.Times(1 - l.LabelSmoothing).Add(wrong.Times(l.LabelSmoothing))
}

// robust is [-(1-ε)·log σ(z) + ε·log σ(-z)] / (1-2ε), whose mean over labels that are wrong with probability ε is DPO's loss
// under right ones (Chowdhury et al. 2024, section 3.1). It is softplus(-z) - z·ε/(1-2ε), which falls without end as z grows.
func robust[N Number[N]](l Loss, t terms[N]) N {
	right, wrong := Softplus(t.z.Neg()), Softplus(t.z)
	return right.Times(1 - l.LabelSmoothing).Sub(wrong.Times(l.LabelSmoothing)).Times(1 / (1 - 2*l.LabelSmoothing))
}

// hinge is max(0, 1-z) (SLiC-HF, Zhao et al. 2023, section 2, with DPO's implicit rewards).
func hinge[N Number[N]](_ Loss, t terms[N]) N { return t.z.OneMinus().AtLeast(0) }

// ipo is (Δ - 1/(2β))² (Azar et al. 2024, eq. 17). As written, Δ is of sums; TRL takes means over tokens and says that the
// authors confirmed it. The two differ by the answers' lengths in all that β means.
func ipo[N Number[N]](l Loss, t terms[N]) N { return t.delta.Plus(-1 / (2 * l.Beta)).Square() }

// dpoNLL is DPO plus λ times the negative log-likelihood per token of the chosen answer (Pang et al. 2024, eq. 1). The mean
// is over the tokens of each pair, not of the batch, so that a pair's loss does not depend on its neighbours.
func dpoNLL[N Number[N]](l Loss, t terms[N]) N {
	nll := t.pairs.ScoreChosen(averaged[N]).Neg()
	return dpo(l, t).Add(nll.Times(l.NLLWeight))
}

// simpo is -log σ(β·Δ - γ), where Δ is of mean log-probs and no reference enters (Meng et al. 2024, eq. 6). The parameter is
// γ/β, as in its authors' code: the lead per token that is asked for, whatever β is.
func simpo[N Number[N]](l Loss, t terms[N]) N {
	return Softplus(t.delta.Plus(-l.TargetMargin).Times(l.Beta).Neg())
}
