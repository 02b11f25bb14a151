package gguf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func goldenData(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.gguf")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func values(t testing.TB, f *File, name string) []float32 {
	t.Helper()
	dims, ok := f.Shape(name)
	if !ok {
		t.Fatalf("no tensor %q", name)
	}
	n := 1
	for _, d := range dims {
		n *= d
	}
	out := make([]float32, n)
	if err := f.Float32(name, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// The file is of llama.cpp's Python package, which also says what every tensor dequantises to.
func TestReferenceFile(t *testing.T) {
	data := goldenData(t)
	older := bytes.Clone(data)
	older[4] = 2 // versions 2 and 3 differ in the byte order alone
	for where, dir := range map[string]fs.FS{"mapped": os.DirFS("testdata"), "in pieces": fstest.MapFS{"golden.gguf": {Data: data}}, "version 2": fstest.MapFS{"golden.gguf": {Data: older}}} {
		f, err := Open(dir, "golden.gguf")
		if err != nil {
			t.Fatal(err)
		}
		checked := 0
		for _, name := range f.Names() {
			if strings.HasSuffix(name, ".f32") {
				continue
			}
			got, want := values(t, f, name), values(t, f, name+".f32")
			for i := range want {
				if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
					t.Fatalf("%s: %s[%d] is %g, want %g", where, name, i, got[i], want[i])
				}
			}
			if f.Type(name).String() != name {
				t.Errorf("%s: %s has the type %s", where, name, f.Type(name))
			}
			checked++
		}
		if checked != len(layouts)-1 { // F32 stands on the other side
			t.Errorf("%s: %d of %d types checked", where, checked, len(layouts)-1)
		}
		if dims, _ := f.Shape("F16"); !slices.Equal(dims, []int{3, 5, 10}) {
			t.Errorf("%s: shape %v, want outermost first", where, dims)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestMetadata(t *testing.T) {
	f, err := Parse(goldenData(t))
	if err != nil {
		t.Fatal(err)
	}
	want := Metadata{
		"general.architecture": "test",
		"general.alignment":    uint32(64),
		"v.uint8":              uint8(200),
		"v.int8":               int8(-100),
		"v.uint16":             uint16(60000),
		"v.int16":              int16(-30000),
		"v.uint32":             uint32(4000000000),
		"v.int32":              int32(-2000000000),
		"v.float32":            float32(1e-5),
		"v.bool":               true,
		"v.string":             "ἀλήθεια",
		"v.uint64":             uint64(1<<63 + 1),
		"v.int64":              int64(math.MinInt64),
		"v.float64":            0.1,
		"a.strings":            []string{"", "Ġthe", "▁x"},
		"a.ints":               []int32{-1, 0, 7},
		"a.floats":             []float32{0.5, -2},
		"a.bools":              []bool{true, false},
		"a.arrays":             []any{[]int32{1, 2}, []int32{3}},
	}
	if d := cmp.Diff(want, f.Metadata); d != "" {
		t.Error(d)
	}
	for key, want := range map[string]int{"v.uint8": 200, "v.int8": -100, "v.uint16": 60000, "v.int16": -30000, "v.uint32": 4000000000, "v.int32": -2000000000, "v.int64": math.MinInt64} {
		if n, ok, err := f.Metadata.Int(key); n != want || !ok || err != nil {
			t.Errorf("%s is %d, %v, %v, want %d", key, n, ok, err, want)
		}
	}
	for key, want := range map[string]float64{"v.float32": 1e-5, "v.float64": 0.1, "v.int8": -100} {
		if x, ok, err := f.Metadata.Float(key); x != want || !ok || err != nil {
			t.Errorf("%s is %g, %v, %v, want %g", key, x, ok, err, want)
		}
	}
	if s, ok, err := Get[string](f.Metadata, "v.string"); s != "ἀλήθεια" || !ok || err != nil {
		t.Errorf("%q, %v, %v", s, ok, err)
	}
	_, _, large := f.Metadata.Int("v.uint64")
	_, _, noInt := f.Metadata.Int("v.string")
	_, _, noFloat := f.Metadata.Float("v.bool")
	_, _, noText := Get[string](f.Metadata, "v.bool")
	for want, err := range map[string]error{
		"v.uint64 is 9223372036854775809, which is too large": large,
		"v.string is a string instead of a whole number":      noInt,
		"v.bool is a bool instead of a number":                noFloat,
		"v.bool is a bool instead of a string":                noText,
	} {
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, ok, err := f.Metadata.Int("missing"); ok || err != nil {
		t.Error(ok, err)
	}
}

// made is a file in the making.
type made []byte

func start(tensors, values uint64) made {
	return made("GGUF\x03\x00\x00\x00").n64(tensors).n64(values)
}
func (m made) n32(n uint32) made           { return binary.LittleEndian.AppendUint32(m, n) }
func (m made) n64(n uint64) made           { return binary.LittleEndian.AppendUint64(m, n) }
func (m made) text(s string) made          { return append(m.n64(uint64(len(s))), s...) }
func (m made) zeros(n int) made            { return append(m, make([]byte, n)...) }
func (m made) u32(k string, n uint32) made { return m.text(k).n32(4).n32(n) }
func (m made) tensor(name string, typ uint32, offset uint64, dims ...uint64) made {
	m = m.text(name).n32(uint32(len(dims)))
	for _, d := range dims {
		m = m.n64(d)
	}
	return m.n32(typ).n64(offset)
}

// data fills up to the alignment and adds n bytes.
func (m made) data(n int) made { return m.zeros((32-len(m)%32)%32 + n) }

func TestHostileFiles(t *testing.T) {
	nested := start(0, 1).text("a").n32(9)
	for range 100 {
		nested = nested.n32(9).n64(1)
	}
	for name, c := range map[string]struct {
		data made
		want string
	}{
		"nothing":                {nil, "instead of GGUF"},
		"another format":         {made("PK\x03\x04").zeros(32), "instead of GGUF"},
		"no version":             {made("GGUF"), "ends too early"},
		"version 1":              {made("GGUF").n32(1).zeros(16), "version 1 is not supported"},
		"the other byte order":   {made("GGUF\x00\x00\x00\x03").zeros(16), "big-endian"},
		"no counts":              {made("GGUF").n32(3).n64(0), "metadata"},
		"2^64-1 values":          {start(0, math.MaxUint64), "more than fit into the file"},
		"2^64-1 tensors":         {start(math.MaxUint64, 0), "more than fit into the file"},
		"a key of 2^63":          {start(0, 1).n64(1 << 63).zeros(64), "only 64 are left in the file"},
		"a text of 2^40":         {start(0, 1).text("a").n32(8).n64(1 << 40).zeros(64), "only 64 are left in the file"},
		"a key twice":            {start(0, 2).u32("a", 1).u32("a", 2), `"a" twice`},
		"an unknown value type":  {start(0, 1).text("a").n32(13).zeros(8), "value type 13 is unknown"},
		"a truth value of 2":     {append(start(0, 1).text("a").n32(7), 2), "a boolean is 2"},
		"2^60 numbers":           {start(0, 1).text("a").n32(9).n32(4).n64(1 << 60).zeros(64), "an array claims"},
		"2^61 texts":             {start(0, 1).text("a").n32(9).n32(8).n64(1 << 61).zeros(64), "an array claims"},
		"2^60 empty arrays":      {start(0, 1).text("a").n32(9).n32(9).n64(1 << 60).zeros(64), "an array claims"},
		"an unknown element":     {start(0, 1).text("a").n32(9).n32(13).n64(1).zeros(64), "element type 13 is unknown"},
		"arrays without end":     {nested.zeros(64), "more than 4 deep"},
		"values cut short":       {start(0, 1).text("a").n32(9).n32(8).n64(2).text("x").zeros(7), "ends too early"},
		"no type":                {start(1, 0).text("a").n32(0).zeros(9), "1 tensors, more than fit"},
		"five dimensions":        {start(1, 0).tensor("a", 0, 0, 1, 1, 1, 1, 1).data(4), "5 dimensions"},
		"2^32-1 dimensions":      {start(1, 0).text("a").n32(math.MaxUint32).zeros(64), "4294967295 dimensions"},
		"dimensions of 2^64":     {start(1, 0).tensor("a", 0, 0, 1<<33, 1<<33).data(4), "dimensions are too large"},
		"one of 2^64":            {start(1, 0).tensor("a", 0, 0, math.MaxUint64).data(4), "dimensions are too large"},
		"bytes of 2^64":          {start(1, 0).tensor("a", 0, 0, 1<<60).data(4), "dimensions are too large"},
		"more than there is":     {start(1, 0).tensor("a", 0, 0, 2).data(4), "beyond the end"},
		"much more":              {start(1, 0).tensor("a", 0, 0, 1<<59).data(4), "beyond the end"},
		"half a block":           {start(1, 0).tensor("a", 2, 0, 16, 2).data(18), "blocks of 32"},
		"a scalar block":         {start(1, 0).tensor("a", 2, 0).data(18), "blocks of 32"},
		"another quantisation":   {start(1, 0).tensor("a", 23, 0, 256).data(136), "the type IQ4_XS is not supported; F32, F16, Q4_0"},
		"an unknown type":        {start(1, 0).tensor("a", 99, 0, 256).data(136), "number 99"},
		"a hole":                 {start(1, 0).tensor("a", 0, 32, 1).data(36), "want 0"},
		"not aligned":            {start(2, 0).tensor("a", 0, 0, 1).tensor("b", 0, 4, 1).data(8), "want 32"},
		"overlap":                {start(2, 0).tensor("a", 0, 0, 16).tensor("b", 0, 32, 16).data(96), "want 64"},
		"the same data":          {start(2, 0).tensor("a", 0, 0, 8).tensor("b", 0, 0, 8).data(32), "want 32"},
		"a name twice":           {start(2, 0).tensor("a", 0, 0, 8).tensor("a", 0, 32, 8).data(64), "two tensors"},
		"data at 2^63":           {start(1, 0).tensor("a", 0, 1<<63, 1).data(4), "its data start at"},
		"data far away":          {start(1, 0).tensor("a", 0, 1<<61, 1).data(4), "want 0"},
		"an alignment of 0":      {start(0, 1).u32("general.alignment", 0), "power of two"},
		"an alignment of 48":     {start(0, 1).u32("general.alignment", 48), "power of two"},
		"an alignment in words":  {start(0, 1).text("general.alignment").n32(8).text("32"), "instead of a whole number"},
		"an alignment too large": {start(1, 1).u32("general.alignment", 1<<30).tensor("a", 0, 0, 1).data(4), "power of two"},
	} {
		_, err := Parse(c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
	f, err := Parse(start(2, 0).tensor("b", 0, 32, 2, 3).tensor("a", 1, 0, 3).data(32 + 24))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(f.Names()); got != "[a b]" {
		t.Errorf("names %s, want them in the order of the data", got)
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{f.Float32("x", nil), `no tensor "x"`},
		{f.Float32("b", make([]float32, 5)), "has 6 entries; want 5"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%v, want an error with %q", c.err, c.want)
		}
	}
}

// Whatever is read without an error can be read whole, and no tensor is larger than 8 entries a byte.
func FuzzParse(f *testing.F) {
	f.Add(goldenData(f))
	f.Add([]byte(start(2, 1).u32("general.alignment", 32).tensor("b", 0, 32, 2, 3).tensor("a", 1, 0, 3).data(32 + 24)))
	f.Add([]byte(start(1, 1).text("a").n32(9).n32(9).n64(1).n32(8).n64(2).text("x").text("").tensor("b", 2, 0, 32).data(18)))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			return
		}
		for _, name := range file.Names() {
			s := file.tensors[name]
			n := s.size / int64(layouts[s.typ].bytes) * int64(layouts[s.typ].block)
			if s.offset+s.size > int64(len(data)) || n > 8*int64(len(data)) {
				t.Fatalf("%q lies outside of the file", name)
			}
			if err := file.Float32(name, make([]float32, n)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func BenchmarkFloat32(b *testing.B) {
	for typ, l := range layouts {
		b.Run(typ.String(), func(b *testing.B) {
			const n = 1 << 22
			f, err := Parse(start(1, 0).tensor("a", uint32(typ), 0, n).data(n / l.block * l.bytes))
			if err != nil {
				b.Fatal(err)
			}
			dst := make([]float32, n)
			b.SetBytes(4 * n)
			for b.Loop() {
				if err := f.Float32("a", dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
