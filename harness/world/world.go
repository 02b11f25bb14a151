// Package world makes the embedded default data: instructions in many languages whose right answers are known.
//
// Facts come from the Unicode CLDR (names, dates, numbers, plurals, lists, spelled-out numbers; package cldr), the
// instructions from the language table, plain text from the Universal Declaration of Human Rights. A fact belongs to
// no language and to one split; an item is a fact asked in one language. Everything is a function of Settings: the
// same settings give the same world on every machine, in well under a second, with nothing on disk.
package world

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"congrad/harness/lang"
	"congrad/harness/rng"
	"congrad/harness/world/cldr"
)

// Item is a fact asked in one language.
type Item struct {
	ID     string // language and fact: "sw/territory/JP"
	Fact   string // the fact in no language, "territory/JP": the cluster in statistics
	Kind   Kind
	Lang   string
	Prompt string
	Answer string // the one right form
	Split  Split
}

// World is a made world. It is read-only and safe for concurrent use.
type World struct {
	settings Settings
	voices   []*voice // in the order of the settings
	byCode   map[string]*voice
	facts    map[string]fact     // by id
	items    map[string]Item     // by id
	rights   map[string][]string // by id of the fact: the folded right forms of all languages
	passages map[Plain]map[string][]string
	weights  []float64 // of the voices, running sums
}

// Open makes the world of the settings from a folder laid out like experiments/: languages/*.toml, tiny/cldr.json.gz
// and tiny/udhr.json.gz. The shipped one is experiments.Files.
func Open(fsys fs.FS, s Settings) (*World, error) {
	if err := s.Check(); err != nil {
		return nil, fmt.Errorf("world settings: %w", err)
	}
	table, err := lang.Load(fsys, "languages")
	if err != nil {
		return nil, err
	}
	file, err := fsys.Open("tiny/cldr.json.gz")
	if err != nil {
		return nil, fmt.Errorf("world: %w", err)
	}
	defer file.Close()
	data, err := cldr.Read(file)
	if err != nil {
		return nil, fmt.Errorf("world: tiny/cldr.json.gz: %w", err)
	}
	w := &World{
		settings: s, byCode: map[string]*voice{}, facts: map[string]fact{}, items: map[string]Item{}, rights: map[string][]string{},
	}
	if err := w.speak(table, data); err != nil {
		return nil, err
	}
	if err := w.populate(data); err != nil {
		return nil, err
	}
	w.passages, err = readPassages(fsys, s)
	return w, err
}

// speak makes the voices.
func (w *World) speak(table lang.Table, data *cldr.Data) error {
	var wrong []error
	sum := 0.0
	for _, code := range w.settings.Languages {
		l, err := table.Find(code)
		if err == nil {
			var v *voice
			if v, err = newVoice(l, data); err == nil {
				w.voices = append(w.voices, v)
				w.byCode[code] = v
				v.choices = sync.OnceValue(func() []Choice { return w.makeChoices(code) })
				sum += w.settings.weight(code)
				w.weights = append(w.weights, sum)
				continue
			}
		}
		wrong = append(wrong, fmt.Errorf("world: language %s: %w", code, err))
	}
	for _, v := range w.voices {
		if err := v.borrow(data, w.voices); err != nil {
			wrong = append(wrong, fmt.Errorf("world: %w", err))
		}
	}
	return errors.Join(wrong...)
}

// populate makes the items. A fact that a language has no form for is missing there.
func (w *World) populate(data *cldr.Data) error {
	all, err := facts(w.settings, data)
	if err != nil {
		return fmt.Errorf("world: %w", err)
	}
	for _, f := range all {
		id, split := f.id(), w.settings.split(f)
		key := rng.Key(w.settings.Seed, "world/phrasing", id)
		phrasing := binary.LittleEndian.Uint64(key[:])
		w.facts[id] = f
		for _, v := range w.voices {
			answer := v.right(f)
			if answer == "" {
				continue
			}
			item := Item{
				ID: v.Code + "/" + id, Fact: id, Kind: f.kind, Lang: v.Code,
				Prompt: v.ask(f, phrasing), Answer: answer, Split: split,
			}
			v.byKind[f.kind] = append(v.byKind[f.kind], len(v.items))
			v.items = append(v.items, item)
			w.items[item.ID] = item
			w.rights[id] = append(w.rights[id], fold(answer))
		}
	}
	return nil
}

// Settings returns the settings the world was made with.
func (w *World) Settings() Settings { return w.settings }

// Languages returns the codes in the order of the settings.
func (w *World) Languages() []string { return slices.Clone(w.settings.Languages) }

// Items returns the items of one split in one language, in an order that is the same in every language. An unknown
// language has none.
func (w *World) Items(split Split, language string) []Item {
	var items []Item
	if v := w.byCode[language]; v != nil {
		for _, item := range v.items {
			if item.Split == split {
				items = append(items, item)
			}
		}
	}
	return items
}

// Item returns the item with this ID, and whether there is one.
func (w *World) Item(id string) (Item, bool) {
	item, ok := w.items[id]
	return item, ok
}

// Count is how many items a language has of one kind in one split.
type Count struct {
	Lang  string
	Split Split
	Kind  Kind
	Items int
}

// Counts tells how many items there are, by language, split and kind, leaving out what there is none of.
func (w *World) Counts() []Count {
	var counts []Count
	for _, v := range w.voices {
		for _, split := range Splits {
			for _, kind := range Kinds {
				n := 0
				for _, i := range v.byKind[kind] {
					if v.items[i].Split == split {
						n++
					}
				}
				if n > 0 {
					counts = append(counts, Count{v.Code, split, kind, n})
				}
			}
		}
	}
	return counts
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
