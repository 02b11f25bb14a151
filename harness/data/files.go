package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"congrad/harness/lang"
	"congrad/harness/record"
	"congrad/harness/rng"
)

// PlaceOfLanguage is replaced in a path by the code of a language, where every language has its own file.
const PlaceOfLanguage = "{lang}"

// Spec says which files have the prompts of a study, and what of them is held out.
type Spec struct {
	Path, HeldPath       string // HeldPath has the prompts of the evaluation; empty where a share of Path's is held out
	Columns, HeldColumns Columns
	HeldOut, Dev         float64 // shares of the clusters
	Seen, Unseen         []string
	Table                lang.Table
}

// Files are prompts of the user's.
type Files struct {
	version string
	parts   map[string]map[string][]filed // part, language
	read    []record.PromptFile
}

// filed is a prompt with its place.
type filed struct {
	Prompt
	place string
	file  int // of Files.read
}

// FromFiles reads the files of a study.
//
// What is held out is drawn for each cluster by its name: it is held out in every language, and depends neither on a seed nor
// on other clusters. Of the prompts for preferences those are left out whose cluster is held out, or has a prompt with the text
// of one that is, in any spelling and any language.
func FromFiles(s Spec) (*Files, error) {
	f := &Files{parts: map[string]map[string][]filed{PartPreference: {}, PartEval: {}, PartDev: {}}}
	all := slices.Concat(s.Seen, s.Unseen)
	rows, err := f.open(s, s.Path, s.Columns, "prompts", all, s.needed())
	if err != nil {
		return nil, err
	}
	for _, code := range all {
		for _, p := range rows[code] {
			part := s.part(p.Cluster)
			f.parts[part][code] = append(f.parts[part][code], p)
		}
	}
	if s.HeldPath != "" {
		held, err := f.open(s, s.HeldPath, s.HeldColumns, "evaluate", all, all)
		if err != nil {
			return nil, err
		}
		f.parts[PartEval] = held
	}
	f.leaveOutHeld(all)
	f.count()
	f.version, err = f.digest(all)
	return f, err
}

// needed are the languages that the prompts' own files have to have.
func (s Spec) needed() []string {
	if s.HeldPath != "" {
		return s.Seen
	}
	return slices.Concat(s.Seen, s.Unseen)
}

// part draws what a cluster is used for.
func (s Spec) part(cluster string) string {
	key := rng.Key(0, "held-out prompts", cluster)
	at := float64(binary.LittleEndian.Uint64(key[:])>>11) / (1 << 53) // uniform in [0, 1)
	switch {
	case s.HeldPath == "" && at < s.HeldOut:
		return PartEval
	case at >= 1-s.Dev: // from the other end, so that neither share moves the other's clusters
		return PartDev
	}
	return PartPreference
}

// open reads a file, or those of the languages, and returns the prompts by language. table is the experiment's.
func (f *Files) open(s Spec, path string, columns Columns, table string, languages, needed []string) (map[string][]filed, error) {
	if !strings.Contains(path, PlaceOfLanguage) {
		rows, err := f.readFile(path, table, columns)
		if err != nil {
			return nil, err
		}
		return f.sorted(s, path, rows, columns, table, needed)
	}
	columns.Language = ""
	byLanguage, prompts := map[string][]row{}, map[string][]filed{}
	for _, code := range languages {
		name, err := fileOf(path, code, s.Table)
		if err != nil {
			return nil, err
		}
		rows, err := f.readFile(name, table, columns)
		if errors.Is(err, os.ErrNotExist) {
			if !slices.Contains(needed, code) {
				continue
			}
			return nil, s.noFile(path, name, code)
		}
		if err != nil {
			return nil, err
		}
		byLanguage[code] = rows
		for i, r := range rows {
			prompts[code] = append(prompts[code], f.prompt(r, i+1, code, table, columns))
		}
	}
	if columns.ID == "" && columns.Cluster == "" && !equallyLong(byLanguage) {
		for code, list := range prompts { // rows of one number are not translations of each other
			for i := range list {
				list[i].Cluster = code + " " + list[i].Cluster
			}
		}
	}
	return prompts, distinct(prompts, languages)
}

// sorted deals the rows of one file out to the languages. Rows in others are skipped and counted.
func (f *Files) sorted(s Spec, name string, rows []row, columns Columns, table string, needed []string) (map[string][]filed, error) {
	prompts, found := map[string][]filed{}, map[string]int{}
	languages := slices.Concat(s.Seen, s.Unseen)
	codes := namedBy(s.Table, languages)
	for i, r := range rows {
		found[r.language]++
		if code := codes(r.language); code != "" {
			prompts[code] = append(prompts[code], f.prompt(r, i+1, code, table, columns))
		}
	}
	f.read[len(f.read)-1].Skipped = skipped(found, codes)
	for _, code := range needed {
		if len(prompts[code]) == 0 {
			l, _ := s.Table.Find(code)
			return nil, fmt.Errorf("%s: has no prompts in %s (%s), a language of the experiment; column %q has %s", name, l.Name, code, columns.Language, counted(found))
		}
	}
	return prompts, distinct(prompts, languages)
}

// noFile says that a language has no file, and which languages have one.
func (s Spec) noFile(path, name, code string) error {
	var there []string
	for _, f := range filesOf(path) {
		if _, known := s.Table.Know(f.language); known {
			there = append(there, f.language)
		}
	}
	l, _ := s.Table.Find(code)
	found := "there are files for " + strings.Join(there, ", ")
	if len(there) == 0 {
		found = "there is no file for any other language either"
	}
	if Hub(path) {
		found += fmt.Sprintf(" (congrad data download %s)", path)
	}
	return fmt.Errorf("%s: no such file, for %s (%s), a language of the experiment; %s", name, l.Name, code, found)
}

// prompt completes a row of the file that was read last. number is its place among the file's rows; table is the experiment's table that
// names the file: rows of other files with the same number or id are other prompts.
func (f *Files) prompt(r row, number int, code, table string, columns Columns) filed {
	id, cluster := r.id, r.id
	if columns.ID == "" {
		id, cluster = strconv.Itoa(number), fmt.Sprintf("row %d", number)
	}
	if table == "evaluate" {
		id, cluster = "evaluate/"+id, "evaluate/"+cluster
	}
	if columns.Cluster != "" {
		cluster = r.cluster
	}
	file := len(f.read) - 1
	f.counts(file, code).Rows++
	return filed{Prompt{ID: code + "/" + id, Cluster: cluster, Lang: code, Text: r.prompt, Right: r.answer}, fmt.Sprintf("%s:%d", f.read[file].Path, r.line), file}
}

// equallyLong reports whether all languages have as many rows.
func equallyLong(files map[string][]row) bool {
	lengths := map[int]bool{}
	for _, rows := range files {
		lengths[len(rows)] = true
	}
	return len(lengths) < 2
}

// distinct reports ids that are duplicates in a language.
func distinct(prompts map[string][]filed, languages []string) error {
	for _, code := range languages {
		places := map[string]string{}
		for _, p := range prompts[code] {
			if first := places[p.ID]; first != "" {
				return fmt.Errorf("%s: the id %q is a duplicate of %s, in the same language (%s)", p.place, p.ID[len(code)+1:], first, code)
			}
			places[p.ID] = p.place
		}
	}
	return nil
}

// count notes how many prompts of each file and language are used for what.
func (f *Files) count() {
	for part, languages := range f.parts {
		for code, list := range languages {
			for _, p := range list {
				c := f.counts(p.file, code)
				*map[string]*int{PartPreference: &c.Preference, PartEval: &c.Eval, PartDev: &c.Dev}[part]++
			}
		}
	}
}

// counts are those of a language in a file.
func (f *Files) counts(file int, code string) *record.FilePrompts {
	list := &f.read[file].Languages
	i := slices.IndexFunc(*list, func(c record.FilePrompts) bool { return c.Lang == code })
	if i < 0 {
		i = len(*list)
		*list = append(*list, record.FilePrompts{Lang: code})
	}
	return &(*list)[i]
}

// digest is over everything that the source can return, and not over what else the files have.
func (f *Files) digest(languages []string) (string, error) {
	h := sha256.New()
	for _, part := range []string{PartPreference, PartEval, PartDev} {
		for _, code := range languages {
			for _, p := range f.parts[part][code] {
				text, err := json.Marshal([]string{part, p.ID, p.Cluster, p.Lang, p.Text, p.Right})
				if err != nil {
					return "", err
				}
				h.Write(append(text, '\n'))
			}
		}
	}
	return "files " + hex.EncodeToString(h.Sum(nil)), nil
}

// Version implements [Source].
func (f *Files) Version() string { return f.version }

// Files implements [Source].
func (f *Files) Files() []record.PromptFile { return f.read }

// Preference implements [Source].
func (f *Files) Preference(seed uint64, lang string, iteration, n int) ([]Prompt, error) {
	return cut(f.ordered(PartPreference, lang, seed), lang, iteration, n)
}

// PreferenceCount implements [Source].
func (f *Files) PreferenceCount(lang string) int { return len(f.parts[PartPreference][lang]) }

// Held implements [Source].
func (f *Files) Held(part, lang string, n int) ([]Prompt, error) {
	if part != PartEval && part != PartDev {
		return nil, fmt.Errorf("%q: no such split", part)
	}
	list := f.ordered(part, lang, 0)
	return list[:min(n, len(list))], nil
}

// Unanswered implements [Source].
func (f *Files) Unanswered(part, lang string) string {
	for _, p := range f.parts[part][lang] {
		if p.Right == "" {
			return p.place
		}
	}
	return ""
}

// Place implements [Source].
func (f *Files) Place(id string) string {
	for _, languages := range f.parts {
		for _, list := range languages {
			for _, p := range list {
				if p.ID == id {
					return p.place
				}
			}
		}
	}
	return ""
}

func (f *Files) ordered(part, lang string, seed uint64) []Prompt {
	var list []Prompt
	for _, p := range f.parts[part][lang] {
		list = append(list, p.Prompt)
	}
	sortByDraw(list, seed, byCluster)
	return list
}
