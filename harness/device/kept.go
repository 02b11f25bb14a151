package device

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// Kept keeps compiled programs in the user's cache, so that the next process need not compile them again: of a study of a small model
// that is a quarter of its time. A program is found again only by the same plugin on the same kind of device with the same settings.
//
// Trap: a plugin loads the executable of another version without an error and computes other numbers with it. So all of that is part of a
// program's key, and a file is checked against its own hash before a plugin sees it.
type Kept struct {
	dir  string
	made []byte // hash of what executables depend on beside the program
	most int64  // bytes; the programs that were used least recently are removed beyond
}

// mostKept is the size of the cache: several thousand programs of the embedded model.
const mostKept = 1 << 30

// programsDir is where compiled programs are kept.
func programsDir() (string, error) {
	dir, err := cacheDir()
	return filepath.Join(dir, "programs"), err
}

// maker is what made an executable, next to the program: with anything else it is another executable.
type maker struct {
	device      string    // Info.Key: plugin, flags and threads
	placed      time.Time // when the plugin's file was written: its hash is noted at installation, and another file may be in its place
	description string    // the device's own
	processor   string
}

// newKept returns the programs that are kept of a backend on a device, which describes itself. It is nil where the processor or the
// plugin's file cannot be read.
func newKept(dir string, i Info, description string) *Kept {
	processor, err := processor()
	if err != nil {
		return nil
	}
	stat, err := os.Stat(i.Plugin.Path)
	if err != nil {
		return nil
	}
	return keptOf(dir, maker{i.Key(), stat.ModTime(), description, processor})
}

func keptOf(dir string, m maker) *Kept {
	h := sha256.New()
	fmt.Fprintf(h, "%q %d %q %q", m.device, m.placed.UnixNano(), m.description, m.processor)
	return &Kept{dir: dir, made: h.Sum(nil), most: mostKept}
}

// processor says what a processor can do, which compiled code depends on.
func processor() (string, error) {
	if runtime.GOOS != "linux" {
		return runtime.GOARCH, nil // of darwin: XLA compiles for the architecture
	}
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "", err
	}
	first, _, _ := bytes.Cut(info, []byte("\n\n"))
	var lines []string
	for line := range strings.Lines(string(first)) {
		name, _, _ := strings.Cut(line, ":")
		switch strings.TrimSpace(name) {
		case "vendor_id", "cpu family", "model", "stepping", "flags", "Features", "CPU implementer", "CPU part":
			lines = append(lines, line)
		}
	}
	if lines == nil {
		return "", errors.New("/proc/cpuinfo does not say what the processor is")
	}
	return strings.Join(lines, ""), nil
}

// path is the file of a program.
func (k *Kept) path(program []byte) string {
	h := sha256.New()
	h.Write(k.made)
	h.Write(program)
	return filepath.Join(k.dir, hex.EncodeToString(h.Sum(nil)))
}

// Load returns the executable that was kept of a program, or nil. A damaged file counts as none.
func (k *Kept) Load(program []byte) []byte {
	path := k.path(program)
	data, err := os.ReadFile(path)
	if err != nil || len(data) < sha256.Size {
		return nil
	}
	sum, executable := data[:sha256.Size], data[sha256.Size:]
	if now := sha256.Sum256(executable); !bytes.Equal(sum, now[:]) {
		return nil
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // it was used; if that cannot be noted, it is removed sooner
	return executable
}

// Save keeps an executable. What cannot be kept is compiled again the next time.
func (k *Kept) Save(program, executable []byte) {
	if os.MkdirAll(k.dir, 0o755) != nil {
		return
	}
	sum := sha256.Sum256(executable)
	if renameio.WriteFile(k.path(program), append(sum[:], executable...), 0o644) == nil {
		k.makeRoom()
	}
}

// makeRoom removes the programs that were used least recently.
func (k *Kept) makeRoom() {
	files, size, err := keptFiles(k.dir)
	if err != nil {
		return
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	for _, f := range files {
		if size <= k.most {
			return
		}
		if err := os.Remove(filepath.Join(k.dir, f.Name())); err == nil || errors.Is(err, fs.ErrNotExist) { // by another process just now
			size -= f.Size()
		}
	}
}

// keptFiles lists the programs of a folder, those of all plugins, and their size in bytes.
func keptFiles(dir string) (files []fs.FileInfo, size int64, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, 0, err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || len(e.Name()) != hex.EncodedLen(sha256.Size) {
			continue // not ours, or removed by another process just now
		}
		files, size = append(files, info), size+info.Size()
	}
	return files, size, nil
}

// KeptPrograms is where compiled programs are kept, how many there are and their bytes.
func KeptPrograms() (dir string, programs int, size int64, err error) {
	if dir, err = programsDir(); err != nil {
		return "", 0, 0, err
	}
	files, size, err := keptFiles(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return dir, len(files), size, err
}
