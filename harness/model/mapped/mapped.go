// Package mapped gives random access to a large file's bytes: mapped into memory where the platform can, read piece by piece
// elsewhere and from files that are no files of the system, such as embedded ones.
package mapped

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"runtime/debug"
)

// piece is how many bytes Read hands over at most where the file is not in memory.
const piece = 1 << 20

// File is an open file. Its methods may be called by several goroutines at a time, except for Close.
type File struct {
	data   []byte      // the whole file, if it is in memory or mapped
	at     io.ReaderAt // otherwise
	size   int64
	mapped bool
	close  func() error
}

// Open opens a file of dir. A file of the operating system is mapped; it must not be overwritten in place while it is open.
func Open(dir fs.FS, name string) (*File, error) {
	if stat, err := fs.Stat(dir, name); err == nil && !stat.Mode().IsRegular() { // to open a pipe is to wait for its writer
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	stat, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if !stat.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("%s is not a regular file", name), f.Close())
	}
	size := stat.Size()
	if file, ok := f.(*os.File); ok && size > 0 && size <= math.MaxInt {
		if data, unmap, err := mmap(file, int(size)); err == nil {
			return &File{data: data, size: size, mapped: true, close: unmap}, f.Close()
		}
	}
	if at, ok := f.(io.ReaderAt); ok {
		return &File{at: at, size: size, close: f.Close}, nil
	}
	data, err := io.ReadAll(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return Bytes(data), nil
}

// Bytes is a file that lies in memory.
func Bytes(data []byte) *File {
	return &File{data: data, size: int64(len(data)), close: func() error { return nil }}
}

// Size is the number of bytes.
func (f *File) Size() int64 { return f.size }

// Close lets the file go. What was handed out of a mapped file must not be touched afterwards.
func (f *File) Close() error {
	if f.close == nil {
		return nil
	}
	err := f.close()
	*f = File{}
	return err
}

// Read calls use with the n bytes from offset on, in order, in pieces whose lengths are multiples of unit. A piece is valid
// only during the call.
func (f *File) Read(offset, n int64, unit int, use func(piece []byte)) (err error) {
	if offset < 0 || n < 0 || offset > f.size-n {
		return fmt.Errorf("bytes %d to %d are outside the file of %d bytes", offset, offset+n, f.size)
	}
	if n == 0 {
		return nil
	}
	if f.data != nil {
		defer f.guard(&err)()
		use(f.data[offset : offset+n])
		return nil
	}
	buffer := make([]byte, min(n, int64(max(piece/unit, 1)*unit)))
	for n > 0 {
		part := buffer[:min(n, int64(len(buffer)))]
		if _, err := io.ReadFull(io.NewSectionReader(f.at, offset, int64(len(part))), part); err != nil {
			return fmt.Errorf("bytes %d to %d: %w", offset, offset+int64(len(part)), err)
		}
		use(part)
		offset, n = offset+int64(len(part)), n-int64(len(part))
	}
	return nil
}

// ReadAt is io.ReaderAt.
func (f *File) ReadAt(p []byte, offset int64) (n int, err error) {
	if f.data == nil && f.at != nil {
		return f.at.ReadAt(p, offset)
	}
	defer f.guard(&err)()
	return bytes.NewReader(f.data).ReadAt(p, offset)
}

// guard turns a fault in mapped memory, which is what reading behind the end of a file cut short meanwhile gives, into an
// error.
func (f *File) guard(err *error) func() {
	if !f.mapped {
		return func() {}
	}
	before := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(before)
		fault := recover()
		if fault == nil {
			return
		}
		if _, ok := fault.(interface{ Addr() uintptr }); !ok {
			panic(fault)
		}
		*err = errors.New("the file was changed while it was being read")
	}
}
