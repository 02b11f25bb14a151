package config

import "regexp"

// answersFile is the name of a file that may hold an opponent's answers.
var answersFile = regexp.MustCompile(`(?i)\.(jsonl|csv|parquet)$`)

// settleAnswers takes the values of keys that an arm as the opponent does not read.
func (b *binder) settleAnswers(e *Experiment) {
	if e.FindArm(e.Evaluate.Opponent) == nil && answersFile.MatchString(e.Evaluate.Opponent) {
		if e.Evaluate.Answers.ID != "" && !b.given["evaluate.answers.prompt"] {
			b.unset("evaluate.answers.prompt", "evaluate.answers.id")
		}
		return
	}
	b.unsetAll("evaluate.answers", "evaluate.opponent") // what is given is an error, see checkAnswerColumns
}

// checkAnswerColumns reports columns that nothing reads, or that a file of answers cannot do without.
func (b *binder) checkAnswerColumns(e *Experiment) {
	c := e.Evaluate.Answers
	if !b.sound("evaluate.opponent") || !b.soundArms(e, "name") {
		return
	}
	if e.FindArm(e.Evaluate.Opponent) != nil {
		for _, key := range keysOf("evaluate.answers") {
			if b.given[key] {
				b.report(key, "only a file of answers has columns, and evaluate.opponent is the arm %q", e.Evaluate.Opponent)
			}
		}
		return
	}
	switch {
	case !b.sound("evaluate.answers.id", "evaluate.answers.prompt"):
	case c.ID != "" && b.given["evaluate.answers.prompt"]:
		b.report("evaluate.answers.prompt", "is not read, since evaluate.answers.id identifies the prompts; leave one of the two out")
	case c.ID == "" && c.Prompt == "":
		b.report("evaluate.answers.prompt", "is empty, and so is evaluate.answers.id; one of them must name the column that identifies the prompts")
	}
	if c.Answer == "" {
		b.report("evaluate.answers.answer", "is empty; name the column with the answer")
	}
	if c.Language == "" {
		b.report("evaluate.answers.language", "is empty; name the column with the language")
	}
}
