package outcome

import (
	"fmt"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/records"
)

// Judged reports whether a model, not the reference answer, decides whose answer wins.
func (s *Study) Judged() bool { return s.Scored() || s.Server() != "" }

// Scored reports whether that model scores single answers.
func (s *Study) Scored() bool { return s.Evaluate.Judge == "self" }

// Server is the model behind a server that compares answers in pairs; empty without a server.
func (s *Study) Server() string {
	if s.Evaluate.Judge != "endpoint" {
		return ""
	}
	return s.Evaluate.Model
}

// JudgedBy is a sentence, for notes and captions, that says who or what decides the wins; empty if chrF against the reference answer does.
func (s *Study) JudgedBy() string {
	switch {
	case s.Judged():
	case s.Evaluate.Decide == "exact":
		return " Wins are by exact match: an answer that is equal to the reference answer beats one that is not; all else is a tie."
	default:
		return ""
	}
	text := " Wins are judged by the base model itself, one judge for all arms, by its score from 1 to 5 and not by a reference answer."
	if model := s.Server(); model != "" {
		text = fmt.Sprintf(" Wins are judged by %s, one judge for all arms, which compares the two answers in both orders, not with a reference answer; a win is the mean of its two preferences.", model)
	}
	if undecided := s.Undecided("It"); undecided != "" {
		text += " " + undecided
	}
	return text
}

// Undecided is a sentence that says how many answers the judge did not decide; empty if it decided all. judge is the subject
// of the sentence.
func (s *Study) Undecided(judge string) string {
	failed, asked := s.Failed()
	unread, all := s.Unread()
	switch {
	case failed > 0:
		return fmt.Sprintf("%s gave no verdict on %d of the %d answers that it was asked about; they are ties.", judge, failed, asked)
	case !s.Scored() || unread == 0:
		return ""
	case s.Answers != nil:
		return fmt.Sprintf("%s gave one of the answers no score in %d of %d comparisons; they are ties.", judge, unread, all)
	}
	return fmt.Sprintf("%s gave no score to %d of %d answers; comparisons with them are ties.", judge, unread, all)
}

// Unread counts the greedy answers that the judge gave no score, over all arms; against a file's answers, the comparisons in which
// one of the two has none.
func (s *Study) Unread() (unread, all int) {
	for i := range s.Set.Evaluations {
		unread += int(indicator(s.Set.Evaluations[i].Score == 0 || s.Answers != nil && s.Set.Evaluations[i].OpponentScore == 0))
	}
	return unread, len(s.Set.Evaluations)
}

// Score is the judge's mean score of the greedy answers that it gave one.
func (s *Study) Score(arm string, in records.Group) stats.Estimate {
	return stats.Mean(s.samples(s.evaluated(arm, in, func(e *record.Evaluation) (float64, bool) { return e.Score, e.Score > 0 })), records.Level)
}

// HeldAnswersKnown reports whether any evaluated prompt has a reference answer.
func (s *Study) HeldAnswersKnown() bool {
	for i := range s.Set.Evaluations {
		if s.Set.Evaluations[i].Known >= 0 {
			return true
		}
	}
	return len(s.Set.Evaluations) == 0
}

// AnswersKnown reports whether any prompt for preferences has a reference answer.
func (s *Study) AnswersKnown() bool {
	for i := range s.Set.Answers {
		if s.Set.Answers[i].Known >= 0 {
			return true
		}
	}
	return len(s.Set.Answers) == 0
}
