package data

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"congrad/harness/lang"
	"congrad/harness/record"
)

// PairSpec says which files have preference pairs.
type PairSpec struct {
	Path      string // with PlaceOfLanguage, one file for each language
	Columns   PairColumns
	Languages []string // rows in others are skipped and counted; nil for whatever the files have, by the files' names
	Table     lang.Table
}

// Pairs are preference pairs that people bring.
type Pairs struct {
	list  []Preference
	files []record.PromptFile
}

// OpenPairs reads files of preference pairs.
func OpenPairs(s PairSpec) (*Pairs, error) {
	p := &Pairs{}
	if !strings.Contains(s.Path, PlaceOfLanguage) {
		if err := p.read(s, s.Path, ""); err != nil {
			return nil, err
		}
		return p, p.complete(s)
	}
	s.Columns.Language = ""
	files, err := s.each()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := p.read(s, f.name, f.language); err != nil {
			return nil, err
		}
	}
	return p, p.complete(s)
}

// each lists the files of the languages.
func (s PairSpec) each() (files []languageFile, err error) {
	if s.Languages == nil {
		if files = filesOf(s.Path); len(files) == 0 {
			return nil, fmt.Errorf("%s: there is no file for any language", s.Path)
		}
		return files, nil
	}
	for _, code := range s.Languages {
		name, err := fileOf(s.Path, code, s.Table)
		if err != nil {
			return nil, err
		}
		if !thereIs(name) {
			return nil, Spec{Table: s.Table}.noFile(s.Path, name, code)
		}
		files = append(files, languageFile{name, code})
	}
	return files, nil
}

// read adds the pairs of one file; code is the language of a file that has one, and empty else.
func (p *Pairs) read(s PairSpec, name, code string) error {
	rows, sum, err := readRows(name, "pairs.path", s.Columns.wanted("pairs.columns"))
	if err != nil {
		return err
	}
	file := record.PromptFile{Path: name, SHA256: sum, Rows: len(rows)}
	codes := func(language string) string { return language }
	if s.Languages != nil && code == "" {
		codes = namedBy(s.Table, s.Languages)
	}
	found, unusable, places := map[string]int{}, map[string]int{}, map[string]int{}
	for i, r := range rows {
		if code != "" {
			r.language = code
		}
		found[r.language]++
		language := codes(r.language)
		if language == "" {
			continue
		}
		pair, why := r.preference()
		if why != "" {
			unusable[why]++
			continue
		}
		if s.Columns.ID == "" {
			pair.id = strconv.Itoa(i + 1)
		}
		pair.Lang, pair.File, pair.cluster = language, name, cmp.Or(pair.cluster, pair.id)
		if s.Columns.ID == "" && s.Columns.Cluster == "" { // rows of one number are not translations of each other
			pair.cluster = language + " " + pair.cluster
		}
		if first := places[pair.ID()]; first != 0 {
			return fmt.Errorf("%s: the id %q is a duplicate of line %d, in the same language (%s)", pair.Place(), pair.id, first, language)
		}
		places[pair.ID()] = pair.Line
		p.list = append(p.list, pair)
	}
	file.Skipped = skipped(found, codes)
	for _, why := range slices.Sorted(maps.Keys(unusable)) {
		file.Unusable = append(file.Unusable, record.UnusableRows{Why: why, Rows: unusable[why]})
	}
	p.files = append(p.files, file)
	return nil
}

// complete reports files without pairs, of all languages or of one that needs some.
func (p *Pairs) complete(s PairSpec) error {
	if len(p.list) == 0 {
		return fmt.Errorf("%s: has no pairs%s", s.Path, unusableNote(p.files))
	}
	for _, code := range s.Languages {
		if p.Count(code) == 0 {
			l, _ := s.Table.Find(code)
			return fmt.Errorf("%s: has no pairs in %s (%s), a seen language of the experiment%s", s.Path, l.Name, code, unusableNote(p.files))
		}
	}
	return nil
}

// unusableNote counts the rows that are no pairs; empty if there are none.
func unusableNote(files []record.PromptFile) string {
	var list []string
	for _, f := range files {
		for _, u := range f.Unusable {
			list = append(list, fmt.Sprintf("%s (%d)", u.Why, u.Rows))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "; rows that are none: " + strings.Join(list, ", ")
}

// LeaveOut takes out the pairs whose prompt is among these texts in any spelling, and returns how many there were.
func (p *Pairs) LeaveOut(held []Prompt) (count int) {
	out := map[string]bool{}
	for _, q := range held {
		out[spelling(q.Text)] = true
	}
	before := len(p.list)
	p.list = slices.DeleteFunc(p.list, func(x Preference) bool { return out[spelling(x.Prompt)] })
	return before - len(p.list)
}

// All lists the pairs in the order of the files.
func (p *Pairs) All() []Preference { return slices.Clone(p.list) }

// Count is how many pairs a language has.
func (p *Pairs) Count(code string) (n int) {
	for _, x := range p.list {
		if x.Lang == code {
			n++
		}
	}
	return n
}

// Drawn returns up to n pairs of a language, all for 0. Their order is drawn from the seed by cluster, the same for all languages.
func (p *Pairs) Drawn(seed uint64, code string, n int) []Preference {
	var list []Preference
	for _, x := range p.list {
		if x.Lang == code {
			list = append(list, x)
		}
	}
	sortByDraw(list, seed, func(x Preference) string { return x.cluster })
	if n == 0 {
		n = math.MaxInt
	}
	return list[:min(n, len(list))]
}

// Version identifies the pairs; it is a part of the keys of stages.
func (p *Pairs) Version() (string, error) {
	h := sha256.New()
	for _, x := range p.list {
		text, err := json.Marshal([]any{x.Lang, x.id, x.cluster, x.Before, x.Prompt, x.Chosen, x.Rejected})
		if err != nil {
			return "", err
		}
		h.Write(append(text, '\n'))
	}
	return "pairs " + hex.EncodeToString(h.Sum(nil)), nil
}

// Files describes what was read.
func (p *Pairs) Files() []record.PromptFile {
	for i, f := range p.files {
		counts := map[string]int{}
		for _, x := range p.list {
			if x.File == f.Path {
				counts[x.Lang]++
			}
		}
		p.files[i].Languages = nil
		for _, code := range slices.Sorted(maps.Keys(counts)) {
			p.files[i].Languages = append(p.files[i].Languages, record.FilePrompts{Lang: code, Rows: counts[code], Preference: counts[code]})
		}
	}
	return p.files
}
