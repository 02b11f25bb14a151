package open

import (
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/lang"
)

// Answers opens the file that win rates are against; nil where an arm is the opponent.
func Answers(e *config.Experiment, table lang.Table) (*data.Answers, error) {
	if v := e.Evaluate; e.FindArm(v.Opponent) == nil {
		return data.OpenAnswers(v.Opponent, data.AnswerColumns(v.Answers), table)
	}
	return nil, nil
}

// Prompts opens what an experiment asks its models: the embedded world, or files.
func Prompts(e *config.Experiment, table lang.Table, world *data.World) (data.Source, error) {
	p, v := e.Prompts, e.Evaluate
	if p.Source != "files" {
		return world, nil
	}
	files, err := data.FromFiles(data.Spec{
		Path: p.Path, Columns: data.Columns(p.Columns), HeldPath: v.Path, HeldColumns: data.Columns(v.Columns),
		HeldOut: p.HeldOut, Dev: p.Dev, Seen: e.Languages.Seen, Unseen: e.Languages.Unseen, Table: table,
	})
	if err != nil {
		return nil, err // and not a source that holds none
	}
	return files, nil
}
