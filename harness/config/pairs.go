package config

import (
	"reflect"
	"strings"
)

// pairKeys are the keys that only pairs from files have a use for.
func pairKeys() []string {
	keys := []string{"pairs.path", "pairs.per_language"}
	t := reflect.TypeFor[PairColumns]()
	for i := range t.NumField() {
		keys = append(keys, "pairs.columns."+t.Field(i).Tag.Get("toml"))
	}
	return keys
}

// settlePairs leaves keys that nothing reads without a value.
func (b *binder) settlePairs(e *Experiment) {
	unread := func(because string, keys ...string) {
		for _, key := range keys {
			if !b.given[key] { // else it is an error, see checkPairs
				b.unset(key, because)
			}
		}
	}
	if e.Pairs.Source != "files" {
		unread("pairs.source", pairKeys()...)
	} else if strings.Contains(e.Pairs.Path, "{lang}") {
		unread("pairs.path", "pairs.columns.language")
	}
}

// checkPairs holds the source of the first iteration's pairs against what else the experiment asks for.
func (b *binder) checkPairs(e *Experiment) {
	p := e.Pairs
	if !b.sound("pairs.source") {
		return
	}
	if p.Source != "files" {
		for _, key := range pairKeys() {
			if b.given[key] {
				b.report(key, "is read only by pairs.source = \"files\"; the source is %q", p.Source)
			}
		}
		return
	}
	if p.Path == "" && b.sound("pairs.path") {
		b.report("pairs.source", "\"files\" needs pairs.path: a file, or with {lang} in it one file per language")
	}
	for _, c := range []struct{ key, name string }{{"chosen", p.Columns.Chosen}, {"rejected", p.Columns.Rejected}} {
		if c.name == "" && b.sound("pairs.columns") {
			b.report("pairs.columns."+c.key, "is empty; name the column with the answer")
		}
	}
	switch inPath := strings.Contains(p.Path, "{lang}"); {
	case p.Path == "" || !b.sound("pairs.path", "pairs.columns"):
	case p.Columns.Language == "" && !inPath:
		b.report("pairs.columns.language", "is empty; name the column, or put {lang} into the path for one file per language")
	case inPath && b.given["pairs.columns.language"]:
		b.report("pairs.columns.language", "is not read, since {lang} in the path gives the language; leave one of the two out")
	}
	if e.Pair.Flip > 0 && b.sound("pair.flip") {
		b.report("pair.flip", "planted conflicts are measured against reference answers, which given pairs (pairs.source) do not have")
	}
	if e.Base.Steps > 0 && b.sound("base.steps") {
		b.report("base.steps", "further training is for studies of the model's own answers, but pairs.source is \"files\"; remove this key")
	}
	for i, a := range e.Arms {
		if b.soundArm(i, "select") && a.ReadsAnswers() {
			b.report("arms["+itoa(i)+"].select", "%q reads reference answers, which given pairs (pairs.source) do not have", a.Select)
		}
	}
}
