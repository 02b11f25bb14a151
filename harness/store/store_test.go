package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"congrad/harness/exit"

	"github.com/google/go-cmp/cmp"
)

func open(t *testing.T, root string) *Store {
	t.Helper()
	s, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

var meta = Meta{Kind: "train", Version: 1, Settings: []byte(`{"a":1}`), Device: "go", Inputs: []string{"x"}}

func put(t *testing.T, s *Store, files map[string][]byte) string {
	t.Helper()
	key, err := meta.Key()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(key, meta, files); err != nil {
		t.Fatal(err)
	}
	return key
}

func TestArtefactRoundTrip(t *testing.T) {
	s := open(t, t.TempDir())
	key := put(t, s, map[string][]byte{"b": []byte("two"), "a": nil})
	if !s.Has(key) || s.Has("other") {
		t.Error("Has does not tell what is there")
	}
	a, err := s.Get(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"b": "two", "a": ""} {
		got, err := a.Read(name)
		if err != nil || string(got) != want {
			t.Errorf("%s reads %q, %v", name, got, err)
		}
	}
	if _, err := a.Read("c"); err == nil {
		t.Error("a file that does not exist was read")
	}
	if err := s.Remove(key); err != nil || s.Has(key) {
		t.Errorf("it is still there: %v", err)
	}
}

// Keys are those of artefacts and of scratch; removing one drops both.
func TestKeysHoldScratchToo(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	key := put(t, s, map[string][]byte{"a": []byte("0123456789")})
	for _, k := range []string{key, "other"} {
		if err := s.Scratch(k).Save("checkpoint", []byte("01234")); err != nil {
			t.Fatal(err)
		}
	}
	check := func(want ...string) {
		t.Helper()
		keys, err := s.Keys()
		if d := cmp.Diff(want, keys); d != "" || err != nil {
			t.Error(d, err)
		}
	}
	check(key, "other")
	sealed, err := os.Stat(filepath.Join(root, "part-other", "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	if size, err := s.Size("other"); size != sealed.Size() || err != nil {
		t.Errorf("the scratch has %d bytes, %v", size, err)
	}
	info, err := os.Stat(filepath.Join(root, key, "meta.json"))
	if err != nil {
		t.Fatal(err)
	}
	if size, err := s.Size(key); size != 10+info.Size()+sealed.Size() || err != nil {
		t.Errorf("artefact and scratch have %d bytes, %v", size, err)
	}
	if err := s.Remove("other"); err != nil {
		t.Fatal(err)
	}
	check(key)
	if err := s.Remove(key); err != nil {
		t.Fatal(err)
	}
	check()
}

// Whatever the work depends on changes the key; the order of files and their contents do not.
func TestKeyHoldsEveryIngredient(t *testing.T) {
	key := func(change func(m *Meta)) string {
		m := meta
		change(&m)
		k, err := m.Key()
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	same := key(func(m *Meta) { m.Files = []File{{Name: "a"}} })
	if same != key(func(*Meta) {}) {
		t.Error("the files of an artefact enter its key")
	}
	for name, change := range map[string]func(m *Meta){
		"kind":     func(m *Meta) { m.Kind = "judge" },
		"version":  func(m *Meta) { m.Version = 2 },
		"settings": func(m *Meta) { m.Settings = []byte(`{"a":2}`) },
		"device":   func(m *Meta) { m.Device = "xla" },
		"inputs":   func(m *Meta) { m.Inputs = []string{"y"} },
		"order":    func(m *Meta) { m.Inputs = []string{"x", "x"} },
	} {
		if key(change) == same {
			t.Errorf("the %s does not enter the key", name)
		}
	}
}

func TestDamageIsNoticed(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	key := put(t, s, map[string][]byte{"weights": []byte("0123456789")})
	path := filepath.Join(root, key, "weights")
	for name, damage := range map[string][]byte{"a flipped bit": []byte("0123456788"), "a cut": []byte("01234"), "nothing": nil} {
		if err := os.WriteFile(path, damage, 0o644); err != nil {
			t.Fatal(err)
		}
		a, err := s.Get(key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Read("weights"); err == nil || !strings.Contains(err.Error(), "is damaged") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHalfWrittenArtefactsAreInvisibleAndGo(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "new-123"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(root, "abc"), 0o755); err != nil { // no meta.json
		t.Fatal(err)
	}
	s := open(t, root)
	if s.Has("abc") || s.Has("new-123") {
		t.Error("a half-written artefact is visible")
	}
	if _, err := os.Stat(filepath.Join(root, "new-123")); !os.IsNotExist(err) {
		t.Error("a half-written artefact stays")
	}
}

// A folder without meta.json is no artefact and is in nobody's way.
func TestPutReplacesWhatARemovalLeft(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	key, err := meta.Key()
	if err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(root, key, "weights")
	if err := WriteFile(left, []byte("old")); err != nil {
		t.Fatal(err)
	}
	put(t, s, map[string][]byte{"steps": []byte("new")})
	a, err := s.Get(key)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := a.Read("steps"); err != nil || string(data) != "new" {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Error("the artefact holds a file that it does not list")
	}
}

// Any number of processes work in a store, unless one removes artefacts; a stage and a run are one process's. Readers wait for nobody.
func TestWhoWaitsForWhom(t *testing.T) {
	root := t.TempDir()
	one, two := open(t, root), open(t, root)
	isBusy := func(what string, err error) {
		t.Helper()
		var b *Busy
		if !errors.As(err, &b) || exit.Code(err) != exit.Busy || !strings.Contains(err.Error(), what) || b.By != me() {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, hold := range map[string]func(s *Store) (func() error, error){
		"training":  func(s *Store) (func() error, error) { return s.HoldStage("k", "training") },
		"the run x": func(s *Store) (func() error, error) { return s.HoldRun("x") },
	} {
		release, err := hold(one)
		if err != nil {
			t.Fatal(err)
		}
		_, err = hold(two)
		isBusy(what, err)
		if err := release(); err != nil {
			t.Fatal(err)
		}
		if release, err = hold(two); err != nil {
			t.Fatal(err)
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Alone(root); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("alone, beside two others: %v", err)
	}
	if err := errors.Join(one.Close(), two.Close()); err != nil {
		t.Fatal(err)
	}
	alone, err := Alone(root)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(root)
	isBusy("the store "+root, err)
	if _, err := Read(root); err != nil {
		t.Errorf("a reader: %v", err)
	}
	if err := alone.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, root)
}

// A reader makes nothing, and refuses a store of another format.
func TestReadersLeaveNothing(t *testing.T) {
	root := filepath.Join(t.TempDir(), "none")
	s, err := Read(root)
	if err != nil || s.Has("x") {
		t.Fatal(err)
	}
	if keys, err := s.Keys(); len(keys) != 0 || err != nil {
		t.Error(keys, err)
	}
	if _, err := os.Stat(root); !os.IsNotExist(err) {
		t.Error("it made the store")
	}
	if err := WriteFile(filepath.Join(root, "format"), []byte("3")); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(root); err == nil || !strings.Contains(err.Error(), "has format 3") {
		t.Error(err)
	}
}

// A process that has ended is not named.
func TestHoldersThatAreGone(t *testing.T) {
	h := me()
	if h.gone() || !strings.Contains(h.String(), "(process ") {
		t.Error(h.String())
	}
	if h.PID = 1 << 22; !h.gone() || h.String() != "another congrad" { // the kernel's highest
		t.Error(h.String())
	}
	if h.Host += "x"; h.gone() {
		t.Error("a process of another machine cannot be seen")
	}
}

// Units that were computed before a stop are not computed again, and a line that was cut is.
func TestUnitsGoOn(t *testing.T) {
	root := t.TempDir()
	s := open(t, root).Scratch("key")
	var ran []int
	stop := errors.New("stop")
	f := func(limit int) func(i int) (float64, error) {
		return func(i int) (float64, error) {
			if i == limit {
				return 0, stop
			}
			ran = append(ran, i)
			return 1 / float64(i+3), nil
		}
	}
	ctx := context.Background()
	if _, err := Units(ctx, s, 5, f(3)); !errors.Is(err, stop) {
		t.Fatal(err)
	}
	log := filepath.Join(root, "part-key", "units.log")
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log, data[:len(data)-4], 0o644); err != nil { // the kill came in the middle of the third line
		t.Fatal(err)
	}
	got, err := Units(ctx, s, 5, f(-1))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]int{0, 1, 2, 2, 3, 4}, ran); d != "" {
		t.Error(d)
	}
	for i, x := range got {
		if x != 1/float64(i+3) { // exactly: results go through JSON
			t.Errorf("unit %d is %v", i, x)
		}
	}
}

// A call that is cancelled finishes the unit at hand, keeps it and stops.
func TestUnitsStop(t *testing.T) {
	s := open(t, t.TempDir()).Scratch("key")
	ctx, cancel := context.WithCancel(context.Background())
	var ran []int
	f := func(i int) (int, error) {
		if ran = append(ran, i); i == 1 {
			cancel()
		}
		return 10 * i, nil
	}
	if _, err := Units(ctx, s, 4, f); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	got, err := Units(context.Background(), s, 4, f)
	if d := cmp.Diff([]int{0, 10, 20, 30}, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if d := cmp.Diff([]int{0, 1, 2, 3}, ran); d != "" {
		t.Error(d)
	}
}

func TestPutDropsScratch(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	key, err := meta.Key()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Scratch(key).Save("checkpoint", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if data, err := s.Scratch(key).Load("checkpoint"); err != nil || string(data) != "x" {
		t.Fatalf("%q, %v", data, err)
	}
	put(t, s, nil)
	if data, err := s.Scratch(key).Load("checkpoint"); err != nil || data != nil {
		t.Errorf("the scratch is still there: %q, %v", data, err)
	}
}

// A store of another format is refused and left as it is; a new one is marked.
func TestStoresOfOtherFormats(t *testing.T) {
	fresh := t.TempDir()
	open(t, fresh).Close()
	if got, err := os.ReadFile(filepath.Join(fresh, "format")); err != nil || string(got) != format+"\n" {
		t.Errorf("a new store has format %q, %v", got, err)
	}
	if s, err := Open(fresh); err != nil {
		t.Error(err)
	} else {
		s.Close()
	}
	for name, lay := range map[string]map[string]string{
		"format 1": {"abc/meta.json": "{}", "new-1/meta.json": "{}", "part-abc/cost.json": "{}", "replies-1.jsonl": "{}"},
		"format 3": {"format": "3\n", "abc/meta.json": "{}"},
	} {
		root := t.TempDir()
		for file, text := range lay {
			if err := WriteFile(filepath.Join(root, file), []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // the lock is let go
			if _, err := Open(root); err == nil || !strings.Contains(err.Error(), "has "+name+", this congrad reads format "+format) || !strings.Contains(err.Error(), "mv "+root) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for file, text := range lay {
			if got, err := os.ReadFile(filepath.Join(root, file)); err != nil || string(got) != text {
				t.Errorf("%s: %s is %q, %v", name, file, got, err)
			}
		}
	}
}

// A process that is killed with a stage in hand which another one has finished leaves scratch that nobody asks for; the next one to open the
// store alone removes it, and no other scratch.
func TestScratchOfFinishedStages(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	key := put(t, s, map[string][]byte{"a": []byte("x")})
	for _, k := range []string{key, "other"} {
		if err := s.Scratch(k).Save("checkpoint", []byte("01234")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, root)
	if s.Scratch(key).Has("checkpoint") || !s.Has(key) {
		t.Error("the scratch of a finished stage stays, or the artefact does not")
	}
	if !s.Scratch("other").Has("checkpoint") {
		t.Error("the scratch of an unfinished stage is removed")
	}
}
