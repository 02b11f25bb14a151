package data

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"congrad/eval/task"
	"congrad/harness/lang"
	"congrad/harness/record"
)

// Question is an item with a free answer.
type Question struct {
	ID, Cluster, Lang, Text string
	Right                   []string // any of them is right
}

// Exam is a task of the user's: its items as files have them, and its prompts as the model reads them.
type Exam struct {
	task  task.Task
	items map[string][]examItem // by language
	read  []record.PromptFile
}

// examItem is a row of a file.
type examItem struct {
	id, cluster, lang, place string
	question                 string
	options                  []string
	right                    int
	answers                  []string
	match                    string // solved items before it have the same value
}

// FromTask reads the files of a task in some languages, of which it is asked in those that it names. No row is skipped:
// one that is not an item is an error.
func FromTask(t task.Task, languages []string, table lang.Table) (*Exam, error) {
	x := &Exam{task: t, items: map[string][]examItem{}}
	if d := t.Spec.Data; len(d.Languages) > 0 {
		var asked []string
		for _, name := range d.Languages {
			l, known := table.Know(name)
			if !known {
				return nil, fmt.Errorf("task %s: data.languages: %q: no such language%s", t.Name, name, table.Meant(name))
			}
			asked = append(asked, l.Code)
		}
		languages = slices.DeleteFunc(slices.Clone(languages), func(code string) bool { return !slices.Contains(asked, code) })
	}
	if len(languages) == 0 {
		return nil, fmt.Errorf("task %s: data.languages has none of the experiment's languages", t.Name)
	}
	r, err := newItemReader(t, table)
	if err != nil {
		return nil, err
	}
	x.items, err = r.items(t.Spec.Data.Path, "data.path", languages)
	if err != nil {
		return nil, err
	}
	if err := r.countsFromZero(t.Spec.Data.Path, x.items); err != nil { // a file of solved items is too short to tell
		return nil, err
	}
	shots := x.items
	if s := t.Spec.Shots; s.Number > 0 && s.Path != "" {
		if shots, err = r.items(s.Path, "shots.path", languages); err != nil {
			return nil, err
		}
	}
	x.read = r.read
	return x, x.prompt(shots)
}

// Task is what the exam is of.
func (x *Exam) Task() task.Task { return x.task }

// Version identifies everything that the exam can ask in these languages, and how.
func (x *Exam) Version(languages []string) (string, error) {
	s, h := x.task.Spec, sha256.New()
	var what []any
	what = append(what, x.task.Kind, s.Prompt.Layout, s.Prompt.Delimiter)
	if x.task.Kind == task.Generate {
		what = append(what, s.Answer.MaxTokens, s.Answer.Until, s.Answer.Numbers)
	}
	for _, code := range languages {
		for _, i := range x.items[code] {
			what = append(what, []any{i.id, i.cluster, i.lang, i.question, i.options, i.right, i.answers})
		}
	}
	if err := json.NewEncoder(h).Encode(what); err != nil {
		return "", err
	}
	return "files " + hex.EncodeToString(h.Sum(nil)), nil
}

// Files describes what was read.
func (x *Exam) Files() []record.PromptFile { return x.read }

// drawn returns up to n items of a language: the same clusters in all languages that have them.
func (x *Exam) drawn(lang string, n int) []examItem {
	list := slices.Clone(x.items[lang])
	sortByDraw(list, 0, func(i examItem) string { return i.cluster })
	return list[:min(n, len(list))]
}

// Choices returns up to n multiple-choice items of a language.
func (x *Exam) Choices(lang string, n int) (list []Choice) {
	for _, i := range x.drawn(lang, n) {
		list = append(list, Choice{ID: lang + "/" + i.id, Cluster: i.cluster, Lang: lang, Text: i.question, Options: i.options, Right: i.right})
	}
	return list
}

// Passages returns up to n texts of a language.
func (x *Exam) Passages(lang string, n int) (list []Passage) {
	for _, i := range x.drawn(lang, n) {
		list = append(list, Passage{ID: lang + "/" + i.id, Cluster: i.cluster, Lang: lang, Text: i.question})
	}
	return list
}

// Questions returns up to n items of a language that are answered freely.
func (x *Exam) Questions(lang string, n int) (list []Question) {
	for _, i := range x.drawn(lang, n) {
		list = append(list, Question{ID: lang + "/" + i.id, Cluster: i.cluster, Lang: lang, Text: i.question, Right: i.answers})
	}
	return list
}

// Place is where the item of a language with this id is, as file and line.
func (x *Exam) Place(lang, id string) string {
	for _, i := range x.items[lang] {
		if lang+"/"+i.id == id {
			return i.place
		}
	}
	return ""
}

// Count is how many items a language has.
func (x *Exam) Count(lang string) int { return len(x.items[lang]) }
