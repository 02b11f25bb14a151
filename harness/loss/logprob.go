package loss

// PairLogProb is a pair under one model, as far as losses ask for it: the Pairs of the host.
type PairLogProb struct {
	Chosen   AnswerLogProb `json:"chosen"`
	Rejected AnswerLogProb `json:"rejected"`
}

// AnswerLogProb is an answer of a pair under one model.
type AnswerLogProb struct {
	Sum    float64 `json:"sum"`  // of the tokens' log-probs
	Head   float64 `json:"head"` // of those up to the length of the pair's shorter answer
	Tokens int     `json:"tokens"`
}

// SumPair sums the log-probs of the tokens of a pair's answers.
func SumPair(chosen, rejected []float64) PairLogProb {
	shorter := min(len(chosen), len(rejected))
	return PairLogProb{sumAnswer(chosen, shorter), sumAnswer(rejected, shorter)}
}

func sumAnswer(logp []float64, shorter int) AnswerLogProb {
	a := AnswerLogProb{Tokens: len(logp)}
	for i, x := range logp {
		if a.Sum += x; i < shorter {
			a.Head += x
		}
	}
	return a
}

// Mean is the log-prob per token; 0 of an answer without tokens.
func (a AnswerLogProb) Mean() float64 { return float64(averaged[Float](a)) }

// LogProb is the sum over all tokens.
func (a AnswerLogProb) LogProb() Float { return Float(a.Sum) }

// Length is in tokens.
func (a AnswerLogProb) Length() Float { return Float(a.Tokens) }

// Parts are the sums up to and beyond the length of the pair's shorter answer.
func (a AnswerLogProb) Parts() (head, tail Float) { return Float(a.Head), Float(a.Sum - a.Head) }

// ScoreChosen is the score of the chosen answer.
func (p PairLogProb) ScoreChosen(score func(Answer[Float]) Float) Float { return score(p.Chosen) }

// Lead is the score of the chosen answer minus that of the rejected one.
func (p PairLogProb) Lead(score func(Answer[Float]) Float) Float {
	return score(p.Chosen) - score(p.Rejected)
}
