package run

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"congrad/harness/config"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// Identity is what a run folder belongs to: the values of an experiment and the stages of its plan. Comments, and where a value stands
// in its file, are no part of it.
type Identity struct {
	Settings []byte // TOML
	File     string // of a run folder, that holds the settings
	Stages   []*stage.Stage
}

// Identity of a run.
func (p *Plan) Identity() Identity {
	return Identity{p.Experiment.Resolved(), "resolved.toml", p.Stages}
}

// GridIdentity is that of a grid: its file, since its cells differ in what the file varies.
func GridIdentity(e *config.Experiment, plans []*Plan) Identity {
	return Identity{e.Source, "experiment.toml", Union(plans)}
}

// Place is where a run is written. While the folder of its name holds results of another run, it is written next to that one.
type Place struct {
	Folder Folder // where it is written
	Final  Folder // where it is once it is complete
	Other  string // how the run in the folder of its name differs from this one, in words; empty if that is this one, or none
}

// PlaceOf finds the place of a run whose folder would be named base: the folder that belongs to it, or a free one.
func PlaceOf(base Folder, id Identity) (Place, error) {
	fresh := base + "~new"
	if id.owns(fresh) {
		if _, err := os.Lstat(string(base)); errors.Is(err, fs.ErrNotExist) { // the program was killed between the two renames of Settle
			if err := store.Move(string(fresh), string(base)); err != nil {
				return Place{}, fmt.Errorf("naming the run: %w", err)
			}
		}
	}
	there, found := Belonging(base, id)
	switch {
	case found && there == base:
		return Place{Folder: base, Final: base}, nil
	case found:
		return Place{there, there, id.Differs(base)}, nil
	case !base.HasResults():
		return Place{Folder: base, Final: base}, nil
	}
	return Place{fresh, base, id.Differs(base)}, nil
}

// Belonging finds the folder that belongs to a run among the one of its name and those that were moved aside; false if there is none.
func Belonging(base Folder, id Identity) (Folder, bool) {
	for _, f := range append([]Folder{base}, base.moved()...) {
		if id.owns(f) {
			return f, true
		}
	}
	return "", false
}

// moved are the folders <base>~1, <base>~2, ..., in this order.
func (f Folder) moved() []Folder {
	entries, _ := os.ReadDir(filepath.Dir(string(f))) // no folder, no runs
	var numbers []int
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), filepath.Base(string(f))+"~")
		if n, err := strconv.Atoi(number); ok && err == nil && n > 0 {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	list := make([]Folder, len(numbers))
	for i, n := range numbers {
		list[i] = f.numbered(n)
	}
	return list
}

func (f Folder) numbered(n int) Folder { return Folder(fmt.Sprintf("%s~%d", f, n)) }

// Free is the first of <base>~1, <base>~2, ... that is free.
func (f Folder) Free() Folder {
	for n := 1; ; n++ {
		if _, err := os.Lstat(string(f.numbered(n))); errors.Is(err, fs.ErrNotExist) {
			return f.numbered(n)
		}
	}
}

// All are the folders that PlaceOf chooses from.
func (f Folder) All() []Folder { return append([]Folder{f, f + "~new"}, f.moved()...) }

// Settle gives a complete run the folder of its name. What is there is moved aside with all of its files; moved is where to, and empty
// if nothing was in the way.
func (p Place) Settle() (moved Folder, err error) {
	if p.Folder == p.Final {
		return "", nil
	}
	if _, err := os.Lstat(string(p.Final)); err == nil {
		moved = p.Final.Free()
		if err := store.Move(string(p.Final), string(moved)); err != nil {
			return "", fmt.Errorf("moving the earlier results aside: %w (the new ones are complete, in %s)", err, p.Folder)
		}
	}
	if err := store.Move(string(p.Folder), string(p.Final)); err != nil {
		return moved, fmt.Errorf("naming the run: %w (it is complete, in %s)", err, p.Folder)
	}
	return moved, nil
}

// owns reports whether a folder holds this run, as far as it has come.
func (id Identity) owns(f Folder) bool {
	there, err := stage.ReadPlan(f.path("plan.json"))
	if err != nil || !maps.Equal(keys(there.Stages), keys(id.Stages)) {
		return false
	}
	settings, err := os.ReadFile(f.path(id.File))
	if err != nil {
		return false
	}
	differences, err := config.Differences(settings, id.Settings)
	return err == nil && len(differences) == 0
}

func keys(stages []*stage.Stage) map[stage.Ref]bool {
	set := make(map[stage.Ref]bool, len(stages))
	for _, s := range stages {
		set[s.Key] = true
	}
	return set
}

// shown is how many settings that differ are named.
const shown = 3

// Differs says in what the run in a folder differs from this one.
func (id Identity) Differs(f Folder) string {
	settings, err := os.ReadFile(f.path(id.File))
	if err != nil {
		return fmt.Sprintf("its %s cannot be read", id.File)
	}
	differences, err := config.Differences(settings, id.Settings)
	if err != nil {
		return fmt.Sprintf("its %s is not an experiment", id.File)
	}
	if len(differences) > 0 {
		var words []string
		for _, d := range differences[:min(shown, len(differences))] {
			words = append(words, fmt.Sprintf("%s is %s there, %s here", d.Key, short(d.A), short(d.B)))
		}
		if more := len(differences) - shown; more > 0 {
			words = append(words, fmt.Sprintf("and %d more", more))
		}
		return strings.Join(words, "; ")
	}
	there, err := stage.ReadPlan(f.path("plan.json"))
	if err != nil {
		return "its plan.json cannot be read"
	}
	if a, b := devices(there.Stages), devices(id.Stages); a != b {
		return fmt.Sprintf("the device is %s there, %s here", short(a), short(b))
	}
	theirs, same := keys(there.Stages), 0
	for _, s := range id.Stages {
		if theirs[s.Key] {
			same++
		}
	}
	return fmt.Sprintf("its settings are the same, but %d of %d stages differ: other data, or another version of congrad", len(id.Stages)-same, len(id.Stages))
}

// devices are those that compute stages.
func devices(stages []*stage.Stage) string {
	set := map[string]bool{}
	for _, s := range stages {
		if s.Device != "" {
			set[s.Device] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(set)), ", ")
}

// short is a value as a line bears it.
func short(value string) string {
	const most = 40
	if value == "" {
		return "not set"
	}
	if runes := []rune(value); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return value
}
