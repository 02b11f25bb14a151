package run

import (
	"context"
	"encoding/json"
	"fmt"

	"congrad/harness/data"
	"congrad/harness/record"
)

// opponent plans what a file's answers need.
func (p *planner) opponent() (err error) {
	if p.plan.given, err = p.given(); err != nil || p.plan.given == nil {
		return err
	}
	p.plan.givenJudged, err = p.judgedAnswers(p.start, p.plan.given, p.experiment.Languages.All(), p.experiment.Evaluate.Opponent)
	return err
}

// given are answers of a file that win rates are against, in the place of an arm's; nil where an arm's are.
func (p *planner) given() (*Stage, error) {
	v := p.experiment.Evaluate
	if p.experiment.FindArm(v.Opponent) != nil || !p.experiment.Trains() {
		return nil, nil
	}
	if p.env.Answers == nil || p.env.Answers.File.Path != v.Opponent {
		return nil, fmt.Errorf("evaluate.opponent: the file %s was not read", v.Opponent)
	}
	held := p.answerSettings(p.experiment.Languages.All())
	list, err := p.env.givenAnswers(held)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	settings := struct {
		Prompts string
		Answers string // those to the study's prompts, and not what else the file has
	}{held.Prompts, hash(text)}
	s, err := newStage("given", "read the answers of "+v.Opponent, 1, settings, "", nil, len(list),
		func(context.Context, *Env, *Stage) (map[string][]byte, error) { return output("answers", list) })
	return p.add(s, err)
}

// givenAnswers are the file's to the held-out prompts; it is an error where it has none to some.
func (e *Env) givenAnswers(held answerSettings) ([]answer, error) {
	prompts, err := e.heldPrompts(held)
	if err != nil {
		return nil, err
	}
	var list []answer
	var missing []data.Prompt
	for _, q := range prompts {
		text, ok := e.Answers.To(q)
		if !ok {
			missing = append(missing, q)
			continue
		}
		list = append(list, answer{Lang: q.Lang, Prompt: q.ID, Tokens: []int{}, Finished: true, Text: text, Known: known(text, q.Right)})
	}
	if len(missing) > 0 {
		return nil, e.Answers.Lacks(missing, len(prompts))
	}
	return list, nil
}

// AnswerFile describes the file for records and the manifest; nil where none is read.
func (p *Plan) AnswerFile(e *Env) *record.AnswerFile {
	if p.given == nil {
		return nil
	}
	f := e.Answers.File
	f.Used = p.given.Size
	return &f
}
