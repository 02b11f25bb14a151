package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// stored puts an artefact of made-up files under its own key.
func stored(t *testing.T, s *Store, settings string, files map[string]string) string {
	t.Helper()
	m := Meta{Kind: "train", Version: 1, Settings: []byte(settings)}
	key, err := m.Key()
	if err != nil {
		t.Fatal(err)
	}
	data := map[string][]byte{}
	for name, text := range files {
		data[name] = []byte(text)
	}
	if err := s.Put(key, m, data); err != nil {
		t.Fatal(err)
	}
	return key
}

// What is in the trash comes back as it was; what was damaged does not, and what is there again is left alone.
func TestTrash(t *testing.T) {
	s := opened(t)
	whole := stored(t, s, `{"epochs": 1}`, map[string]string{"weights": "w"})
	bad := stored(t, s, `{"epochs": 2}`, map[string]string{"weights": "w"})
	aside := stored(t, s, `{"epochs": 3}`, map[string]string{"weights": "w"})
	if err := s.Scratch(whole).Save("note", []byte("1")); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{whole, bad} {
		if err := s.Trash(key); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // twice: the second finds a place of its own
		if where, err := s.SetAside(aside); err != nil || where == "" {
			t.Fatal(where, err)
		}
		stored(t, s, `{"epochs": 3}`, map[string]string{"weights": "w"})
	}
	if err := s.Remove(aside); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.root, trashFolder, bad, "weights"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Discarded(); err != nil || len(list) != 5 {
		t.Fatal(list, err)
	}
	for key, want := range map[string]bool{whole: true, bad: false, aside: false, "unknown": false} {
		if back, err := s.Restore(key); err != nil || back != want || s.Has(key) != want {
			t.Errorf("%s came back: %v, want %v; %v", key, back, want, err)
		}
	}
	if note, err := s.Scratch(whole).Load("note"); err != nil || string(note) != "1" {
		t.Errorf("scratch: %q, %v", note, err)
	}
	if err := s.Check(whole, 1<<20); err != nil {
		t.Error(err)
	}
	list, err := s.Discarded()
	if err != nil || len(list) != 3 {
		t.Fatal(list, err)
	}
	for _, d := range list {
		if err := s.Delete(d); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := s.Discarded(); err != nil || len(list) != 0 {
		t.Error(list, err)
	}
}

// A flipped bit anywhere in an artefact is found, or changes nothing that is read; so are two artefacts that were swapped, a file that
// was cut, and one that is missing.
func TestCheck(t *testing.T) {
	s := opened(t)
	first := stored(t, s, `{"epochs":1,"name":"a"}`, map[string]string{"weights": "some weights", "steps.jsonl": "{}\n"})
	second := stored(t, s, `{"epochs":2,"name":"a"}`, map[string]string{"weights": "some weights", "steps.jsonl": "{}\n"})
	dir := func(key string) string { return filepath.Join(s.root, key) }
	damaged := func() bool {
		var d *Damaged
		return errors.As(s.Check(first, 1<<20), &d) && d.Key == first
	}
	if damaged() {
		t.Fatal("an artefact as it was stored is called damaged")
	}
	want, err := s.Get(first)
	if err != nil {
		t.Fatal(err)
	}
	unnoticed, flips := 0, 0
	for _, name := range []string{"weights", "steps.jsonl", "meta.json"} {
		path := filepath.Join(dir(first), name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for at := range data {
			for bit := range 8 {
				if (at+bit)%8 != 0 { // all of them take a file each, and were tried once
					continue
				}
				flipped := slices.Clone(data)
				flipped[at] ^= 1 << bit
				if err := os.WriteFile(path, flipped, 0o644); err != nil {
					t.Fatal(err)
				}
				flips++
				if damaged() {
					continue
				}
				unnoticed++
				got, err := s.Get(first)
				if err != nil || !slices.Equal(got.Meta.Files, want.Meta.Files) || got.Meta.Kind != want.Meta.Kind || name != "meta.json" {
					t.Fatalf("bit %d of byte %d of %s: nobody notices\n%s", bit, at, name, flipped)
				}
			}
			if at%8 != 0 {
				continue
			}
			if err := os.WriteFile(path, data[:at], 0o644); err != nil {
				t.Fatal(err)
			}
			if !damaged() {
				t.Errorf("%s is cut to %d bytes, and nobody notices", name, at)
			}
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d of %d flips have no effect (white space, case of field names)", unnoticed, flips)
	if err := os.Rename(filepath.Join(dir(first), "weights"), filepath.Join(dir(first), "kept")); err != nil {
		t.Fatal(err)
	}
	if !damaged() {
		t.Error("a missing file is not noticed")
	}
	if err := os.Rename(filepath.Join(dir(first), "kept"), filepath.Join(dir(first), "weights")); err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]string{{dir(first), dir("x")}, {dir(second), dir(first)}, {dir("x"), dir(second)}} {
		if err := os.Rename(pair[0], pair[1]); err != nil {
			t.Fatal(err)
		}
	}
	if !damaged() {
		t.Error("two artefacts were swapped, and nobody notices")
	}
	a, err := s.Get(first)
	if err != nil {
		t.Fatal(err)
	}
	var d *Damaged
	if err := s.CheckKey(a); !errors.As(err, &d) {
		t.Errorf("a swapped artefact is read: %v", err)
	}
}

// Files above the limit are measured and not read.
func TestCheckOfLargeFiles(t *testing.T) {
	s := opened(t)
	key := stored(t, s, `{}`, map[string]string{"weights": "some weights"})
	path := filepath.Join(s.root, key, "weights")
	for text, want := range map[string]bool{"some weights": true, "same weights": true, "weights": false} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := s.Check(key, 3); (err == nil) != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func opened(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
