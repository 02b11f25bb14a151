// Package safetensors reads and writes weights in the format of that name: the length of a header (8 bytes, little-endian),
// the header, a JSON object from tensor names to {dtype, shape, data_offsets}, and the tensors' bytes. Large checkpoints are
// several such files with an index. Own code, because the format is small and the library at hand reads without checking.
package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"path"
	"slices"
	"strings"

	"congrad/harness/model/mapped"
	"congrad/harness/model/narrow"
	"congrad/harness/userfile"
)

const (
	single = "model.safetensors"
	index  = "model.safetensors.index.json"

	maxIndex = 64 << 20 // bytes; a tensor takes a hundred
)

// Checkpoint is the tensors of one file or of several, read one at a time: opening it reads headers only. Its methods may be
// called by several goroutines at a time, except for Close.
type Checkpoint struct {
	files   []*mapped.File
	names   []string
	tensors map[string]stored
	// Metadata is what the first file says about itself.
	Metadata map[string]string
}

// Open opens a folder's model.safetensors or, if there is none, the files that its model.safetensors.index.json names.
func Open(dir fs.FS) (*Checkpoint, error) {
	if _, err := fs.Stat(dir, single); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return OpenFile(dir, single)
	}
	data, err := userfile.ReadIn(dir, index, maxIndex)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noWeights(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("reading safetensors: %w", err)
	}
	where, err := parseIndex(data)
	if err != nil {
		return nil, fmt.Errorf("reading safetensors: %s: %w", index, err)
	}
	c := &Checkpoint{tensors: map[string]stored{}}
	if err := c.addShards(dir, where); err != nil {
		return nil, errors.Join(fmt.Errorf("reading safetensors: %s: %w", index, err), c.Close())
	}
	return c, nil
}

// noWeights says that a folder has no weights, and what it has in their place.
func noWeights(dir fs.FS) error {
	entries, _ := fs.ReadDir(dir, ".") // unreadable, nothing in it is named
	other := ""
	for _, e := range entries {
		switch ext := path.Ext(e.Name()); {
		case ext == ".safetensors", ext == ".bin", ext == ".pt", ext == ".pth", ext == ".gguf", ext == ".h5":
			other = fmt.Sprintf("; %s is there, which is not read from a folder", e.Name())
		}
	}
	return fmt.Errorf("has no weights: neither %s nor %s%s", single, index, other)
}

// OpenFile opens one file of a folder.
func OpenFile(dir fs.FS, name string) (*Checkpoint, error) {
	c := &Checkpoint{tensors: map[string]stored{}}
	if err := c.add(dir, name); err != nil {
		return nil, errors.Join(fmt.Errorf("reading safetensors: %w", err), c.Close())
	}
	return c, nil
}

// Parse reads a file that lies in memory.
func Parse(data []byte) (*Checkpoint, error) {
	c := &Checkpoint{tensors: map[string]stored{}}
	if err := c.addFile(mapped.Bytes(data)); err != nil {
		return nil, fmt.Errorf("reading safetensors: %w", err)
	}
	return c, nil
}

// parseIndex reads an index's weight_map, from tensors to files. Its total_size is not looked at: it is wrong in published
// files whose weights are shared.
func parseIndex(data []byte) (where map[string]string, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	err = object(d, func(key string) error {
		if key != "weight_map" {
			return d.Decode(new(json.RawMessage))
		}
		where = map[string]string{}
		return object(d, func(name string) error {
			file := ""
			err := d.Decode(&file)
			where[name] = file
			return err
		})
	})
	if err == nil && len(where) == 0 {
		err = fmt.Errorf("weight_map is missing or empty")
	}
	return where, err
}

// addShards opens the files of an index, which has to name exactly the tensors that are there.
func (c *Checkpoint) addShards(dir fs.FS, where map[string]string) error {
	for _, file := range slices.Compact(slices.Sorted(maps.Values(where))) {
		if !fs.ValidPath(file) || strings.ContainsAny(file, `/\`) {
			return fmt.Errorf("weight_map names %q, which is not a file in the folder", file)
		}
		before := len(c.names)
		if err := c.add(dir, file); err != nil {
			return err
		}
		for _, name := range c.names[before:] {
			if where[name] != file {
				return fmt.Errorf("%s has a tensor %q, which weight_map looks for in %q", file, name, where[name])
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(where)) {
		if _, ok := c.tensors[name]; !ok {
			return fmt.Errorf("%s has no tensor %q, which weight_map looks for in it", where[name], name)
		}
	}
	return nil
}

func (c *Checkpoint) add(dir fs.FS, name string) error {
	f, err := mapped.Open(dir, name)
	if err != nil {
		return err
	}
	if err := c.addFile(f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (c *Checkpoint) addFile(f *mapped.File) error {
	c.files = append(c.files, f)
	tensors, metadata, err := readHeader(f)
	if err != nil {
		return err
	}
	if len(c.files) == 1 {
		c.Metadata = metadata
	}
	for _, t := range tensors {
		if _, twice := c.tensors[t.name]; twice {
			return fmt.Errorf("tensor %q is also in another file", t.name)
		}
		c.names = append(c.names, t.name)
		c.tensors[t.name] = t
	}
	return nil
}

// Close lets the files go.
func (c *Checkpoint) Close() error {
	var all []error
	for _, f := range c.files {
		all = append(all, f.Close())
	}
	return errors.Join(all...)
}

// Names lists the tensors, file by file in the order of their bytes.
func (c *Checkpoint) Names() []string { return slices.Clone(c.names) }

// Shape is a tensor's dimensions, outermost first; false says that there is no such tensor.
func (c *Checkpoint) Shape(name string) ([]int, bool) {
	t, ok := c.tensors[name]
	return slices.Clone(t.dims), ok
}

// DType is the type that a tensor is stored in.
func (c *Checkpoint) DType(name string) DType { return c.tensors[name].dtype }

// Float32 reads a tensor of floating-point numbers, converted to float32, into dst, which has exactly its size.
func (c *Checkpoint) Float32(name string, dst []float32) error {
	if t, ok := c.tensors[name]; ok && t.dtype == I64 {
		return fmt.Errorf("reading safetensors: tensor %q is stored as %s; want floating-point numbers", name, t.dtype)
	}
	return read(c, name, dst, func(t stored) func([]byte, []float32) {
		switch t.dtype {
		case F32:
			return func(p []byte, dst []float32) {
				for i := range dst {
					dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(p[4*i:]))
				}
			}
		case BF16:
			return func(p []byte, dst []float32) {
				for i := range dst {
					dst[i] = narrow.BFloat16(binary.LittleEndian.Uint16(p[2*i:]))
				}
			}
		}
		return func(p []byte, dst []float32) {
			for i := range dst {
				dst[i] = narrow.Half(binary.LittleEndian.Uint16(p[2*i:]))
			}
		}
	})
}

// Int64 reads a tensor that is stored in I64 into dst, which has exactly its size.
func (c *Checkpoint) Int64(name string, dst []int64) error {
	if t, ok := c.tensors[name]; ok && t.dtype != I64 {
		return fmt.Errorf("reading safetensors: tensor %q is stored as %s, not as I64", name, t.dtype)
	}
	return read(c, name, dst, func(stored) func([]byte, []int64) {
		return func(p []byte, dst []int64) {
			for i := range dst {
				dst[i] = int64(binary.LittleEndian.Uint64(p[8*i:]))
			}
		}
	})
}

// BFloat16 reads the bits of a tensor that is stored in BF16 into dst, which has exactly its size. A tensor of another type
// is an error: rounding is the caller's to decide.
func (c *Checkpoint) BFloat16(name string, dst []uint16) error {
	if t, ok := c.tensors[name]; ok && t.dtype != BF16 {
		return fmt.Errorf("reading safetensors: tensor %q is stored as %s, not as BF16", name, t.dtype)
	}
	return read(c, name, dst, func(stored) func([]byte, []uint16) {
		return func(p []byte, dst []uint16) {
			for i := range dst {
				dst[i] = binary.LittleEndian.Uint16(p[2*i:])
			}
		}
	})
}

// read fills dst with a tensor's entries; convert gives the function that turns bytes into entries.
func read[T any](c *Checkpoint, name string, dst []T, convert func(t stored) func(piece []byte, dst []T)) error {
	t, ok := c.tensors[name]
	if !ok {
		return fmt.Errorf("reading safetensors: there is no tensor %q", name)
	}
	width := t.dtype.width()
	if int64(len(dst)) != t.size/int64(width) {
		return fmt.Errorf("reading safetensors: tensor %q has %d entries; want %d", name, t.size/int64(width), len(dst))
	}
	use := convert(t)
	if err := t.file.Read(t.offset, t.size, width, func(p []byte) {
		n := len(p) / width
		use(p, dst[:n])
		dst = dst[n:]
	}); err != nil {
		return fmt.Errorf("reading safetensors: tensor %q: %w", name, err)
	}
	return nil
}
