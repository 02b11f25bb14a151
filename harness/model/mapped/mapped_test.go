package mapped

import (
	"bytes"
	"embed"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

//go:embed mapped.go
var embedded embed.FS

// plain is a file system whose files can only be read from front to back.
type plain struct{ fs.FS }

type plainFile struct{ fs.File }

func (p plain) Open(name string) (fs.File, error) {
	f, err := p.FS.Open(name)
	return plainFile{f}, err
}

func TestEveryWayOfReadingGivesTheSameBytes(t *testing.T) {
	want := bytes.Repeat([]byte("0123456789abcdef"), 3<<16) // three pieces
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f"), want, 0o644); err != nil {
		t.Fatal(err)
	}
	memory := fstest.MapFS{"f": {Data: want}}
	for name, fsys := range map[string]fs.FS{"mapped": os.DirFS(dir), "piecewise": memory, "read whole": plain{memory}} {
		f, err := Open(fsys, "f")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ offset, n int64 }{{0, int64(len(want))}, {5, 1<<20 + 7}, {int64(len(want)) - 1, 1}, {3, 0}} {
			got := []byte{}
			if err := f.Read(c.offset, c.n, 1, func(p []byte) { got = append(got, p...) }); err != nil || !bytes.Equal(got, want[c.offset:c.offset+c.n]) {
				t.Errorf("%s: %d bytes from %d on differ: %v", name, c.n, c.offset, err)
			}
		}
		for _, c := range []struct{ offset, n int64 }{{0, int64(len(want)) + 1}, {-1, 1}, {1, -1}, {1 << 62, 1 << 62}} {
			if err := f.Read(c.offset, c.n, 1, func([]byte) { t.Error("called") }); err == nil {
				t.Errorf("%s: %d bytes from %d on were read", name, c.n, c.offset)
			}
		}
		if err := f.Read(1, 3*700001, 700001, func(p []byte) {
			if len(p)%700001 != 0 {
				t.Errorf("%s: a piece of %d bytes is no multiple of the unit", name, len(p))
			}
		}); err != nil {
			t.Error(err)
		}
		part := make([]byte, 16)
		if _, err := f.ReadAt(part, 16); err != nil || string(part) != "0123456789abcdef" {
			t.Errorf("%s: ReadAt: %q, %v", name, part, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if err := f.Read(0, 1, 1, func([]byte) {}); err == nil {
			t.Errorf("%s: a closed file was read", name)
		}
	}
}

func TestEmbeddedFilesAreReadInPieces(t *testing.T) {
	f, err := Open(embedded, "mapped.go")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.data != nil || f.at == nil {
		t.Error("an embedded file was copied")
	}
}

func TestAFileCutShortWhileMappedIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, make([]byte, 1<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := Open(os.DirFS(filepath.Dir(path)), "f")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !f.mapped {
		t.Skip("this platform does not map files")
	}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	sum := 0
	err = f.Read(0, 1<<20, 1, func(p []byte) {
		for _, b := range p {
			sum += int(b)
		}
	})
	if err == nil || !strings.Contains(err.Error(), "was changed while") {
		t.Errorf("%v, want an error about the change", err)
	}
	if _, err := f.ReadAt(make([]byte, 8), 4096); err == nil {
		t.Error("ReadAt read behind the end")
	}
}

func TestOpeningWhatIsNoFile(t *testing.T) {
	dir := os.DirFS(t.TempDir())
	for _, name := range []string{".", "missing"} {
		if _, err := Open(dir, name); err == nil {
			t.Errorf("%s was opened", name)
		}
	}
}
