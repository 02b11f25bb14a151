package parquet

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// What each writer wrote reads as pyarrow reads it (testdata/writers.py: every codec and encoding that they offer).
func TestReadsAsPyarrowDoes(t *testing.T) {
	notes, err := filepath.Glob("testdata/*.parquet.json")
	if err != nil || len(notes) != 9 {
		t.Fatalf("%d files, %v", len(notes), err)
	}
	for _, note := range notes {
		compare(t, note)
	}
}

// The same for many random files. CONGRAD_PARQUET is a folder that testdata/random_files.py filled (make parquet).
func TestReadsRandomFiles(t *testing.T) {
	folder := os.Getenv("CONGRAD_PARQUET")
	if folder == "" {
		t.Skip("make parquet writes the files and sets CONGRAD_PARQUET")
	}
	notes, err := filepath.Glob(filepath.Join(folder, "*.parquet.json"))
	if err != nil || len(notes) == 0 {
		t.Fatalf("no files in %s, %v", folder, err)
	}
	columns := 0
	for _, note := range notes {
		columns += compare(t, note)
	}
	t.Logf("%d files, %d columns", len(notes), columns)
}

// compare reads a file and holds every column against the note of what pyarrow reads. It returns how many there are.
func compare(t *testing.T, note string) int {
	t.Helper()
	source, err := os.ReadFile(note)
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Rows    int
		Columns []struct {
			Name  string
			Cells []*string
			Lists [][]*string
		}
	}
	if err := json.Unmarshal(source, &want); err != nil {
		t.Fatal(err)
	}
	name := strings.TrimSuffix(note, ".json")
	f := openPath(t, name)
	if f.Rows != want.Rows {
		t.Errorf("%s: %d rows, want %d", name, f.Rows, want.Rows)
	}
	for _, w := range want.Columns {
		c := named(t, f, w.Name)
		lists, expected := [][]Cell{nil}, w.Lists
		if c.List {
			lists, err = f.ReadLists(c)
		} else {
			expected = [][]*string{w.Cells}
			lists[0], err = f.Read(c)
		}
		if err != nil || c.Kind == Other || len(lists) != len(expected) {
			t.Errorf("%s, %s: kind %d, %d lists, want %d, %v", name, w.Name, c.Kind, len(lists), len(expected), err)
			continue
		}
		if i, j := differ(c, lists, expected); i >= 0 {
			t.Errorf("%s, %s: differs in list %d, entry %d", name, w.Name, i, j)
		}
	}
	return len(want.Columns)
}

// differ finds the first cell that is not what is wanted; -1 if there is none.
func differ(c Column, lists [][]Cell, want [][]*string) (i, j int) {
	for i := range lists {
		if len(lists[i]) != len(want[i]) {
			return i, -1
		}
		for j, w := range want[i] {
			got := lists[i][j]
			if got.Null != (w == nil) || w != nil && got.Text != *w && !(c.Kind == Real && sameNumber(got.Text, *w)) {
				return i, j
			}
		}
	}
	return -1, -1
}

// sameNumber compares reals as float32, for pyarrow gives those of 32 bits as float64.
func sameNumber(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && (float32(x) == float32(y) || math.IsNaN(x) && math.IsNaN(y))
}

func named(t *testing.T, f *File, name string) Column {
	t.Helper()
	for _, c := range f.Columns {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no column %q", name)
	return Column{}
}

func openPath(t *testing.T, path string) *File {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return f
}

// Files with fewer bytes than rows, or than entries of lists, as all writers make them by default.
func TestSmallFilesOfManyRows(t *testing.T) {
	for _, writer := range []string{"pa", "pl", "dd"} {
		f := openPath(t, "testdata/"+writer+"-options.parquet")
		lists, err := f.ReadLists(named(t, f, "choices"))
		if err != nil || len(lists) != 3000 {
			t.Errorf("%s: %d lists, %v", writer, len(lists), err)
		}
		for i, list := range lists {
			text := ""
			for _, c := range list {
				text += c.Text
			}
			if text != "ABCDEFGHIJ" {
				t.Fatalf("%s: list %d is %s", writer, i, text)
			}
		}
		f = openPath(t, "testdata/"+writer+"-labels.parquet")
		cells, err := f.Read(named(t, f, "label"))
		if err != nil || len(cells) != 10000 || int64(len(cells)) < f.size {
			t.Errorf("%s: %d labels in %d bytes, %v", writer, len(cells), f.size, err)
		}
		for i, c := range cells {
			if want := []string{"entailment", "neutral", "neutral", "contradiction"}[i%4]; c.Text != want {
				t.Fatalf("%s: row %d is %q", writer, i, c.Text)
			}
		}
	}
}
