package faulty

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// node is a file or a folder, as it is now and as it would be found after a power cut. A folder keeps the entries that it had when it
// was last synced, a file its bytes: the strictest reading of POSIX, which real file systems are kinder than.
type node struct {
	entries, lasting map[string]*node // of a folder; nil for a file
	data, settled    []byte
}

func newFolder() *node { return &node{entries: map[string]*node{}, lasting: map[string]*node{}} }

// found is the node of what is on the machine.
func found(path string) *node {
	entries, err := os.ReadDir(path)
	if err != nil {
		n := &node{}
		if n.data, err = os.ReadFile(path); err != nil {
			panic(err) // a mistake of the test
		}
		n.settle()
		return n
	}
	n := newFolder()
	for _, e := range entries {
		n.entries[e.Name()] = found(filepath.Join(path, e.Name()))
	}
	n.settle()
	return n
}

// settle makes what is there now last.
func (n *node) settle() {
	if n.entries != nil {
		n.lasting = maps.Clone(n.entries)
		return
	}
	n.settled = append([]byte(nil), n.data...)
}

// find is the node at a path, nil if there is none.
func (d *Disk) find(path string) *node {
	n := d.model
	rel := d.relative(path)
	if rel == "." {
		return n
	}
	for _, name := range strings.Split(rel, "/") {
		if n == nil || n.entries == nil {
			return nil
		}
		n = n.entries[name]
	}
	return n
}

// set puts a node at a path; nil removes what is there.
func (d *Disk) set(path string, n *node) {
	parent := d.find(filepath.Dir(path))
	if n == nil {
		delete(parent.entries, filepath.Base(path))
		return
	}
	parent.entries[filepath.Base(path)] = n
}

// Tail is what a power cut leaves of bytes that a file got after it was last synced.
type Tail int

// The tails.
const (
	Dropped Tail = iota // nothing
	Half                // the first half
	Zeros               // their number, but zeros: the size came to the disk and the blocks did not
)

// PowerCut writes what a power cut would leave of the disk to an empty folder.
func (d *Disk) PowerCut(to string, tail Tail) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.model.write(to, tail)
}

func (n *node) write(to string, tail Tail) error {
	if n.entries == nil {
		return os.WriteFile(to, n.left(tail), 0o644)
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for name, child := range n.lasting {
		if err := child.write(filepath.Join(to, name), tail); err != nil {
			return err
		}
	}
	return nil
}

// left are the bytes of a file after a power cut.
func (n *node) left(tail Tail) []byte {
	if len(n.data) < len(n.settled) { // it was cut since, which did not last
		return n.settled
	}
	fresh := n.data[len(n.settled):]
	switch tail {
	case Half:
		fresh = fresh[:len(fresh)/2]
	case Zeros:
		fresh = make([]byte, len(fresh))
	default:
		fresh = nil
	}
	return append(append([]byte(nil), n.settled...), fresh...)
}
