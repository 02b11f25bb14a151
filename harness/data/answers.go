package data

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"congrad/harness/lang"
	"congrad/harness/record"
)

// AnswerColumns names the columns of a file of answers. Prompts are found by ID, or by their text if ID is empty.
type AnswerColumns struct{ Prompt, Language, Answer, ID string }

// Answers are the answers of another model, or of people, to the prompts of a study.
type Answers struct {
	File    record.AnswerFile
	columns AnswerColumns
	texts   map[[2]string]string // by language, and id or prompt
	lines   map[[2]string]int    // the same; from 1
	unknown []string             // values of the language column that are not languages
}

// OpenAnswers reads a file of answers. Further rows are fine; two answers to one prompt are an error.
func OpenAnswers(path string, c AnswerColumns, table lang.Table) (*Answers, error) {
	columns := Columns{Prompt: c.Prompt, Language: c.Language, Answer: c.Answer, ID: c.ID}
	if c.ID != "" {
		columns.Prompt = "" // not read
	}
	rows, sum, err := readRows(path, "evaluate.opponent", columns.wanted("evaluate.answers"))
	if err != nil {
		return nil, err
	}
	a := &Answers{File: record.AnswerFile{Path: path, SHA256: sum, Rows: len(rows)}, columns: c, texts: map[[2]string]string{}, lines: map[[2]string]int{}}
	var wrong []error
	for _, r := range rows {
		code, known := table.Resolve(r.language)
		if !known {
			code = r.language
			if !slices.Contains(a.unknown, code) {
				a.unknown = append(a.unknown, code)
			}
		}
		key := [2]string{code, r.prompt + r.id} // one of the two is read
		if other, there := a.texts[key]; there && other != r.answer {
			wrong = append(wrong, fmt.Errorf("%s:%d: another answer to the same prompt in %s is further up", path, r.line, code))
		}
		a.texts[key], a.lines[key] = r.answer, r.line
	}
	if len(wrong) > 3 {
		wrong = append(wrong[:3], fmt.Errorf("and %d more of this kind", len(wrong)-3))
	}
	return a, errors.Join(wrong...)
}

// To returns the answer to a prompt; false if there is no answer, or an empty one.
func (a *Answers) To(p Prompt) (string, bool) {
	text, ok := a.texts[a.key(p)]
	return text, ok && text != ""
}

// Place is where the answer to a prompt is, as file and line.
func (a *Answers) Place(p Prompt) string {
	return fmt.Sprintf("%s:%d", a.File.Path, a.lines[a.key(p)])
}

// key is what a prompt's answer is looked up by.
func (a *Answers) key(p Prompt) [2]string {
	if a.columns.ID == "" {
		return [2]string{p.Lang, p.Text}
	}
	return [2]string{p.Lang, strings.TrimPrefix(strings.TrimPrefix(p.ID, p.Lang+"/"), "evaluate/")} // the prefix marks the prompts of evaluate.path
}

// Lacks is the error for prompts without an answer in the file; of is the number of prompts that are asked.
func (a *Answers) Lacks(prompts []Prompt, of int) error {
	what := "the prompt"
	if a.columns.ID != "" {
		what = "the id"
	}
	var names []string
	for _, p := range prompts[:min(3, len(prompts))] {
		key := a.key(p)
		names = append(names, fmt.Sprintf("%s %q in %s", what, key[1], key[0]))
	}
	err := fmt.Errorf("%s (evaluate.opponent): has no answer to %d of %d held-out prompts: %s", a.File.Path, len(prompts), of, strings.Join(names, ", "))
	if len(a.unknown) > 0 {
		err = fmt.Errorf("%w; its column %q has values that are not languages: %s (congrad ls languages)", err, a.columns.Language, quoted(a.unknown))
	}
	return err
}
