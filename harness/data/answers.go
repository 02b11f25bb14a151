package data

import (
	"errors"
	"fmt"
	"strings"

	"congrad/harness/lang"
	"congrad/harness/record"
)

// AnswerColumns are the names under which a file has answers and what they answer: an id, or the prompt's text where ID is empty.
type AnswerColumns struct{ Prompt, Language, Answer, ID string }

// Answers are somebody's to the prompts of a study.
type Answers struct {
	File    record.AnswerFile
	columns AnswerColumns
	texts   map[[2]string]string // by language, and id or prompt
}

// OpenAnswers reads a file of answers. Rows in languages or to prompts that nobody asks for are fine, two answers to one prompt are not.
func OpenAnswers(path string, c AnswerColumns, table lang.Table) (*Answers, error) {
	columns := Columns{Prompt: c.Prompt, Language: c.Language, Answer: c.Answer, ID: c.ID}
	if c.ID != "" {
		columns.Prompt = "" // not read
	}
	rows, sum, err := readRows(path, "evaluate.opponent", columns.wanted("evaluate.answers"))
	if err != nil {
		return nil, err
	}
	a := &Answers{record.AnswerFile{Path: path, SHA256: sum, Rows: len(rows)}, c, map[[2]string]string{}}
	var wrong []error
	for _, r := range rows {
		code, known := table.Resolve(r.language)
		if !known {
			code = r.language
		}
		key := [2]string{code, r.prompt + r.id} // one of the two is read
		if other, there := a.texts[key]; there && other != r.answer {
			wrong = append(wrong, fmt.Errorf("%s:%d: another answer in %s to the same prompt stands above", path, r.line, code))
		}
		a.texts[key] = r.answer
	}
	if len(wrong) > 3 {
		wrong = append(wrong[:3], fmt.Errorf("and %d more of this kind", len(wrong)-3))
	}
	return a, errors.Join(wrong...)
}

// To is the answer to a prompt; false where there is none, or an empty one.
func (a *Answers) To(p Prompt) (string, bool) {
	name := p.Text
	if a.columns.ID != "" {
		name = strings.TrimPrefix(strings.TrimPrefix(p.ID, p.Lang+"/"), "evaluate/") // as evaluate.path's are told from others
	}
	text, ok := a.texts[[2]string{p.Lang, name}]
	return text, ok && text != ""
}
