// Package gguf reads files in the format of llama.cpp (versions 2 and 3, little-endian): metadata and tensors, the latter
// dequantised to float32 one at a time. It knows nothing of models; package model does.
package gguf

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"

	"congrad/harness/model/mapped"
)

// defaultAlignment holds unless general.alignment says otherwise.
const defaultAlignment = 32

// File is an open file. Opening one reads all but the tensors' data. Its methods may be called by several goroutines at a
// time, except for Close.
type File struct {
	Version  int
	Metadata Metadata
	source   *mapped.File
	names    []string
	tensors  map[string]tensor
}

// tensor is where a tensor's bytes are and what they mean.
type tensor struct {
	name   string
	dims   []int // outermost first; the file has them innermost first
	typ    Type
	offset int64 // from the start of the data, then of the file
	size   int64 // in bytes
}

// Open opens a file of a folder.
func Open(dir fs.FS, name string) (*File, error) {
	source, err := mapped.Open(dir, name)
	if err != nil {
		return nil, fmt.Errorf("reading GGUF: %w", err)
	}
	f, err := parse(source)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reading GGUF: %s: %w", name, err), source.Close())
	}
	return f, nil
}

// Parse reads a file that lies in memory.
func Parse(data []byte) (*File, error) {
	f, err := parse(mapped.Bytes(data))
	if err != nil {
		return nil, fmt.Errorf("reading GGUF: %w", err)
	}
	return f, nil
}

func parse(source *mapped.File) (*File, error) {
	r := &reader{from: bufio.NewReaderSize(io.NewSectionReader(source, 0, source.Size()), 1<<16), left: source.Size()}
	f := &File{Metadata: Metadata{}, source: source, tensors: map[string]tensor{}}
	if magic := r.bytes(4); string(magic) != "GGUF" {
		return nil, fmt.Errorf("it begins with %q instead of GGUF", magic)
	}
	switch version := r.uint32(); {
	case r.err != nil:
		return nil, r.err
	case version == 2 || version == 3:
		f.Version = int(version)
	case version&0xffff == 0:
		return nil, fmt.Errorf("it is big-endian, which is not supported")
	default:
		return nil, fmt.Errorf("version %d is not supported (2 and 3 are)", version)
	}
	tensors, values := r.uint64(), r.uint64()
	if err := f.readMetadata(r, values); err != nil {
		return nil, err
	}
	if err := f.readTensors(r, tensors); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *File) readMetadata(r *reader, count uint64) error {
	if !r.room(count, 8+4+1) { // a key, a type, a value
		return fmt.Errorf("it claims %d metadata values, more than fit into the file", count)
	}
	for i := range count {
		key := r.text()
		value := r.value(r.uint32(), 0)
		if r.err != nil {
			return fmt.Errorf("metadata value %d of %d, %q: %w", i+1, count, key, r.err)
		}
		if _, twice := f.Metadata[key]; twice {
			return fmt.Errorf("the metadata has %q twice", key)
		}
		f.Metadata[key] = value
	}
	return nil
}

// readTensors reads the list of tensors. They cover the data without overlap and with no more gaps than alignment makes.
func (f *File) readTensors(r *reader, count uint64) error {
	if !r.room(count, 8+4+4+8) { // a name, the number of dimensions, a type, an offset
		return fmt.Errorf("it claims %d tensors, more than fit into the file", count)
	}
	list := make([]tensor, 0, count)
	for i := range count {
		t, err := r.tensor()
		if err != nil {
			return fmt.Errorf("tensor %d of %d, %q: %w", i+1, count, t.name, err)
		}
		list = append(list, t)
	}
	alignment, err := f.alignment()
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b tensor) int {
		return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.size, b.size))
	})
	align := func(n int64) int64 { return (n + alignment - 1) / alignment * alignment }
	start, end := align(f.source.Size()-r.left), int64(0)
	for _, t := range list {
		if t.offset != align(end) {
			return fmt.Errorf("the data of tensor %q start at %d; want %d", t.name, t.offset, align(end))
		}
		if start > f.source.Size()-t.offset || t.size > f.source.Size()-t.offset-start {
			return fmt.Errorf("the data of tensor %q, %d bytes at %d, reach beyond the end of the file", t.name, t.size, t.offset)
		}
		end = t.offset + t.size
		t.offset += start
		if _, twice := f.tensors[t.name]; twice {
			return fmt.Errorf("there are two tensors %q", t.name)
		}
		f.names = append(f.names, t.name)
		f.tensors[t.name] = t
	}
	return nil
}

func (f *File) alignment() (int64, error) {
	n, ok, err := f.Metadata.Int("general.alignment")
	switch {
	case err != nil:
		return 0, err
	case !ok:
		return defaultAlignment, nil
	case n < 1 || n > 1<<20 || n&(n-1) != 0:
		return 0, fmt.Errorf("general.alignment is %d; want a power of two", n)
	}
	return int64(n), nil
}

// tensor reads one entry of the list of tensors.
func (r *reader) tensor() (t tensor, err error) {
	t.name = r.text()
	n := r.uint32()
	if n > 4 {
		return t, fmt.Errorf("it has %d dimensions; at most 4 are supported", n)
	}
	size := uint64(1)
	for range n {
		d := r.uint64()
		if d > 0 && size > math.MaxInt64/8/d {
			r.fail("its dimensions are too large")
			break
		}
		size *= d
		t.dims = append(t.dims, int(d))
	}
	t.typ = Type(r.uint32())
	offset := r.uint64()
	if offset > math.MaxInt64/2 {
		r.fail("its data start at %d", offset)
	}
	t.offset = int64(offset)
	if r.err != nil {
		return t, r.err
	}
	l, ok := layouts[t.typ]
	if !ok {
		return t, fmt.Errorf("the type %s is not supported; %s are", t.typ, supported())
	}
	if len(t.dims) > 0 && t.dims[0]%l.block != 0 || len(t.dims) == 0 && l.block > 1 {
		return t, fmt.Errorf("rows of shape %v cannot be cut into %s blocks of %d", t.dims, t.typ, l.block)
	}
	t.size = int64(size) / int64(l.block) * int64(l.bytes)
	slices.Reverse(t.dims)
	return t, nil
}

// Close lets the file go.
func (f *File) Close() error { return f.source.Close() }

// Names lists the tensors in the order of their data.
func (f *File) Names() []string { return slices.Clone(f.names) }

// Shape is a tensor's dimensions, outermost first; false says that there is no such tensor.
func (f *File) Shape(name string) ([]int, bool) {
	t, ok := f.tensors[name]
	return slices.Clone(t.dims), ok
}

// Type is the type that a tensor is stored in.
func (f *File) Type(name string) Type { return f.tensors[name].typ }

// Float32 reads a tensor, dequantised, into dst, which has exactly its size.
func (f *File) Float32(name string, dst []float32) error {
	t, ok := f.tensors[name]
	if !ok {
		return fmt.Errorf("reading GGUF: there is no tensor %q", name)
	}
	l := layouts[t.typ]
	if n := t.size / int64(l.bytes) * int64(l.block); n != int64(len(dst)) {
		return fmt.Errorf("reading GGUF: tensor %q has %d entries; want %d", name, n, len(dst))
	}
	if err := f.source.Read(t.offset, t.size, l.bytes, func(p []byte) {
		blocks := len(p) / l.bytes
		if l.block == 1 {
			l.dequantise(p, dst[:blocks])
		} else {
			for i := range blocks {
				l.dequantise(p[i*l.bytes:(i+1)*l.bytes], dst[i*l.block:(i+1)*l.block])
			}
		}
		dst = dst[blocks*l.block:]
	}); err != nil {
		return fmt.Errorf("reading GGUF: tensor %q: %w", name, err)
	}
	return nil
}
