package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"congrad/harness/lang"
)

// Definition is a language that the experiment defines, in a table [languages.define.CODE]. What it does not say is taken from what is known
// of the code.
type Definition struct {
	Name      string `toml:"name"`
	Endonym   string `toml:"endonym"`
	Script    string `toml:"script"`
	Direction string `toml:"direction"`

	Code string `toml:"-"`
}

// bindDefinitions reads the tables [languages.define.CODE], and returns the table of languages with them.
func (b *binder) bindDefinitions(raw map[string]any, e *Experiment, table lang.Table) lang.Table {
	languages, _ := raw["languages"].(map[string]any) // what is no table is reported where it is bound
	given, has := languages["define"]
	if !has {
		return table
	}
	define, ok := given.(map[string]any)
	if !ok {
		b.report("languages.define", "want a table for each language, such as [languages.define.pt]")
		return table
	}
	for _, code := range slices.Sorted(maps.Keys(define)) {
		key := "languages.define." + code
		of, ok := define[code].(map[string]any)
		if !ok {
			b.report(key, "is a table: write [languages.define.%s]", quotedPart(code))
			continue
		}
		d := Definition{Code: code}
		b.bind(key, "languages.define", of, reflect.ValueOf(&d).Elem(), reflect.Value{})
		if shipped, err := table.Find(code); err == nil && shipped.Speaks() {
			b.report(key, "%s is a language of the embedded world and cannot be changed; choose another code", shipped.Name)
			continue
		}
		l, at, err := lang.Define(lang.Language{Code: code, Name: d.Name, Endonym: d.Endonym, Script: d.Script, Direction: d.Direction})
		if err != nil {
			b.report(strings.TrimSuffix(key+"."+at, "."), "%v", err)
			continue
		}
		e.Languages.Define = append(e.Languages.Define, d)
		table = table.With(l)
	}
	return table
}

// listed are the keys of lists of languages, with a dot for each table; arms have those of the second list too.
var listed = []string{"languages.seen", "languages.unseen", "languages.under_represented", "pair.flip_languages", "congrad.trust"}

// nameLanguages writes the codes of languages wherever the file gives another name or tag of theirs ("kor_Hang", "Portuguese"), so that one
// language has one code in whatever follows. What names none is left as it is.
func nameLanguages(raw map[string]any, table lang.Table) {
	code := func(name string) string {
		if l, ok := table.Know(name); ok {
			return l.Code
		}
		return name
	}
	list := func(in map[string]any, keys ...string) {
		for _, key := range keys {
			name, rest, deeper := strings.Cut(key, ".")
			of := in
			if deeper {
				of, _ = in[name].(map[string]any)
				name = rest
			}
			values, _ := of[name].([]any)
			for i, v := range values {
				if s, ok := v.(string); ok {
					values[i] = code(s)
				}
			}
		}
	}
	list(raw, listed...)
	arms, _ := tables(raw["arms"]) // what is no list is reported where it is bound
	for _, arm := range arms {
		list(arm, "without", "congrad.trust")
	}
	for key, name := range map[string]string{"claims": "group", "published": "languages"} {
		entries, _ := tables(raw[key])
		for _, entry := range entries {
			if s, ok := entry[name].(string); ok && !slices.Contains(groups, s) {
				entry[name] = code(s)
			}
		}
	}
}

// checkLanguages reports languages that nobody knows, and those that the embedded world does not speak where it is asked.
func (b *binder) checkLanguages(e *Experiment, w World) {
	for _, of := range []struct {
		key   string
		codes []string
	}{{"languages.seen", e.Languages.Seen}, {"languages.unseen", e.Languages.Unseen}} {
		key := of.key
		for i, code := range of.codes {
			l, ok := w.Languages.Know(code)
			switch {
			case !ok:
				b.report(key, "the %s entry, %q: no such language%s (any code of ISO 639 is one, and what [languages.define.%s] defines; congrad ls languages)", nth(i), code, w.Languages.Meant(code), quotedPart(code))
			case l.Speaks():
			case b.sound("prompts.source") && e.Prompts.Source == "tiny" && !e.TasksOnly():
				b.report(key, "the %s entry, %q: the embedded world does not speak %s (congrad ls languages lists those it speaks); other languages need prompts from files (prompts.source = \"files\")", nth(i), code, l.Name)
			default:
				e.Languages.Others = append(e.Languages.Others, l)
				b.spoken(e, w, l)
			}
		}
	}
}

// spoken reports tasks that have no items in a language that the embedded world does not speak.
func (b *binder) spoken(e *Experiment, w World, l lang.Language) {
	for i, name := range e.Evaluate.Tasks {
		if slices.Contains(w.Embedded, name) && b.sound("evaluate.tasks") {
			b.report("evaluate.tasks", "the %s entry, %q: its items are the embedded world's, which does not speak %s (%s)", nth(i), name, l.Name, l.Code)
		}
	}
}
