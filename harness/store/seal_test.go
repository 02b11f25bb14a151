package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"congrad/harness/disk"
	"congrad/harness/disk/faulty"

	"github.com/google/go-cmp/cmp"
)

// damages calls f with a file's bytes with each single bit changed, and with each length that it can be cut to; the file is whole
// again afterwards.
func damages(t *testing.T, path string, f func(what string)) (tries int) {
	t.Helper()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, data []byte) {
		overwrite(t, path, data)
		tries++
		f(what)
	}
	for i := range whole {
		for bit := range 8 {
			data := append([]byte(nil), whole...)
			data[i] ^= 1 << bit
			try("a changed bit", data)
		}
		try("a cut", whole[:i])
	}
	overwrite(t, path, whole)
	return tries
}

// overwrite replaces a file's bytes in place: file systems flush a file that is emptied and written again, which takes long.
func overwrite(t *testing.T, path string, data []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(data, 0)
	if err := errors.Join(err, f.Truncate(int64(len(data))), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// unflushed is a store on a disk that does not flush, for tests that write much.
func unflushed(t *testing.T) *Store {
	t.Helper()
	root := t.TempDir()
	s, err := OpenOn(faulty.New(root, nil), root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Of a sealed file every changed bit and every cut is noticed, and so is a file that belongs to another stage.
func TestSealedFilesShowAllDamage(t *testing.T) {
	s := unflushed(t).Scratch("key")
	if err := s.Keep(func(add AddFile) error {
		return errors.Join(add("a", disk.Bytes([]byte("0123456789"))), add("b", disk.Bytes(nil)), add("c", disk.Bytes([]byte{0, 255, '\n'})))
	}); err != nil {
		t.Fatal(err)
	}
	path, scope := filepath.Join(s.dir, "checkpoint-00000001"), s.scope("checkpoint-00000001")
	got, err := readSealed(path, scope)
	if d := cmp.Diff(map[string][]byte{"a": []byte("0123456789"), "b": {}, "c": {0, 255, '\n'}}, got); d != "" || err != nil {
		t.Fatal(d, err)
	}
	if tries := damages(t, path, func(what string) {
		if _, err := readSealed(path, scope); !errors.Is(err, errDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}); tries < 1000 {
		t.Errorf("%d tries", tries)
	}
	if _, err := readSealed(path, "other/checkpoint-00000001"); !errors.Is(err, errDamaged) {
		t.Errorf("another stage's: %v", err)
	}
}

// A stage goes on from the checkpoint before a damaged one, says so once, and starts again where none is whole.
func TestCheckpointsFallBack(t *testing.T) {
	s := open(t, t.TempDir()).Scratch("key")
	var said []string
	s.Say = func(message string) { said = append(said, message) }
	keep := func(text string) {
		t.Helper()
		if err := s.Keep(func(add AddFile) error { return add("x", disk.Bytes([]byte(text))) }); err != nil {
			t.Fatal(err)
		}
	}
	latest := func() string {
		t.Helper()
		parts, err := s.Latest()
		if err != nil {
			t.Fatal(err)
		}
		return string(parts["x"])
	}
	if got := latest(); got != "" {
		t.Errorf("nothing was kept: %q", got)
	}
	for _, text := range []string{"one", "two", "three"} {
		keep(text)
		if got := latest(); got != text {
			t.Errorf("%q", got)
		}
	}
	if names, err := s.checkpoints(); len(names) != generations || err != nil {
		t.Errorf("%q, %v", names, err)
	}
	spoil := func(name string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	spoil("checkpoint-00000003")
	if got := latest(); got != "two" || len(said) != 1 || !strings.Contains(said[0], "checkpoint-00000003 is damaged (its checksum differs); going on from checkpoint-00000002") {
		t.Errorf("%q, %q", got, said)
	}
	spoil("checkpoint-00000002")
	if got := latest(); got != "" || len(said) != 2 || !strings.HasSuffix(said[1], "going on from the start of the stage") {
		t.Errorf("%q, %q", got, said)
	}
	keep("four")
	if got := latest(); got != "four" {
		t.Errorf("%q", got)
	}
}

// Whatever bit of a log of units changes, and wherever it is cut: the results are those of an undisturbed call.
func TestUnitsShowAllDamage(t *testing.T) {
	s := unflushed(t).Scratch("key")
	f := func(i int) (float64, error) { return 1 / float64(i+3), nil }
	want, err := Units(context.Background(), s, 4, f)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.dir, "units.log")
	said := 0
	s.Say = func(string) { said++ }
	tries := damages(t, path, func(what string) {
		got, err := Units(context.Background(), s, 4, f)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %s %v", what, d, err)
		}
	})
	if tries < 500 || said < tries/2 {
		t.Errorf("%d tries, %d said", tries, said)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")
	for name, order := range map[string][]int{"swapped": {1, 0, 2, 3}, "missing": {0, 2, 3}, "twice": {0, 0, 1, 2}} {
		text := ""
		for _, i := range order {
			text += lines[i]
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := Units(context.Background(), s, 4, f); cmp.Diff(want, got) != "" || err != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// A stage's unfinished work from before there were checksums is refused; what is no work is not.
func TestScratchOfEarlierVersions(t *testing.T) {
	root := t.TempDir()
	st := open(t, root)
	for _, name := range unsealed {
		s := st.Scratch("of " + name)
		if err := WriteFile(filepath.Join(s.dir, name), []byte("x")); err != nil {
			t.Fatal(err)
		}
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), s.dir+" is unfinished work of an earlier version") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := st.Scratch("k")
	if err := WriteFile(filepath.Join(s.dir, "cost.json"), []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Check(), st.Scratch("new").Check()); err != nil {
		t.Error(err)
	}
}

// A note that is damaged counts as none; one without a seal is an earlier version's.
func TestNotesShowAllDamage(t *testing.T) {
	s := unflushed(t)
	if err := s.Put("k", Meta{}, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.PutNote("k", "n", []byte(`{"seconds":12}`)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.root, "k", "n")
	damages(t, path, func(what string) {
		data, err := s.Note("k", "n")
		if text := strings.TrimSpace(string(data)); text != "" && text != `{"seconds":12}` || err != nil { // a cut behind it is without effect
			t.Errorf("%s: %q, %v", what, data, err)
		}
	})
	if err := os.WriteFile(path, []byte(`{"seconds":12}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if data, err := s.Note("k", "n"); string(data) != `{"seconds":12}` || err != nil {
		t.Errorf("without a seal: %q, %v", data, err)
	}
}
