package config

import (
	"reflect"
	"slices"
	"strings"
)

// settlePrompts decides between the keys that say where prompts come from: those that nothing reads have no value, and the
// evaluation's file has the columns of the prompts' where the experiment gives it none of its own.
func (b *binder) settlePrompts(e *Experiment) {
	unread := func(because string, keys ...string) {
		for _, key := range keys {
			if !b.given[key] { // else it is an error, see checkPrompts
				b.unset(key, because)
			}
		}
	}
	if e.Prompts.Source != "files" {
		unread("prompts.source", filesOnly()...)
		return
	}
	unread("prompts.source", "prompts.kinds")
	switch {
	case e.Evaluate.Path == "":
		unread("evaluate.path", columnKeys("evaluate")...)
		e.Evaluate.Columns = e.Prompts.Columns
	case !b.givenColumns("evaluate"):
		e.Evaluate.Columns = e.Prompts.Columns
		b.sameColumns()
		fallthrough
	default:
		unread("evaluate.path", "prompts.held_out")
	}
	for table, path := range map[string]string{"prompts": e.Prompts.Path, "evaluate": e.Evaluate.Path} {
		if strings.Contains(path, "{lang}") {
			unread(table+".path", table+".columns.language")
		}
	}
}

// sameColumns has the origins of the evaluation's columns say those of the prompts'.
func (b *binder) sameColumns() {
	for i, o := range b.origins {
		if name, ok := strings.CutPrefix(o.Key, "evaluate.columns."); ok {
			at := slices.IndexFunc(b.origins, func(o Origin) bool { return o.Key == "prompts.columns."+name })
			b.origins[i].Value, b.origins[i].From = b.origins[at].Value, "prompts.columns."+name
		}
	}
}

// filesOnly are the keys that only files have a use for.
func filesOnly() []string {
	return slices.Concat([]string{"prompts.path", "prompts.held_out", "prompts.dev", "evaluate.path"}, columnKeys("prompts"), columnKeys("evaluate"))
}

// columnKeys are the keys of a table's columns.
func columnKeys(table string) []string {
	t := reflect.TypeFor[Columns]()
	var keys []string
	for i := range t.NumField() {
		keys = append(keys, table+".columns."+t.Field(i).Tag.Get("toml"))
	}
	return keys
}

// checkPrompts holds the source of the prompts against what else the experiment asks for.
func (b *binder) checkPrompts(e *Experiment) {
	p, v := e.Prompts, e.Evaluate
	if !b.sound("prompts.source") {
		return
	}
	if p.Source != "files" {
		for _, key := range filesOnly() {
			if b.given[key] {
				b.report(key, "is read only by prompts.source = \"files\"; the source is %q", p.Source)
			}
		}
		return
	}
	if b.given["prompts.kinds"] {
		b.report("prompts.kinds", "is read only by prompts.source = \"tiny\"; the source is \"files\"")
	}
	if p.Path == "" && b.sound("prompts.path") {
		b.report("prompts.source", "\"files\" needs prompts.path: a file, or with {lang} in it one file per language")
	}
	b.checkColumns("prompts", p.Path, p.Columns)
	b.checkColumns("evaluate", v.Path, v.Columns)
	switch {
	case !b.sound("evaluate.path", "evaluate.columns", "prompts.held_out", "prompts.dev"):
	case v.Path == "" && b.givenColumns("evaluate"):
		b.report("evaluate.columns", "is for evaluate.path, which is not set")
	case v.Path != "" && b.given["prompts.held_out"]:
		b.report("prompts.held_out", "evaluate.path has the held-out prompts already; give only one of the two")
	case p.HeldOut+p.Dev >= 1:
		b.report("prompts.dev", "prompts.held_out (%g) and prompts.dev (%g) leave no prompts for preferences", p.HeldOut, p.Dev)
	}
	if e.Base.Steps > 0 {
		b.report("base.steps", "further training uses the embedded world, but prompts.source is \"files\"; remove this key")
	}
	b.checkAnswers(e)
}

// checkColumns reports columns without a name that prompts cannot do without, and a language that is told twice.
func (b *binder) checkColumns(table, path string, c Columns) {
	switch inPath := strings.Contains(path, "{lang}"); {
	case path == "" || !b.sound(table+".path", table+".columns"):
		return
	case c.Prompt == "":
		b.report(table+".columns.prompt", "is empty; name the column with the instruction")
	case c.Language == "" && !inPath:
		b.report(table+".columns.language", "is empty; name the column, or put {lang} into the path for one file per language")
	case inPath && b.given[table+".columns.language"]:
		b.report(table+".columns.language", "is not read, since {lang} in the path gives the language; leave one of the two out")
	}
}

func (b *binder) givenColumns(table string) bool {
	return slices.ContainsFunc(columnKeys(table), func(key string) bool { return b.given[key] })
}

// checkAnswers reports what compares with a known answer where files have none.
func (b *binder) checkAnswers(e *Experiment) {
	if !b.sound("prompts.columns.answer", "evaluate.columns.answer", "evaluate.path", "evaluate.split") {
		return
	}
	held := e.Prompts.Columns.Answer
	if e.Evaluate.Path != "" && e.Evaluate.Split == "eval" {
		held = e.Evaluate.Columns.Answer
	}
	if e.Prompts.Columns.Answer == "" {
		if e.Judge.Kind == "reference" {
			b.report("judge.kind", "\"reference\" needs reference answers, but prompts.columns.answer names no column; want \"self\", or the column")
		}
		if e.Pair.Flip > 0 {
			b.report("pair.flip", "planted conflicts are measured against reference answers, but prompts.columns.answer names no column")
		}
	}
	if held == "" && e.Evaluate.Judge == "reference" && b.soundArms(e, "select", "train.epochs") && e.Trains() {
		b.report("evaluate.judge", "\"reference\" needs reference answers, but no column has those of the held-out prompts; want \"self\", or the column (prompts.columns.answer, evaluate.columns.answer)")
	}
}
