// Package faulty is a disk for tests: it fails operations by a plan, and knows what a power cut would leave of what was written.
package faulty

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"congrad/harness/disk"
)

// ErrCrashed is the error of everything that is tried after a crash.
var ErrCrashed = errors.New("the process is dead")

// Op is an operation that changes the disk.
type Op struct {
	Kind string // mkdir, create, append, truncate, rename, remove, syncdir, write, sync
	Path string // from the disk's root
}

func (o Op) String() string { return o.Kind + " " + o.Path }

// Fault is how an operation fails.
type Fault int

// The faults. After a crash nothing works any more.
const (
	None        Fault = iota
	IO                // an input/output error; nothing is done
	NoSpace           // the disk is full; nothing is done
	ReadOnly          // the disk cannot be written
	Short             // half of a write is done, then the disk is full; NoSpace for other operations
	CrashBefore       // the process dies instead
	CrashAfter        // the process dies behind it
	Torn              // half of a write is done, and the process dies; CrashAfter for other operations
)

// Disk is a folder of this machine whose changes can fail.
type Disk struct {
	root string
	plan func(n int, op Op) Fault

	mu      sync.Mutex
	ops     []Op
	crashed bool
	model   *node
}

// New is a disk on a folder, whose files are taken to be flushed. plan says how the n-th operation, from 0, fails; nil fails none.
func New(root string, plan func(n int, op Op) Fault) *Disk {
	if plan == nil {
		plan = func(int, Op) Fault { return None }
	}
	return &Disk{root: root, plan: plan, model: found(root)}
}

// Ops are the operations so far, failed ones included.
func (d *Disk) Ops() []Op {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Op(nil), d.ops...)
}

// Crashed reports whether the plan killed the process.
func (d *Disk) Crashed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.crashed
}

// do does an operation as the plan says. half does the first half of it, and is nil where there is none.
func (d *Disk) do(kind, path string, whole, half func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.crashed {
		return fmt.Errorf("%s %s: %w", kind, path, ErrCrashed)
	}
	op := Op{kind, d.relative(path)}
	fault := d.plan(len(d.ops), op)
	d.ops = append(d.ops, op)
	failed := func(why error) error { return &fs.PathError{Op: kind, Path: path, Err: why} }
	if half == nil {
		switch fault {
		case Short:
			fault = NoSpace
		case Torn:
			fault = CrashAfter
		}
	}
	switch fault {
	case IO:
		return failed(syscall.EIO)
	case NoSpace:
		return failed(syscall.ENOSPC)
	case ReadOnly:
		return failed(syscall.EROFS)
	case Short:
		return errors.Join(half(), failed(syscall.ENOSPC))
	case CrashBefore, CrashAfter, Torn:
		d.crashed = true
		var err error
		switch fault {
		case CrashAfter:
			err = whole()
		case Torn:
			err = half()
		}
		return errors.Join(err, failed(ErrCrashed))
	}
	return whole()
}

// relative is a path from the root, with slashes.
func (d *Disk) relative(path string) string {
	rel, err := filepath.Rel(d.root, path)
	if err != nil || strings.HasPrefix(rel, "..") {
		panic(fmt.Sprintf("%s is not below the disk %s", path, d.root)) // a mistake of the test
	}
	return filepath.ToSlash(rel)
}

// both does an operation on the machine, and on the model if the machine did it.
func both(machine func() error, model func()) func() error {
	return func() error {
		err := machine()
		if err == nil {
			model()
		}
		return err
	}
}

func (d *Disk) Mkdir(path string) error {
	return d.do("mkdir", path, both(func() error { return disk.Machine{}.Mkdir(path) }, func() { d.set(path, newFolder()) }), nil)
}

func (d *Disk) Create(path string) (disk.File, error) {
	return d.open("create", path, disk.Machine{}.Create)
}

func (d *Disk) Append(path string) (disk.File, error) {
	return d.open("append", path, disk.Machine{}.Append)
}

func (d *Disk) open(kind, path string, open func(string) (disk.File, error)) (disk.File, error) {
	f := &file{disk: d, path: path}
	err := d.do(kind, path, both(func() (err error) {
		f.real, err = open(path)
		return err
	}, func() {
		if f.node = d.find(path); f.node == nil {
			f.node = &node{}
			d.set(path, f.node)
		}
	}), nil)
	if err != nil {
		if f.real != nil {
			_ = f.real.Close()
		}
		return nil, err
	}
	return f, nil
}

func (d *Disk) Truncate(path string, size int64) error {
	return d.do("truncate", path, both(func() error { return os.Truncate(path, size) }, func() {
		n := d.find(path)
		n.data = append([]byte(nil), n.data[:size]...)
	}), nil)
}

func (d *Disk) Rename(from, to string) error {
	return d.do("rename", to, both(func() error { return os.Rename(from, to) }, func() {
		n := d.find(from)
		d.set(from, nil)
		d.set(to, n)
	}), nil)
}

func (d *Disk) RemoveAll(path string) error {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil // changes nothing, so it is no operation
	}
	return d.do("remove", path, both(func() error { return os.RemoveAll(path) }, func() { d.set(path, nil) }), nil)
}

func (d *Disk) SyncDir(path string) error {
	return d.do("syncdir", path, func() error {
		n := d.find(path)
		if n == nil {
			return &fs.PathError{Op: "sync", Path: path, Err: fs.ErrNotExist}
		}
		n.settle()
		return nil
	}, nil)
}

// file is a file of the disk.
type file struct {
	disk *Disk
	path string
	real disk.File
	node *node
}

func (f *file) Write(p []byte) (n int, err error) {
	part := func(p []byte) func() error {
		return func() error {
			n, err = f.real.Write(p)
			f.node.data = append(f.node.data, p[:n]...)
			return err
		}
	}
	err = f.disk.do("write", f.path, part(p), part(p[:len(p)/2]))
	return n, err
}

func (f *file) Sync() error {
	return f.disk.do("sync", f.path, func() error { f.node.settle(); return nil }, nil)
}

func (f *file) Close() error { return f.real.Close() } // of a process that dies, too
