package data

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"congrad/eval/task"
	"congrad/harness/lang"
	"congrad/harness/record"
)

// itemReader turns rows into items.
type itemReader struct {
	task     task.Task
	table    lang.Table
	sheet    sheet
	question task.Template
	options  []task.Template
	answer   task.Template
	id       task.Template
	read     []record.PromptFile
}

func newItemReader(t task.Task, table lang.Table) (*itemReader, error) {
	r := &itemReader{task: t, table: table}
	s := t.Spec
	var wrong []error
	template := func(key, text string) task.Template {
		x, err := task.ParseTemplate(text)
		wrong = append(wrong, err)
		for _, column := range x.Columns() {
			r.sheet.text(column, key)
		}
		return x
	}
	r.question = template("prompt.question", s.Prompt.Question)
	switch t.Kind {
	case task.Choice:
		for i, option := range s.Choice.Options {
			r.options = append(r.options, template(fmt.Sprintf("choice.options[%d]", i), option))
		}
		r.sheet.list(s.Choice.List, "choice.list")
		r.sheet.list(s.Choice.Labels, "choice.labels")
		before := len(r.sheet.wanted)
		if s.Choice.By == task.ByFlags {
			r.sheet.list(s.Choice.Right, "choice.right")
		} else {
			r.sheet.text(s.Choice.Right, "choice.right")
		}
		for i := range r.sheet.wanted[before:] { // none where a template asked for the column before: a prompt has no 0 for false
			r.sheet.wanted[before+i].flag = true
		}
	case task.Generate:
		r.answer = template("answer.column", s.Answer.Column)
		r.sheet.list(s.Answer.List, "answer.list")
	}
	r.id = template("data.id", idTemplate(s.Data.ID))
	for _, c := range []struct{ name, key string }{{s.Data.Language, "data.language"}, {s.Data.Cluster, "data.cluster"}, {s.Shots.Match, "shots.match"}} {
		r.sheet.text(c.name, c.key)
	}
	return r, errors.Join(wrong...)
}

// idTemplate is the template of an id: the column that data.id names, or what it has with columns in braces, where one column does not suffice.
func idTemplate(id string) string {
	if id == "" || strings.ContainsAny(id, "{}") {
		return id
	}
	return "{" + id + "}"
}

// items reads a file, or those of the languages, and returns the items by language. key names the file in the task's.
func (r *itemReader) items(path, key string, languages []string) (map[string][]examItem, error) {
	items := map[string][]examItem{}
	d := r.task.Spec.Data
	if !strings.Contains(path, PlaceOfLanguage) {
		rows, err := r.rows(path, key, languages[0])
		if err != nil {
			return nil, err
		}
		if items, err = r.sorted(path, rows, languages); err != nil {
			return nil, err
		}
	} else {
		lengths := map[int]bool{}
		for _, code := range languages {
			name, err := fileOf(path, code, r.table)
			if err != nil {
				return nil, err
			}
			rows, err := r.rows(name, key, code)
			if err != nil {
				return nil, err
			}
			lengths[len(rows)] = true
			f := faults{name: name}
			for i, row := range rows {
				item, err := r.item(row, i+1, code, name)
				f.at(row.line, err)
				if f.enough() {
					break
				}
				items[code] = append(items[code], item)
			}
			if err := f.err(); err != nil {
				return nil, err
			}
		}
		if d.ID == "" && d.Cluster == "" && len(lengths) > 1 { // rows of one number are not translations of each other
			for code, list := range items {
				for i := range list {
					list[i].cluster = code + " " + list[i].cluster
				}
			}
		}
	}
	for _, code := range languages {
		places := map[string]string{}
		for _, item := range items[code] {
			if first := places[item.id]; first != "" {
				return nil, fmt.Errorf("%s: the id %q is a duplicate of %s, in the same language (%s)", item.place, item.id, first, code)
			}
			places[item.id] = item.place
		}
	}
	return items, nil
}

// sorted deals the rows of one file out to the languages. Rows in others are skipped and counted.
func (r *itemReader) sorted(name string, rows []row, languages []string) (map[string][]examItem, error) {
	column := r.task.Spec.Data.Language
	items, found := map[string][]examItem{}, map[string]int{}
	codes := namedBy(r.table, languages)
	f := faults{name: name}
	for i, row := range rows {
		code := languages[0] // the only one, where there is no column
		if column != "" {
			value := r.sheet.cell(row)(column)
			found[value]++
			code = codes(value)
		}
		if code == "" {
			continue
		}
		item, err := r.item(row, i+1, code, name)
		f.at(row.line, err)
		if f.enough() {
			break
		}
		items[code] = append(items[code], item)
	}
	r.read[len(r.read)-1].Skipped = skipped(found, codes)
	if err := f.err(); err != nil {
		return nil, err
	}
	for _, code := range languages {
		if len(items[code]) == 0 {
			l, _ := r.table.Find(code)
			return nil, fmt.Errorf("%s: has no items in %s (%s), a language of the experiment; column %q has %s (data.languages of %s names those that it is asked in)", name, l.Name, code, column, counted(found), r.task.Name)
		}
	}
	return items, nil
}

// rows reads a file. If it is missing, the error says what the task wants there.
func (r *itemReader) rows(name, key, code string) ([]row, error) {
	rows, sum, err := readRows(name, key, r.sheet.wanted)
	if errors.Is(err, fs.ErrNotExist) {
		l, _ := r.table.Find(code)
		text := fmt.Sprintf("%s: no such file, which task %s wants for %s (%s), a language of the experiment (%s is taken from the working folder)", name, r.task.Name, l.Name, code, key)
		if fetch := r.task.Spec.Data.Fetch; fetch != "" {
			text += "; " + fetch
		}
		return nil, errors.New(text)
	}
	if err != nil {
		return nil, fmt.Errorf("task %s: %w", r.task.Name, err)
	}
	r.read = append(r.read, record.PromptFile{Path: name, SHA256: sum, Rows: len(rows)})
	return rows, nil
}

// item makes an item of a row, the number-th of its file.
func (r *itemReader) item(x row, number int, code, name string) (examItem, error) {
	s, cell := r.task.Spec, r.sheet.cell(x)
	item := examItem{lang: code, place: fmt.Sprintf("%s:%d", name, x.line)}
	item.id, item.cluster = strconv.Itoa(number), fmt.Sprintf("row %d", number)
	for _, column := range append(r.id.Columns(), s.Data.Cluster) {
		if column != "" && cell(column) == "" {
			return item, fmt.Errorf("column %q: is empty", column)
		}
	}
	if s.Data.ID != "" {
		item.id = r.id.Fill(cell)
		item.cluster = item.id
	}
	if s.Data.Cluster != "" {
		item.cluster = cell(s.Data.Cluster)
	}
	if s.Shots.Match != "" {
		item.match = cell(s.Shots.Match)
	}
	item.question = r.question.Fill(cell)
	if s.Prompt.Unmark {
		item.question = task.Unmark(item.question)
	}
	if strings.TrimSpace(item.question) == "" {
		return item, errors.New("prompt.question is empty, since its columns are empty")
	}
	switch r.task.Kind {
	case task.Choice:
		return item, r.pick(&item, x)
	case task.Generate:
		item.answers = []string{r.answer.Fill(cell)}
		if s.Answer.List != "" {
			item.answers = r.sheet.entries(x, s.Answer.List)
		}
		if len(item.answers) == 0 || slices.ContainsFunc(item.answers, task.Blank) {
			return item, errors.New("has no reference answer, or one without a letter, digit or symbol, which no answer equals")
		}
	}
	return item, nil
}
