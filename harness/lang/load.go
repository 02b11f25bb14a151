package lang

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"congrad/harness/suggest"
	"congrad/harness/tomlfile"
)

// Load reads every *.toml of a folder as a language. It is strict (an unknown key, a missing one and a half-filled
// [prompts] are errors) and reports everything that is wrong in all files at once, each with its file and line.
func Load(fsys fs.FS, folder string) (Table, error) {
	names, err := fs.Glob(fsys, path.Join(folder, "*.toml"))
	if err != nil {
		return Table{}, fmt.Errorf("languages in %s: %w", folder, err)
	}
	if len(names) == 0 {
		return Table{}, fmt.Errorf("languages in %s: no *.toml file", folder)
	}
	var table Table
	var wrong []error
	for _, name := range names {
		source, err := fs.ReadFile(fsys, name)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("read a language: %w", err))
			continue
		}
		l, err := parse(name, string(source))
		table.languages = append(table.languages, l)
		wrong = append(wrong, err)
	}
	slices.SortFunc(table.languages, func(a, b Language) int { return cmp.Compare(a.Code, b.Code) })
	return table, errors.Join(wrong...)
}

func parse(name, source string) (Language, error) {
	l := Language{File: name}
	meta, unknown, err := tomlfile.Decode(name, source, &l)
	if err != nil {
		return l, err
	}
	c := checker{name: name, source: source}
	for _, key := range unknown {
		word := key[len(key)-1]
		c.report(word, "%s: no such key%s", key, suggest.DidYouMean(word, keys))
	}
	c.fields(l, meta)
	c.prompts(l.Prompts)
	l.Code = cmp.Or(l.Code, strings.TrimSuffix(path.Base(name), ".toml"))
	return l.completed(), errors.Join(c.wrong...)
}

var keys = []string{"code", "name", "endonym", "script", "direction", "locale", "prompts"}

// checker collects what is wrong with one file.
type checker struct {
	name, source string
	wrong        []error
}

// report adds an error at the line where the key is set, or at the file as a whole where it is not.
func (c *checker) report(key, format string, args ...any) {
	at := c.name
	for i, line := range strings.Split(c.source, "\n") {
		if left, _, set := strings.Cut(line, "="); set && strings.Trim(left, " \t\"'") == key {
			at = fmt.Sprintf("%s:%d", c.name, i+1)
			break
		}
	}
	c.wrong = append(c.wrong, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
}

var (
	codeForm   = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)
	scriptForm = regexp.MustCompile(`^[A-Z][a-z]{3}$`)
)

func (c *checker) fields(l Language, meta toml.MetaData) {
	if !meta.IsDefined("name") {
		c.report("name", "name is missing")
	}
	for _, key := range keys[:len(keys)-1] {
		if len(l.Prompts) > 0 && !meta.IsDefined(key) && key != "name" {
			c.report(key, "%s is missing; a language with [prompts] has all keys", key)
		}
	}
	if want := strings.TrimSuffix(path.Base(c.name), ".toml"); l.Code != "" && l.Code != want {
		c.report("code", "code %q: the file is %s.toml, so the code must be %q", l.Code, want, want)
	}
	if l.Code != "" && !codeForm.MatchString(l.Code) {
		c.report("code", "code %q: want two or three lower-case letters, and if need be more after a hyphen, such as \"pt-BR\"", l.Code)
	}
	if l.Script != "" && !scriptForm.MatchString(l.Script) {
		c.report("script", "script %q: want an ISO 15924 code such as \"Latn\"", l.Script)
	}
	if l.Direction != "" && l.Direction != "ltr" && l.Direction != "rtl" {
		c.report("direction", "direction %q: want \"ltr\" or \"rtl\"", l.Direction)
	}
}

// prompts wants each kind, and in each phrasing {} exactly once and no phrasing twice.
func (c *checker) prompts(prompts map[string][]string) {
	if len(prompts) == 0 {
		return
	}
	var unknown []string
	for kind := range prompts {
		if !slices.Contains(PromptKinds, kind) {
			unknown = append(unknown, kind)
		}
	}
	slices.Sort(unknown)
	for _, kind := range unknown {
		c.report(kind, "prompts.%s: no such kind of item%s", kind, suggest.DidYouMean(kind, PromptKinds))
	}
	for _, kind := range PromptKinds {
		if len(prompts[kind]) == 0 {
			c.report(kind, "prompts.%s is missing: [prompts] must have every kind or be left out", kind)
		}
		for i, phrasing := range prompts[kind] {
			if strings.Count(phrasing, "{}") != 1 {
				c.report(kind, "prompts.%s[%d] %q: want {} exactly once, in the place of the fact", kind, i, phrasing)
			}
			if slices.Index(prompts[kind], phrasing) < i {
				c.report(kind, "prompts.%s[%d] %q is a duplicate", kind, i, phrasing)
			}
		}
	}
}
