package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"congrad/harness/model/mapped"
)

// maxHeader bounds the header, as the reference implementation does.
const maxHeader = 100_000_000

// DType is the type of a tensor's entries, by the format's name.
type DType string

// The types that are read.
const (
	F32  DType = "F32"
	F16  DType = "F16"
	BF16 DType = "BF16"
	I64  DType = "I64"
)

// width is the number of bytes of an entry; 0 says that the type is not supported.
func (d DType) width() int { return map[DType]int{F32: 4, F16: 2, BF16: 2, I64: 8}[d] }

// entry is a tensor's description in the header.
type entry struct {
	DType   DType    `json:"dtype"`
	Shape   []int64  `json:"shape"`
	Offsets []uint64 `json:"data_offsets"`
}

// stored is a checked tensor: where its bytes are and what they mean.
type stored struct {
	file   *mapped.File
	name   string
	dtype  DType
	dims   []int
	offset int64 // in the file
	size   int64 // in bytes
}

// readHeader lists a file's tensors in the order of their bytes. Whatever a header can claim is checked against the size of
// the file before anything is allocated by it: the tensors cover the file behind the header exactly, without overlap.
func readHeader(f *mapped.File) ([]stored, map[string]string, error) {
	if f.Size() < 8 {
		return nil, nil, fmt.Errorf("the file is cut: it has %d bytes, fewer than the 8 that give the header's length; fetch or copy it again", f.Size())
	}
	var length uint64
	if err := f.Read(0, 8, 8, func(p []byte) { length = binary.LittleEndian.Uint64(p) }); err != nil {
		return nil, nil, err
	}
	switch {
	case length > maxHeader:
		return nil, nil, fmt.Errorf("the header claims %d bytes; want at most %d MB: not a safetensors file, or a damaged one", length, maxHeader/1_000_000)
	case length > uint64(f.Size()-8):
		return nil, nil, fmt.Errorf("the file is cut: its header has %d bytes, the file only %d; fetch or copy it again", length, f.Size())
	}
	header := make([]byte, 0, length)
	if err := f.Read(8, int64(length), 1, func(p []byte) { header = append(header, p...) }); err != nil {
		return nil, nil, err
	}
	entries, metadata, err := parseHeader(header)
	if err != nil {
		return nil, nil, err
	}
	names := make([]string, 0, len(entries))
	for name := range entries {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(slices.Compare(entries[a].Offsets, entries[b].Offsets), strings.Compare(a, b))
	})
	start, body := 8+int64(length), uint64(f.Size())-8-length
	tensors, end := make([]stored, 0, len(names)), uint64(0)
	for _, name := range names {
		e := entries[name]
		if e.Offsets[0] == end && e.Offsets[1] > body {
			return nil, nil, fmt.Errorf("the file is cut: tensor %q ends at byte %d, the file at %d; fetch or copy it again", name, uint64(start)+e.Offsets[1], f.Size())
		}
		if e.Offsets[0] != end || e.Offsets[1] < end || e.Offsets[1] > body {
			return nil, nil, fmt.Errorf("tensor %q is at bytes %d to %d; it must start at %d and end within %d", name, e.Offsets[0], e.Offsets[1], end, body)
		}
		t := stored{file: f, name: name, dtype: e.DType, offset: start + int64(end), size: int64(e.Offsets[1] - end)}
		if t.dims, err = e.dims(name, e.Offsets[1]-end); err != nil {
			return nil, nil, err
		}
		tensors, end = append(tensors, t), e.Offsets[1]
	}
	if end != body {
		return nil, nil, fmt.Errorf("%d bytes after the last tensor", body-end)
	}
	return tensors, metadata, nil
}

// dims checks that type and shape ask for exactly the given number of bytes.
func (e entry) dims(name string, bytes uint64) ([]int, error) {
	width := uint64(e.DType.width())
	if width == 0 {
		return nil, fmt.Errorf("tensor %q has the type %q; F32, F16, BF16 and I64 are supported", name, e.DType)
	}
	var dims []int
	size := uint64(1)
	for _, d := range e.Shape {
		if d < 0 || (d > 0 && size > bytes/uint64(d)) {
			return nil, fmt.Errorf("tensor %q of shape %v does not fit its %d bytes", name, e.Shape, bytes)
		}
		size *= uint64(d)
		dims = append(dims, int(d))
	}
	if size*width != bytes {
		return nil, fmt.Errorf("tensor %q of shape %v and type %s does not fit its %d bytes", name, e.Shape, e.DType, bytes)
	}
	return dims, nil
}

// parseHeader reads the JSON itself. encoding/json would take the last of two equal keys, any spelling of a field and an array
// of any length, and what two readers understand differently is not to be read.
func parseHeader(header []byte) (map[string]entry, map[string]string, error) {
	d := json.NewDecoder(bytes.NewReader(header))
	entries := map[string]entry{}
	var metadata map[string]string
	err := object(d, func(name string) error {
		if name == "__metadata__" {
			return d.Decode(&metadata)
		}
		var e entry
		if err := object(d, func(key string) error {
			switch key {
			case "dtype":
				return d.Decode(&e.DType)
			case "shape":
				return d.Decode(&e.Shape)
			case "data_offsets":
				return d.Decode(&e.Offsets)
			}
			return fmt.Errorf("the key %q is unknown", key)
		}); err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		if e.Shape == nil || len(e.Offsets) != 2 {
			return fmt.Errorf("tensor %q: it needs a shape and two data_offsets", name)
		}
		entries[name] = e
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("header: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("header: there is text after the object")
	}
	return entries, metadata, nil
}

// object reads a JSON object and calls value, which reads the value, at each of its keys. A key may stand there once.
func object(d *json.Decoder, value func(key string) error) error {
	if t, err := d.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return fmt.Errorf("want an object, got %v", t)
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return fmt.Errorf("want a name, got %v", t)
		}
		if seen[key] {
			return fmt.Errorf("%q is a duplicate", key)
		}
		seen[key] = true
		if err := value(key); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}
