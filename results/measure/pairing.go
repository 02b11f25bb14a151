package measure

import (
	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/records"
)

// Sampling counts how one language's preference pairs were made, summed over seeds.
type Sampling struct {
	record.Pairing         // the counts; Seed and Arm are not meaningful
	CutOff         float64 // share of sampled answers without a stop token; meaningless unless CutOffKnown
	CutOffKnown    bool
	Kept           int // pairs that the selector kept; meaningless unless Selected
	Selected       bool
	Unknown        int     // answers to prompts whose answer is not known
	Chosen         float64 // mean tokens of the chosen answers; meaningless without pairs
	Rejected       float64
	LengthsKnown   bool
}

// Judge is the share of answer pairs (one exact, one not, to the same prompt) that the judge orders correctly, among
// those that it does not score alike. The interval treats the pairs as independent; those of one prompt are not quite, so
// it is rather too narrow.
func (p Sampling) Judge() stats.Estimate {
	return stats.Wilson(p.JudgeRight, p.JudgeRight+p.JudgeWrong, records.Level)
}

// Sampling sums up the first iteration of a language, which every arm shares. Where several arms recorded one, the first
// in the study's order counts. It is false when nothing was recorded.
func SamplingOf(s *records.Study, lang string) (Sampling, bool) {
	sum := Sampling{Pairing: record.Pairing{Lang: lang, Iteration: 1}}
	arm, found := "", false
	for _, p := range s.Set.Pairing {
		if p.Iteration == 1 && p.Lang == lang && (!found || s.Before(p.Arm, arm)) {
			arm, found = p.Arm, true
		}
	}
	for _, p := range s.Set.Pairing {
		if p.Iteration == 1 && p.Lang == lang && p.Arm == arm {
			sum.add(p)
		}
	}
	unfinished, answers := 0, 0
	for i := range s.Set.Answers {
		if a := &s.Set.Answers[i]; a.Iteration == 1 && a.Lang == lang {
			answers++
			sum.Unknown += count(a.Known < 0)
			if !a.Finished {
				unfinished++
			}
		}
	}
	if answers > 0 {
		sum.CutOff, sum.CutOffKnown = float64(unfinished)/float64(answers), true
	}
	sum.addLengths(s, lang)
	return sum, found
}

func (p *Sampling) add(q record.Pairing) {
	p.Prompts += q.Prompts
	p.Answers += q.Answers
	p.Unparsed += q.Unparsed
	p.Ties += q.Ties
	p.Duplicates += q.Duplicates
	p.Narrow += q.Narrow
	p.TooFew += q.TooFew
	p.Pairs += q.Pairs
	p.JudgeRight += q.JudgeRight
	p.JudgeWrong += q.JudgeWrong
	p.JudgeTied += q.JudgeTied
	p.Exact += q.Exact
	p.Shared += q.Shared
	p.Parochial += q.Parochial
}

// addLengths reads the pairs of the selecting arm, or of the first arm that has any.
func (sum *Sampling) addLengths(s *records.Study, lang string) {
	arm := ""
	if selector := s.Selector(); selector != nil {
		arm, sum.Selected = selector.Name, true
	} else if len(s.Set.Pairs) > 0 {
		arm = s.Set.Pairs[0].Arm
	}
	n, chosen, rejected := 0, 0, 0
	for i := range s.Set.Pairs {
		p := &s.Set.Pairs[i]
		if p.Arm != arm || p.Lang != lang || p.Iteration != 1 {
			continue
		}
		n++
		chosen += p.ChosenTokens
		rejected += p.RejectedTokens
		if p.Kept {
			sum.Kept++
		}
	}
	if n > 0 {
		sum.Chosen, sum.Rejected, sum.LengthsKnown = float64(chosen)/float64(n), float64(rejected)/float64(n), true
	}
}
