package model

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A safetensors file is the length of its header (8 bytes, little-endian), the header, a JSON object from tensor names to
// {dtype, shape, data_offsets}, and the tensors' bytes. Own code, because the format is small and the library at hand reads
// without checking; every number of the header is checked here before anything is allocated by it.

// maxHeader bounds the header, as the reference implementation does.
const maxHeader = 100 << 20

// entry is a tensor's description in the header.
type entry struct {
	DType   string    `json:"dtype"`
	Shape   []int64   `json:"shape"`
	Offsets [2]uint64 `json:"data_offsets"`
}

// NamedTensor is one tensor of a file, in float32.
type NamedTensor struct {
	Name string
	Dims []int
	Data []float32
}

// MarshalSafetensors writes tensors as float32, in the given order, with the metadata that goes into the header.
func MarshalSafetensors(tensors []NamedTensor, metadata map[string]string) ([]byte, error) {
	var header bytes.Buffer
	header.WriteByte('{')
	if len(metadata) > 0 {
		text, err := json.Marshal(metadata)
		if err != nil {
			return nil, fmt.Errorf("writing safetensors: %w", err)
		}
		fmt.Fprintf(&header, `"__metadata__":%s,`, text)
	}
	offset := uint64(0)
	for i, t := range tensors {
		e := entry{DType: "F32", Shape: []int64{}, Offsets: [2]uint64{offset, offset + 4*uint64(len(t.Data))}}
		size := 1
		for _, d := range t.Dims {
			e.Shape = append(e.Shape, int64(d))
			size *= d
		}
		if size != len(t.Data) {
			return nil, fmt.Errorf("writing safetensors: %s has %d entries, its shape %v asks for %d", t.Name, len(t.Data), t.Dims, size)
		}
		offset = e.Offsets[1]
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
		fmt.Fprintf(&header, "%s:%s", name, text)
	}
	header.WriteByte('}')
	for header.Len()%8 != 0 { // tensors start aligned
		header.WriteByte(' ')
	}
	out := binary.LittleEndian.AppendUint64(make([]byte, 0, 8+header.Len()+int(offset)), uint64(header.Len()))
	out = append(out, header.Bytes()...)
	for _, t := range tensors {
		for _, x := range t.Data {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(x))
		}
	}
	return out, nil
}

// UnmarshalSafetensors reads a file's tensors, converted to float32, in the order of their bytes.
func UnmarshalSafetensors(data []byte) ([]NamedTensor, error) {
	if len(data) < 8 {
		return nil, fmt.Errorf("reading safetensors: %d bytes are too few for a header", len(data))
	}
	length := binary.LittleEndian.Uint64(data)
	if length > maxHeader || length > uint64(len(data)-8) {
		return nil, fmt.Errorf("reading safetensors: the header claims %d bytes, the file has %d", length, len(data))
	}
	header, body := data[8:8+length], data[8+length:]
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(header, &raw); err != nil {
		return nil, fmt.Errorf("reading safetensors: header: %w", err)
	}
	delete(raw, "__metadata__")
	names := make([]string, 0, len(raw))
	entries := map[string]entry{}
	for name, text := range raw {
		var e entry
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, fmt.Errorf("reading safetensors: tensor %q: %w", name, err)
		}
		names = append(names, name)
		entries[name] = e
	}
	slices.SortFunc(names, func(a, b string) int {
		x, y := entries[a].Offsets, entries[b].Offsets
		return cmp.Or(slices.Compare(x[:], y[:]), strings.Compare(a, b))
	})
	var tensors []NamedTensor
	end := uint64(0)
	for _, name := range names {
		e := entries[name]
		if e.Offsets[0] != end || e.Offsets[1] < end || e.Offsets[1] > uint64(len(body)) {
			return nil, fmt.Errorf("reading safetensors: tensor %q lies at bytes %d to %d; expected to start at %d and to end within %d", name, e.Offsets[0], e.Offsets[1], end, len(body))
		}
		end = e.Offsets[1]
		t, err := e.read(name, body[e.Offsets[0]:e.Offsets[1]])
		if err != nil {
			return nil, err
		}
		tensors = append(tensors, t)
	}
	if end != uint64(len(body)) {
		return nil, fmt.Errorf("reading safetensors: %d bytes behind the last tensor", uint64(len(body))-end)
	}
	return tensors, nil
}

// read converts one tensor's bytes.
func (e entry) read(name string, data []byte) (NamedTensor, error) {
	width, ok := map[string]uint64{"F32": 4, "F16": 2, "BF16": 2}[e.DType]
	if !ok {
		return NamedTensor{}, fmt.Errorf("reading safetensors: tensor %q has the type %q; F32, F16 and BF16 are supported", name, e.DType)
	}
	t := NamedTensor{Name: name}
	size := uint64(1)
	for _, d := range e.Shape {
		if d < 0 || (d > 0 && size > uint64(len(data))/uint64(d)) {
			return t, fmt.Errorf("reading safetensors: tensor %q of shape %v does not fit its %d bytes", name, e.Shape, len(data))
		}
		size *= uint64(d)
		t.Dims = append(t.Dims, int(d))
	}
	if size*width != uint64(len(data)) {
		return t, fmt.Errorf("reading safetensors: tensor %q of shape %v and type %s does not fit its %d bytes", name, e.Shape, e.DType, len(data))
	}
	t.Data = make([]float32, size)
	for i := range t.Data {
		switch e.DType {
		case "F32":
			t.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		case "BF16":
			t.Data[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(data[2*i:])) << 16)
		case "F16":
			t.Data[i] = half(binary.LittleEndian.Uint16(data[2*i:]))
		}
	}
	return t, nil
}

// half converts an IEEE 754 binary16.
func half(bits uint16) float32 {
	sign, exponent, fraction := uint32(bits>>15)<<31, uint32(bits>>10)&0x1f, uint32(bits)&0x3ff
	switch exponent {
	case 0: // zero or subnormal: fraction * 2^-24
		return math.Float32frombits(math.Float32bits(float32(fraction)/(1<<24)) | sign)
	case 0x1f:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

// Marshal writes the weights as a safetensors file.
func (w *Weights) Marshal() ([]byte, error) {
	shapes := w.Config.Shapes()
	if err := w.Check(); err != nil {
		return nil, err
	}
	tensors := make([]NamedTensor, len(shapes))
	for i, s := range shapes {
		tensors[i] = NamedTensor{s.Name, s.Dims, w.Tensors[i]}
	}
	return MarshalSafetensors(tensors, map[string]string{"format": "pt"})
}

// Unmarshal reads a model's weights from a safetensors file. It must hold exactly the weights of the shape.
func Unmarshal(config Config, data []byte) (*Weights, error) {
	tensors, err := UnmarshalSafetensors(data)
	if err != nil {
		return nil, err
	}
	byName := map[string]NamedTensor{}
	for _, t := range tensors {
		byName[t.Name] = t
	}
	w := &Weights{Config: config}
	for _, s := range config.Shapes() {
		t, ok := byName[s.Name]
		if !ok {
			return nil, fmt.Errorf("reading weights: the file has no tensor %q", s.Name)
		}
		if !slices.Equal(t.Dims, s.Dims) {
			return nil, fmt.Errorf("reading weights: %s has the shape %v, the configuration asks for %v", s.Name, t.Dims, s.Dims)
		}
		w.Tensors = append(w.Tensors, t.Data)
		delete(byName, s.Name)
	}
	for _, t := range tensors {
		if _, left := byName[t.Name]; left {
			return nil, fmt.Errorf("reading weights: the file has a tensor %q that the configuration does not ask for", t.Name)
		}
	}
	return w, nil
}
