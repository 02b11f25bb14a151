package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"congrad/harness/model/narrow"
)

// Tensor is one to be written. Values is called once, when its turn has come, so that no more than one tensor has to be in
// memory.
type Tensor struct {
	Name   string
	Dims   []int
	Values func() ([]float32, error)
}

// size is the number of entries.
func (t Tensor) size() (int64, error) {
	n := int64(1)
	for _, d := range t.Dims {
		if d < 0 || d > 0 && n > math.MaxInt64/8/int64(d) {
			return 0, fmt.Errorf("writing safetensors: %s has the shape %v", t.Name, t.Dims)
		}
		n *= int64(d)
	}
	return n, nil
}

// Write writes tensors as F32 or BF16 (rounded to nearest, ties to even) in the given order, with the metadata that goes into
// the header.
func Write(w io.Writer, dtype DType, tensors []Tensor, metadata map[string]string) error {
	header, err := makeHeader(dtype, tensors, metadata)
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return fmt.Errorf("writing safetensors: %w", err)
	}
	buffer := make([]byte, 0, 1<<16)
	for _, t := range tensors {
		values, err := t.Values()
		if err != nil {
			return fmt.Errorf("writing safetensors: %s: %w", t.Name, err)
		}
		if size, _ := t.size(); size != int64(len(values)) {
			return fmt.Errorf("writing safetensors: %s has %d entries, but its shape %v needs %d", t.Name, len(values), t.Dims, size)
		}
		for len(values) > 0 {
			part := values[:min(len(values), cap(buffer)/4)]
			for _, x := range part {
				if dtype == F32 {
					buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(x))
				} else {
					buffer = binary.LittleEndian.AppendUint16(buffer, narrow.ToBFloat16(x))
				}
			}
			if _, err := w.Write(buffer); err != nil {
				return fmt.Errorf("writing safetensors: %w", err)
			}
			values, buffer = values[len(part):], buffer[:0]
		}
	}
	return nil
}

// makeHeader is everything before the first tensor's bytes.
func makeHeader(dtype DType, tensors []Tensor, metadata map[string]string) ([]byte, error) {
	if dtype != F32 && dtype != BF16 {
		return nil, fmt.Errorf("writing safetensors: the type %q is not supported; F32 and BF16 are", dtype)
	}
	header := bytes.NewBuffer(make([]byte, 8))
	header.WriteByte('{')
	if len(metadata) > 0 {
		text, err := json.Marshal(metadata)
		if err != nil {
			return nil, fmt.Errorf("writing safetensors: %w", err)
		}
		fmt.Fprintf(header, `"__metadata__":%s,`, text)
	}
	seen := map[string]bool{"__metadata__": true}
	offset := uint64(0)
	for i, t := range tensors {
		if seen[t.Name] {
			return nil, fmt.Errorf("writing safetensors: the name %q is taken", t.Name)
		}
		seen[t.Name] = true
		size, err := t.size()
		if err != nil {
			return nil, err
		}
		end := offset + uint64(size)*uint64(dtype.width())
		e := entry{DType: dtype, Shape: []int64{}, Offsets: []uint64{offset, end}}
		for _, d := range t.Dims {
			e.Shape = append(e.Shape, int64(d))
		}
		offset = end
		name, err := json.Marshal(t.Name)
		if err != nil {
			return nil, fmt.Errorf("writing safetensors: %w", err)
		}
		text, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("writing safetensors: %w", err)
		}
		if i > 0 {
			header.WriteByte(',')
		}
		fmt.Fprintf(header, "%s:%s", name, text)
	}
	header.WriteByte('}')
	for header.Len()%8 != 0 { // tensors start aligned
		header.WriteByte(' ')
	}
	out := header.Bytes()
	binary.LittleEndian.PutUint64(out, uint64(len(out)-8))
	return out, nil
}

// WriteFolder writes tensors into files of at most limit bytes of tensors each (a larger tensor gets a file of its own), in
// the given order: model.safetensors if one will do, else model-00001-of-0000n.safetensors and so on with their index, which is
// written last. write makes a file of the folder out of what content writes; it leaves none behind if content fails.
func WriteFolder(write func(name string, content func(w io.Writer) error) error, dtype DType, tensors []Tensor, metadata map[string]string, limit int64) error {
	shards, total, err := split(dtype, tensors, limit)
	if err != nil {
		return err
	}
	name := func(i int) string {
		if len(shards) == 1 {
			return single
		}
		return fmt.Sprintf("model-%05d-of-%05d.safetensors", i+1, len(shards))
	}
	where := map[string]string{}
	for i, shard := range shards {
		for _, t := range shard {
			if where[t.Name] != "" {
				return fmt.Errorf("writing safetensors: the name %q is taken", t.Name)
			}
			where[t.Name] = name(i)
		}
	}
	for i, shard := range shards {
		if err := write(name(i), func(w io.Writer) error { return Write(w, dtype, shard, metadata) }); err != nil {
			return fmt.Errorf("%s: %w", name(i), err)
		}
	}
	if len(shards) == 1 {
		return nil
	}
	text, err := json.MarshalIndent(map[string]any{"metadata": map[string]int64{"total_size": total}, "weight_map": where}, "", "  ")
	if err != nil {
		return fmt.Errorf("writing safetensors: %w", err)
	}
	if err := write(index, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	}); err != nil {
		return fmt.Errorf("%s: %w", index, err)
	}
	return nil
}

// split cuts the list of tensors into files.
func split(dtype DType, tensors []Tensor, limit int64) (shards [][]Tensor, total int64, err error) {
	shards = [][]Tensor{nil}
	held := int64(0)
	for _, t := range tensors {
		size, err := t.size()
		if err != nil {
			return nil, 0, err
		}
		size *= int64(dtype.width())
		if held > 0 && size > limit-held {
			shards, held = append(shards, nil), 0
		}
		last := &shards[len(shards)-1]
		*last = append(*last, t)
		held, total = held+size, total+size
	}
	return shards, total, nil
}
