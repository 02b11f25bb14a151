package parquet

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// All ways of writing one table read as pyarrow reads them (testdata/make.py).
func TestReadsWhatPyarrowWrote(t *testing.T) {
	source, err := os.ReadFile("testdata/want.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Flat  map[string][]*string
		Lists map[string][][]*string
	}
	if err := json.Unmarshal(source, &want); err != nil {
		t.Fatal(err)
	}
	for name, rows := range map[string]int{"snappy": 300, "none": 300, "gzip": 300, "zstd-v2": 300, "snappy-v2": 300, "groups": 300, "checked": 300, "brotli": 40, "delta": 40} {
		f := open(t, name)
		if f.Rows != rows {
			t.Errorf("%s: %d rows", name, f.Rows)
		}
		kinds, read := "", 0
		for _, c := range f.Columns {
			kinds += c.Name + " " + map[bool]string{true: "list of "}[c.List] + []string{c.Type, "text", "whole", "real", "flag", "JSON"}[c.Kind] + ", "
			if c.Kind == Other || c.Kind == Real {
				continue
			}
			lists, want := [][]Cell{nil}, append(want.Lists[c.Name], want.Flat[c.Name])
			var err error
			if c.List {
				lists, err = f.ReadLists(c)
				want = want[:rows]
			} else {
				lists[0], err = f.Read(c)
				want[0] = want[0][:rows]
			}
			if err != nil || len(lists) != len(want) {
				t.Errorf("%s, %s: %d lists of cells, %v", name, c.Name, len(lists), err)
				continue
			}
			read++
			for i, cells := range lists {
				if len(cells) != len(want[i]) {
					t.Fatalf("%s, %s, list %d: %d cells, want %d", name, c.Name, i, len(cells), len(want[i]))
				}
				for j, w := range want[i] {
					if got := cells[j]; got.Null != (w == nil) || w != nil && got.Text != *w {
						t.Fatalf("%s, %s, list %d, entry %d: %+v", name, c.Name, i, j, got)
					}
				}
			}
		}
		all := "turns.role list of text, turns.content list of text, prompt text, lang text, answer text, id whole, small whole, unsigned whole, raw text, score real, when values of the type TIMESTAMP(isAdjustedToUTC=false,unit=MICROS), tag text, " +
			"endings list of text, choices.text list of text, choices.label list of whole, choices.note text, deep lists of lists, "
		if kinds != all || read != 14 {
			t.Errorf("%s: %d columns read of\n%s, want\n%s", name, read, kinds, all)
		}
	}
	if f := open(t, "empty"); f.Rows != 0 || len(f.Columns) != 17 {
		t.Errorf("an empty table has %d rows, %d columns", f.Rows, len(f.Columns))
	}
}

func open(t *testing.T, name string) *File {
	t.Helper()
	return openPath(t, filepath.Join("testdata", name+".parquet"))
}

func TestSaysWhatIsNotRead(t *testing.T) {
	whole, err := os.ReadFile("testdata/snappy.parquet")
	if err != nil {
		t.Fatal(err)
	}
	n := len(whole)
	changed := func(at int, with string) []byte {
		data := bytes.Clone(whole)
		copy(data[at:], with)
		return data
	}
	for want, data := range map[string][]byte{
		"is not a Parquet file: it is too short":             []byte("PAR1PAR1"),
		"is not a Parquet file: it does not begin with PAR1": []byte(`{"prompt": "this is JSON"}`),
		"does not end with PAR1: it is cut off or damaged":   whole[:n-100],
		"is encrypted": changed(n-4, "PARE"),
		"its footer is broken: it claims 4294967295 bytes":        changed(n-8, "\xff\xff\xff\xff"),
		"its footer is broken: it ends too early":                 changed(n-8-int(binary.LittleEndian.Uint32(whole[n-8:]))+2, "\x19\xfc\xff\xff\xff\x07"),
		"its footer is broken: it has a field of an unknown type": changed(n-8-int(binary.LittleEndian.Uint32(whole[n-8:])), "\x1f"),
	} {
		if _, err := Open(bytes.NewReader(data), int64(len(data))); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// Six bytes may claim two thousand million equal numbers; only those that are asked for are made.
func TestRunsClaimNothing(t *testing.T) {
	run := append(binary.AppendUvarint(nil, 1<<40), 7, 0, 0, 0)
	got, err := hybrid(run, 32, 3)
	if err != nil || len(got) != 3 || got[2] != 7 {
		t.Errorf("%v, %v", got, err)
	}
	for name, data := range map[string][]byte{"nothing": {}, "an empty run": {0, 1}, "a run without its number": {4}, "a group that is cut off": {3, 1}, "a number without an end": {0xff, 0xff}} {
		if got, err := hybrid(data, 3, 9); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
	// 0 to 7 in three bits each, as the format's description packs them.
	if got, err := hybrid([]byte{3, 0x88, 0xc6, 0xfa}, 3, 8); err != nil || got[1] != 1 || got[6] != 6 || got[7] != 7 {
		t.Errorf("%v, %v", got, err)
	}
}

// Files of all encodings with a few bytes changed: an error or cells, and no panic. FuzzRead looks further.
func TestDamagedFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.parquet")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 10000 {
			continue
		}
		for range 60 {
			damaged := bytes.Clone(data)
			for range 1 + r.IntN(4) {
				damaged[r.IntN(len(data))] = byte(r.Uint32())
			}
			f, err := Open(bytes.NewReader(damaged), int64(len(damaged)))
			if err != nil {
				continue
			}
			for _, c := range f.Columns {
				if c.Kind != Other && c.List {
					_, _ = f.ReadLists(c)
				} else if c.Kind != Other {
					_, _ = f.Read(c)
				}
			}
		}
	}
}

// Whatever the bytes are: no panic, and for each column no more memory than leastRows and leastRoom take.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.parquet")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		used := allocated()
		file, err := Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		if used = allocated() - used; used > 1<<29 || file.Rows > max(len(data), leastRows) {
			t.Fatalf("%d rows in %d bytes, for which %d were used", file.Rows, len(data), used)
		}
		for i, c := range file.Columns {
			if c.Kind == Other || i > 20 {
				continue
			}
			used, n := allocated(), 0
			var err error
			if c.List {
				var lists [][]Cell
				lists, err = file.ReadLists(c)
				n = len(lists)
			} else {
				var cells []Cell
				cells, err = file.Read(c)
				n = len(cells)
			}
			if err == nil && n != file.Rows {
				t.Fatalf("%d cells of %d rows", n, file.Rows)
			}
			if used = allocated() - used; used > 1<<30 {
				t.Fatalf("%d bytes were used for column %d of a file of %d", used, i, len(data))
			}
		}
	})
}

// allocated is the number of bytes that were ever made room for.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// Lists as the format's description has them, and as older programs wrote them: what is a level of the list only has no name.
func TestListsOfAllWriters(t *testing.T) {
	group := func(name string, r format.FieldRepetitionType, list bool, children int32) (e format.SchemaElement) {
		e.Name, e.NumChildren.V, e.NumChildren.Valid, e.RepetitionType.V, e.RepetitionType.Valid = name, children, true, r, true
		if list {
			e.ConvertedType.V, e.ConvertedType.Valid = deprecated.List, true
		}
		return e
	}
	leaf := func(name string, r format.FieldRepetitionType) (e format.SchemaElement) {
		e.Name, e.Type.V, e.Type.Valid, e.RepetitionType.V, e.RepetitionType.Valid = name, format.ByteArray, true, r, true
		return e
	}
	const required, optional, repeated = format.Required, format.Optional, format.Repeated
	f := File{meta: format.FileMetaData{Schema: []format.SchemaElement{
		group("root", required, false, 6),
		group("a", optional, true, 1), group("list", repeated, false, 1), leaf("element", optional), // three levels
		group("b", optional, true, 1), leaf("array", repeated), // two: the repeated one is the entry
		leaf("c", repeated),                                                                                       // no list around it
		group("d", required, true, 1), group("bag", repeated, false, 2), leaf("x", optional), leaf("y", required), // entries of two fields
		group("e", optional, false, 1), group("f", optional, false, 1), leaf("g", required), // no list at all
		group("h", optional, true, 1), group("list", repeated, false, 1), group("element", optional, false, 1), leaf("z", required),
	}}}
	if err := f.readSchema(); err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, c := range f.Columns {
		got += fmt.Sprintf("%s %t %d %d %d, ", c.Name, c.List, c.defined, c.repeated, c.entry)
	}
	if want := "a true 3 1 2, b true 2 1 2, c true 1 1 1, d.x true 2 1 1, d.y true 1 1 1, e.f.g false 2 0 0, h.z true 3 1 2, "; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	f.meta.Schema = append(f.meta.Schema[:1:1], slices.Repeat([]format.SchemaElement{group("x", optional, false, 1)}, 100)...)
	if err := f.readSchema(); err == nil || err.Error() != "its schema is nested too deeply" {
		t.Error(err)
	}
}
