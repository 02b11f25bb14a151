package run

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func writer(t *testing.T, f Folder) *Writer {
	t.Helper()
	w, err := f.Writer()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// content are the files of a folder by path, with what is in them.
func content(t *testing.T, f Folder) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(string(f), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(string(f), path)
		files[filepath.ToSlash(name)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A rendering removes what an earlier one left, if it is as it was written, and nothing else.
func TestOnlyListedFilesGo(t *testing.T) {
	f := Folder(t.TempDir())
	first := writer(t, f)
	for _, name := range []string{"tables/same.txt", "tables/old.txt", "tables/edited.txt", "tables/edited-old.txt", "records/pairs.jsonl", "report.md"} {
		if err := first.Write(name, []byte("congrad's "+name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.WriteManifest(Manifest{Files: first.Files}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tables/edited.txt", "tables/edited-old.txt", "tables/notes.txt", "figures/slides/talk.svg", "tables/new.txt", "notes.md"} {
		if err := os.MkdirAll(filepath.Dir(f.path(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.path(name), []byte("the user's "+name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	second := writer(t, f)
	for _, name := range []string{"tables/same.txt", "tables/edited.txt", "tables/new.txt"} {
		if err := second.Write(name, []byte("congrad's "+name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, below := range []string{"tables/", "figures/"} {
		if err := second.Prune(below); err != nil {
			t.Fatal(err)
		}
	}
	got := content(t, f)
	delete(got, "manifest.json")
	want := map[string]string{}
	for _, name := range []string{"tables/same.txt", "tables/edited.txt", "tables/new.txt", "records/pairs.jsonl", "report.md"} {
		want[name] = "congrad's " + name
	}
	for _, name := range []string{"tables/edited-old.txt", "tables/notes.txt", "figures/slides/talk.svg", "notes.md"} {
		want[name] = "the user's " + name
	}
	want["tables/edited.txt~1"], want["tables/new.txt~1"] = "the user's tables/edited.txt", "the user's tables/new.txt"
	if !maps.Equal(got, want) {
		t.Errorf("left %v\nwant %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	if listed := slices.Sorted(maps.Keys(second.Files)); !slices.Equal(listed, []string{"records/pairs.jsonl", "report.md", "tables/edited.txt", "tables/new.txt", "tables/same.txt"}) {
		t.Errorf("listed %v", listed)
	}
	if len(second.Aside) != 2 {
		t.Errorf("renamed %v", second.Aside)
	}
}

// A link in the place of a folder of the run's leads to somebody else's files.
func TestLinkedFoldersAreRefused(t *testing.T) {
	for _, name := range []string{"records", "tables", "figures"} {
		f, elsewhere := Folder(t.TempDir()), t.TempDir()
		if err := os.Symlink(elsewhere, f.path(name)); err != nil {
			t.Skip(err)
		}
		if _, err := f.Writer(); err == nil {
			t.Errorf("%s may be a link", name)
		}
	}
	f, elsewhere := Folder(t.TempDir()), filepath.Join(t.TempDir(), "main.txt")
	if err := os.Mkdir(f.path("tables"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, f.path("tables/main.txt")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(elsewhere, []byte("the user's"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writer(t, f).Write("tables/main.txt", []byte("congrad's")); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(elsewhere); err != nil || string(data) != "the user's" {
		t.Errorf("a linked file is now %q, %v", data, err)
	}
}

// Every bit of a manifest is covered: a flip is an error, or changes nothing that is read.
func TestManifestIsSealed(t *testing.T) {
	f := Folder(t.TempDir())
	m := Manifest{Outcome: Finished, Command: `congrad run x --set 'a="b"'`, Files: map[string]string{"records/pairs.jsonl": Hash(nil)}, Seconds: map[string]float64{"train": 1.5}}
	if err := f.WriteManifest(m); err != nil {
		t.Fatal(err)
	}
	want, err := f.Manifest()
	if err != nil || want.Command != m.Command {
		t.Fatalf("%+v, %v", want, err)
	}
	data, err := os.ReadFile(f.path("manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	unnoticed := 0
	for at := range data {
		for bit := range 8 {
			flipped := slices.Clone(data)
			flipped[at] ^= 1 << bit
			if err := os.WriteFile(f.path("manifest.json"), flipped, 0o644); err != nil {
				t.Fatal(err)
			}
			got, err := f.Manifest()
			if err != nil {
				continue
			}
			unnoticed++
			if got.Outcome != want.Outcome || got.Command != want.Command || !maps.Equal(got.Files, want.Files) || got.Seconds["train"] != want.Seconds["train"] {
				t.Fatalf("bit %d of byte %d is flipped, and nobody notices:\n%s", bit, at, flipped)
			}
		}
	}
	if most := 8 * len("\"\n}\n"); unnoticed > most {
		t.Errorf("%d flips without effect, at most %d are behind the seal", unnoticed, most)
	}
}
