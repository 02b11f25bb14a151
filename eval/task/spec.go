package task

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"congrad/harness/suggest"
)

// Spec says what a task with source = "files" asks and how its files are read.
type Spec struct {
	Data   Data   `toml:"data"`
	Prompt Prompt `toml:"prompt"`
	Choice Picks  `toml:"choice"`
	Answer Answer `toml:"answer"`
	Shots  Shots  `toml:"shots"`
}

// Data says where the items are.
type Data struct {
	Path      string   `toml:"path"`      // from the working folder, or of a data set of the hub; {lang} stands for a language
	Language  string   `toml:"language"`  // the column with it, where all languages share a file
	Languages []string `toml:"languages"` // those that the task is asked in; all of the experiment's where it is empty
	ID        string   `toml:"id"`        // column, or a template of several; the number of the row without it
	Cluster   string   `toml:"cluster"`   // column that translations share; the id without it
	Fetch     string   `toml:"fetch"`     // what to do where a file is missing, for people
}

// Prompt says what the model reads.
type Prompt struct {
	Layout      string `toml:"layout"`      // "plain" or "chat"
	Description string `toml:"description"` // before everything, as it is
	Question    string `toml:"question"`    // template; the text itself of kind "text"
	Delimiter   string `toml:"delimiter"`   // between a question and its answer
	Unmark      bool   `toml:"unmark"`      // takes marks in brackets out of questions and options, see Unmark
}

// Picks says what the options are, and which one is right.
type Picks struct {
	Options []string `toml:"options"` // templates
	List    string   `toml:"list"`    // or a column that lists them
	Right   string   `toml:"right"`   // column
	By      string   `toml:"by"`      // how it tells the option
	Labels  string   `toml:"labels"`  // column that lists the options' labels, for by = "label"
}

// The ways in which a column tells the right option.
const (
	ByIndex    = "index"        // from 0, which some row has to show
	ByIndexOf0 = "index_from_0" // from 0, though no row says so
	ByIndexOf1 = "index_from_1" // from 1
	ByLetter   = "letter"       // A, B, ... or a, b, ...
	ByText     = "text"         // the option itself
	ByLabel    = "label"        // its entry in a list of labels
	ByFlags    = "flags"        // a list that has 1 for it and 0 for all others
)

var ways = []string{ByIndex, ByIndexOf0, ByIndexOf1, ByLetter, ByText, ByLabel, ByFlags}

// Answer says what a generated answer is compared with.
type Answer struct {
	Column    string   `toml:"column"` // template
	List      string   `toml:"list"`   // or a column that lists right answers
	MaxTokens int      `toml:"max_tokens"`
	Until     []string `toml:"until"`   // the answer ends before the first of them
	Numbers   bool     `toml:"numbers"` // decimal numbers of one value are equal, as 12.0 and 12
}

// Shots are solved items before the one that is asked.
type Shots struct {
	Number    int    `toml:"number"`
	Path      string `toml:"path"`  // laid out as the items' files; without it, those themselves, but for the item asked
	Match     string `toml:"match"` // a column that a solved item has in common with the one asked
	Draw      string `toml:"draw"`  // "first" takes the first of the file, "random" draws for every item
	Separator string `toml:"separator"`
}

// Layouts of prompts.
const (
	Plain = "plain" // text behind the token that texts begin with
	Chat  = "chat"  // one turn of a conversation
)

// settle fills in defaults for keys that the file does not give.
func (s *Spec) settle(given func(key ...string) bool) {
	for _, d := range []struct {
		into  *string
		value string
		key   [2]string
	}{
		{&s.Prompt.Layout, Plain, [2]string{"prompt", "layout"}},
		{&s.Prompt.Delimiter, " ", [2]string{"prompt", "delimiter"}},
		{&s.Shots.Draw, "first", [2]string{"shots", "draw"}},
		{&s.Shots.Separator, "\n\n", [2]string{"shots", "separator"}},
	} {
		if !given(d.key[:]...) {
			*d.into = d.value
		}
	}
	if !given("answer", "max_tokens") {
		s.Answer.MaxTokens = 32
	}
}

// check reports all that is wrong, each with its key.
func (s *Spec) check(kind string, given func(key ...string) bool) (wrong []error) {
	report := func(key, format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
	}
	oneOf := func(key, value string, known ...string) {
		if !slices.Contains(known, value) {
			report(key, "%q: want one of %s%s", value, strings.Join(known, ", "), suggest.DidYouMean(value, known))
		}
	}
	template := func(key, text string) {
		if _, err := ParseTemplate(text); err != nil {
			report(key, "%v", err)
		}
	}
	byFile := strings.Contains(s.Data.Path, "{lang}")
	switch {
	case s.Data.Path == "":
		report("data.path", "is missing")
	case byFile && s.Data.Language != "":
		report("data.language", "is not used: data.path contains {lang}, so the file gives the language; remove one of the two")
	case !byFile && s.Data.Language == "" && len(s.Data.Languages) != 1:
		report("data.language", "is missing: all languages share a file; name the column with the language, put {lang} into data.path, or name the only language in data.languages")
	}
	oneOf("prompt.layout", s.Prompt.Layout, Plain, Chat)
	if s.Prompt.Question == "" {
		report("prompt.question", "is missing")
	}
	template("prompt.question", s.Prompt.Question)
	for _, table := range []struct{ name, kind string }{{"choice", Choice}, {"answer", Generate}} {
		if given(table.name) && kind != table.kind {
			report(table.name, "only tasks of kind %q read it", table.kind)
		}
	}
	switch kind {
	case Choice:
		s.Choice.check(report, oneOf, template)
	case Generate:
		s.Answer.check(report, template)
	case Text:
		for _, table := range []string{"shots", "prompt.description", "prompt.delimiter", "prompt.layout", "prompt.unmark"} {
			if given(strings.Split(table, ".")...) {
				report(table, "has no effect: a task of kind \"text\" scores the text as it is; remove it")
			}
		}
	}
	oneOf("shots.draw", s.Shots.Draw, "first", "random")
	switch {
	case s.Shots.Number < 0 || s.Shots.Number > 1000:
		report("shots.number", "%d: want 0 to 1000", s.Shots.Number)
	case s.Shots.Path != "" && byFile != strings.Contains(s.Shots.Path, "{lang}"):
		report("shots.path", "%q: want a path with {lang} if, and only if, data.path has it", s.Shots.Path)
	}
	return wrong
}

func (c Picks) check(report func(key, format string, args ...any), oneOf func(key, value string, known ...string), template func(key, text string)) {
	switch {
	case (len(c.Options) > 0) == (c.List != ""):
		report("choice.options", "want either the options' templates here, or in choice.list a column that lists them")
	case len(c.Options) == 1:
		report("choice.options", "want two or more")
	}
	for i, option := range c.Options {
		template(fmt.Sprintf("choice.options[%d]", i), option)
	}
	if c.Right == "" {
		report("choice.right", "is missing: the column that tells the right option")
	}
	oneOf("choice.by", c.By, ways...)
	if (c.By == ByLabel) != (c.Labels != "") {
		report("choice.labels", "is the column that lists the labels: give it with by = %q, and only then", ByLabel)
	}
}

func (a Answer) check(report func(key, format string, args ...any), template func(key, text string)) {
	if (a.Column != "") == (a.List != "") {
		report("answer.column", "want either a template of the right answer here, or in answer.list a column that lists right answers")
	}
	template("answer.column", a.Column)
	if a.MaxTokens < 1 || a.MaxTokens > 1e5 {
		report("answer.max_tokens", "%d: want 1 to 100000", a.MaxTokens)
	}
	if slices.Contains(a.Until, "") {
		report("answer.until", "has an empty text, which would end every answer at once")
	}
}

// joined puts a place before each of several errors.
func joined(place string, list []error) error {
	for i, err := range list {
		list[i] = fmt.Errorf("%s: %w", place, err)
	}
	return errors.Join(list...)
}
