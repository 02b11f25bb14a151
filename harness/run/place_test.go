package run

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"congrad/harness/stage"
)

// versionOf is an experiment named x with some value, planned as one stage.
func versionOf(t *testing.T, value int, device string) Identity {
	t.Helper()
	s, err := stage.New("train", 1, map[string]int{"epochs": value}, device, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Identity{fmt.Appendf(nil, "# %d\nname = \"x\"\n[train]\nepochs = %d # x.toml:%d\n", value, value, value), "resolved.toml", []*stage.Stage{s}}
}

// complete runs an experiment as a call of the program does: where its place is, up to some point.
func complete(t *testing.T, base Folder, id Identity, until string) Place {
	t.Helper()
	place, err := PlaceOf(base, id)
	if err != nil {
		t.Fatal(err)
	}
	out := writer(t, place.Folder)
	plan, err := stage.Plan{Stages: id.Stages}.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"plan.json": plan, "resolved.toml": id.Settings} {
		if err := out.Write(name, data); err != nil {
			t.Fatal(err)
		}
	}
	if until == "planned" {
		return place
	}
	if err := out.Write("records/study.jsonl", id.Settings); err != nil {
		t.Fatal(err)
	}
	if until == "finished" {
		return place
	}
	if _, err := place.Settle(); err != nil {
		t.Fatal(err)
	}
	return place
}

// A run folder belongs to one experiment. The results of another one of its name stay until the run is complete, and are then moved
// aside; whoever runs that one again finds them.
func TestPlaces(t *testing.T) {
	runs := t.TempDir()
	base := Folder(filepath.Join(runs, "x"))
	holds := func(want map[string]Identity) {
		t.Helper()
		entries, err := os.ReadDir(runs)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		if wanted := slices.Sorted(maps.Keys(want)); !slices.Equal(names, wanted) {
			t.Fatalf("folders %v, want %v", names, wanted)
		}
		for name, id := range want {
			if data, err := os.ReadFile(filepath.Join(runs, name, "resolved.toml")); err != nil || string(data) != string(id.Settings) {
				t.Errorf("%s holds %s, want %s; %v", name, data, id.Settings, err)
			}
		}
	}
	one, two, three := versionOf(t, 1, ""), versionOf(t, 2, ""), versionOf(t, 3, "")

	complete(t, base, one, "planned")
	holds(map[string]Identity{"x": one})
	complete(t, base, two, "planned") // nothing is lost by that
	complete(t, base, one, "")
	holds(map[string]Identity{"x": one})

	place := complete(t, base, two, "planned")
	holds(map[string]Identity{"x": one, "x~new": two})
	if want := "train.epochs is 1 there, 2 here"; place.Other != want {
		t.Errorf("%q, want %q", place.Other, want)
	}
	if err := os.WriteFile(base.path("notes.md"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	complete(t, base, two, "")
	holds(map[string]Identity{"x": two, "x~1": one})
	if data, err := os.ReadFile(filepath.Join(runs, "x~1", "notes.md")); err != nil || string(data) != "mine" {
		t.Errorf("the user's notes: %q, %v", data, err)
	}
	if place := complete(t, base, one, ""); place.Folder != base+"~1" || !strings.Contains(place.Other, "train.epochs is 2 there, 1 here") {
		t.Errorf("the first experiment is run again in %+v", place)
	}
	holds(map[string]Identity{"x": two, "x~1": one})
	complete(t, base, three, "")
	holds(map[string]Identity{"x": three, "x~1": one, "x~2": two})

	// killed between the two renames
	complete(t, base, versionOf(t, 4, ""), "finished")
	if err := os.Rename(string(base), string(base)+"~3"); err != nil {
		t.Fatal(err)
	}
	if place := complete(t, base, versionOf(t, 4, ""), ""); place.Folder != base || place.Other != "" {
		t.Errorf("a complete run without a name goes on in %+v", place)
	}
	holds(map[string]Identity{"x": versionOf(t, 4, ""), "x~1": one, "x~2": two, "x~3": three})
}

// What differs is said for settings, the device and all else, and a folder that cannot be read is not this run's.
func TestWhatDiffers(t *testing.T) {
	base := Folder(filepath.Join(t.TempDir(), "x"))
	one := versionOf(t, 1, "go")
	complete(t, base, one, "")
	elsewhere, newer := versionOf(t, 1, "xla"), versionOf(t, 1, "go")
	var err error
	if newer.Stages[0], err = stage.New("train", 2, map[string]int{"epochs": 1}, "go", nil); err != nil {
		t.Fatal(err)
	}
	many := versionOf(t, 1, "go")
	many.Settings = []byte("name = \"x\"\na = 1\nb = 2\nc = 3\nd = \"" + strings.Repeat("y", 100) + "\"\n[train]\nepochs = 1\n")
	for want, id := range map[string]Identity{
		"the device is go there, xla here":       elsewhere,
		"1 of 1 stages differ":                   newer,
		"a is not set there, 1 here; b is not":   many,
		"c is not set there, 3 here; and 1 more": many,
	} {
		if place, err := PlaceOf(base, id); err != nil || !strings.Contains(place.Other, want) || place.Folder != base+"~new" || place.Final != base {
			t.Errorf("%+v, %v; want %q", place, err, want)
		}
	}
	for _, name := range []string{"resolved.toml", "plan.json"} {
		if err := os.WriteFile(base.path(name), []byte("{"), 0o644); err != nil {
			t.Fatal(err)
		}
		if place, err := PlaceOf(base, one); err != nil || place.Folder != base+"~new" || !strings.Contains(place.Other, name) {
			t.Errorf("without %s: %+v, %v", name, place, err)
		}
		if err := os.WriteFile(base.path(name), one.Settings, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
