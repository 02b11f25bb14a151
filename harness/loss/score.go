package loss

// Pairs are pairs of a chosen and a rejected answer under one model: one on the host, those of a batch on the device.
type Pairs[N any] interface {
	// ScoreChosen is the score of the chosen answer.
	ScoreChosen(score func(Answer[N]) N) N
	// Lead is the score of the chosen answer minus that of the rejected one.
	Lead(score func(Answer[N]) N) N
}

// Answer is an answer of a pair, as far as scores ask for it. The order of the calls is that of a graph's nodes.
type Answer[N any] interface {
	LogProb() N // summed over its tokens
	Length() N  // in tokens
	// Parts are the sums over the tokens up to the length of the pair's shorter answer, and over those beyond.
	Parts() (head, tail N)
}

// Score is the number by which a loss compares answers, made of their tokens' log-probs.
type Score int

// The scores.
const (
	Summed       Score = iota // log π(y|x)
	Averaged                  // log π(y|x) / |y|
	Desensitised              // LD-DPO's
)

// ScoreOf is the score that a loss gives an answer.
func ScoreOf[N Number[N]](l Loss, a Answer[N]) N {
	k, _ := Find(l.Kind)
	switch k.Score {
	case Averaged:
		return averaged(a)
	case Desensitised:
		return desensitised(l, a)
	}
	return a.LogProb()
}

// averaged is log π(y|x) / |y|. A row of padding has no tokens and the score 0: 0/0 would reach the gradients of all.
func averaged[N Number[N]](a Answer[N]) N {
	length := a.Length()
	return a.LogProb().Div(length.AtLeast(1))
}

// desensitised is LD-DPO's (Liu et al. 2024): of the tokens beyond the length of the pair's shorter answer only the share α
// counts, Σ_head + α·Σ_tail.
func desensitised[N Number[N]](l Loss, a Answer[N]) N {
	head, tail := a.Parts()
	return head.Add(tail.Times(l.LDAlpha))
}
