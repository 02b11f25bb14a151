package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// bits makes differences in NaNs and signs of zero visible.
func bits(values []float32) []uint32 {
	out := []uint32{}
	for _, x := range values {
		out = append(out, math.Float32bits(x))
	}
	return out
}

func load[T any](t testing.TB, name string) (v T) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err == nil {
		err = json.Unmarshal(data, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func values(t testing.TB, c *Checkpoint, name string) []float32 {
	t.Helper()
	dims, ok := c.Shape(name)
	if !ok {
		t.Fatalf("no tensor %q", name)
	}
	n := 1
	for _, d := range dims {
		n *= d
	}
	out := make([]float32, n)
	if err := c.Float32(name, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// The file and the values are of the format's reference implementation.
func TestReferenceFile(t *testing.T) {
	want := load[map[string][]uint32](t, "python.json")
	data, err := os.ReadFile("testdata/python.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	for where, dir := range map[string]fs.FS{"mapped": os.DirFS("testdata"), "in pieces": fstest.MapFS{"python.safetensors": {Data: data}}} {
		c, err := OpenFile(dir, "python.safetensors")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(slices.Values(c.Names()))); d != "" {
			t.Errorf("%s: %s", where, d)
		}
		for name, w := range want {
			if got := bits(values(t, c, name)); !slices.Equal(got, w) {
				t.Errorf("%s: %s is %v, want %v", where, name, got, w)
			}
		}
		for name, dims := range map[string][]int{"a.f32": {5, 8}, "b.f16": {3, 4, 3}, "c.bf16": {7}, "d.scalar": nil, "e.empty": {0, 3}} {
			if got, _ := c.Shape(name); !slices.Equal(got, dims) {
				t.Errorf("%s: %s has the shape %v, want %v", where, name, got, dims)
			}
		}
		if d := cmp.Diff(map[string]string{"format": "np", "note": `quoted "text"`}, c.Metadata); d != "" {
			t.Error(d)
		}
		raw := make([]uint16, 7)
		if err := c.BFloat16("c.bf16", raw); err != nil || uint32(raw[3])<<16 != want["c.bf16"][3] {
			t.Errorf("%s: raw bfloat16 %v, %v", where, raw, err)
		}
		for _, c := range []struct {
			err  error
			want string
		}{
			{c.BFloat16("a.f32", make([]uint16, 40)), "stored as F32, not as BF16"},
			{c.BFloat16("c.bf16", make([]uint16, 6)), "has 7 entries; want 6"},
			{c.Float32("a.f32", nil), "has 40 entries; want 0"},
			{c.Float32("x", nil), `no tensor "x"`},
		} {
			if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
				t.Errorf("%s: %v, want an error with %q", where, c.err, c.want)
			}
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := c.Float32("a.f32", make([]float32, 40)); err == nil {
			t.Error("a closed checkpoint was read")
		}
	}
}

func tensor(name string, data []float32, dims ...int) Tensor {
	return Tensor{Name: name, Dims: dims, Values: func() ([]float32, error) { return data, nil }}
}

func TestBFloat16IsRoundedAsNumpyDoes(t *testing.T) {
	golden := load[struct {
		Float32  []uint32
		BFloat16 []uint16
	}](t, "python-bf16.json")
	var data []float32
	for _, b := range golden.Float32 {
		data = append(data, math.Float32frombits(b))
	}
	var file bytes.Buffer
	if err := Write(&file, BF16, []Tensor{tensor("x", data, len(data))}, nil); err != nil {
		t.Fatal(err)
	}
	c, err := Parse(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	got := make([]uint16, len(data))
	if err := c.BFloat16("x", got); err != nil || !slices.Equal(got, golden.BFloat16) {
		t.Errorf("%#04x, %v, want %#04x", got, err, golden.BFloat16)
	}
}

// folder collects what is written to it.
func folder(dir fstest.MapFS) func(string, func(io.Writer) error) error {
	return func(name string, content func(w io.Writer) error) error {
		var b bytes.Buffer
		if err := content(&b); err != nil {
			return err
		}
		dir[name] = &fstest.MapFile{Data: b.Bytes()}
		return nil
	}
}

func TestFolderRoundTrip(t *testing.T) {
	data := map[string][]float32{}
	var tensors []Tensor
	for i := range 7 {
		name := fmt.Sprintf("t%d", i)
		for j := range 10 * (i + 1) {
			data[name] = append(data[name], float32(100*i+j)/128)
		}
		tensors = append(tensors, tensor(name, data[name], i+1, 10))
	}
	for _, c := range []struct {
		dtype DType
		limit int64
		files []string
	}{
		{F32, 1 << 30, []string{"model.safetensors"}},
		{F32, 280 * 4, []string{"model.safetensors"}},
		{BF16, 280 * 2, []string{"model.safetensors"}},
		// 10+20+30+40 | 50 | 60 | 70 entries
		{F32, 100 * 4, []string{"model-00001-of-00004.safetensors", "model-00002-of-00004.safetensors", "model-00003-of-00004.safetensors", "model-00004-of-00004.safetensors", "model.safetensors.index.json"}},
		// 10+20 | 30 | 40 ..., larger ones on their own
		{BF16, 30 * 2, []string{"model-00001-of-00006.safetensors", "model-00002-of-00006.safetensors", "model-00003-of-00006.safetensors", "model-00004-of-00006.safetensors", "model-00005-of-00006.safetensors", "model-00006-of-00006.safetensors", "model.safetensors.index.json"}},
	} {
		dir := fstest.MapFS{}
		if err := WriteFolder(folder(dir), c.dtype, tensors, map[string]string{"format": "pt"}, c.limit); err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(maps.Keys(dir)); !slices.Equal(got, c.files) {
			t.Errorf("%s, %d bytes: the files are %q, want %q", c.dtype, c.limit, got, c.files)
		}
		got, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Names()) != len(tensors) || got.Metadata["format"] != "pt" {
			t.Errorf("%q, %q", got.Names(), got.Metadata)
		}
		for i, s := range tensors {
			dims, _ := got.Shape(s.Name)
			back := values(t, got, s.Name)
			for j, x := range back {
				if math.Abs(float64(x-data[s.Name][j])) > math.Abs(float64(x))/256 || c.dtype == F32 && x != data[s.Name][j] {
					t.Fatalf("%s[%d] is %g, was %g", s.Name, j, x, data[s.Name][j])
				}
			}
			if got.Names()[i] != s.Name || !slices.Equal(dims, s.Dims) || got.DType(s.Name) != c.dtype {
				t.Errorf("%s: %v %s at %d", s.Name, dims, got.DType(s.Name), i)
			}
		}
	}
}

func TestWritingIsRefused(t *testing.T) {
	one := []float32{1}
	failing := Tensor{Name: "a", Dims: []int{1}, Values: func() ([]float32, error) { return nil, errors.New("the device is gone") }}
	for name, c := range map[string]struct {
		dtype   DType
		tensors []Tensor
		want    string
	}{
		"another type":     {F16, nil, `type "F16" is not supported`},
		"a name twice":     {F32, []Tensor{tensor("a", one, 1), tensor("a", one, 1)}, `"a" is taken`},
		"a reserved name":  {F32, []Tensor{tensor("__metadata__", one, 1)}, "is taken"},
		"a wrong size":     {F32, []Tensor{tensor("a", one, 2)}, "has 1 entries, but its shape [2] needs 2"},
		"a negative shape": {F32, []Tensor{tensor("a", one, -1)}, "has the shape [-1]"},
		"a shape too big":  {F32, []Tensor{tensor("a", one, 1<<31, 1<<31)}, "has the shape"},
		"no values":        {F32, []Tensor{failing}, "a: the device is gone"},
	} {
		dir := fstest.MapFS{}
		err := WriteFolder(folder(dir), c.dtype, c.tensors, nil, 1)
		if err == nil || !strings.Contains(err.Error(), c.want) || len(dir) != 0 {
			t.Errorf("%s: %v, want an error with %q; left behind: %v", name, err, c.want, slices.Collect(maps.Keys(dir)))
		}
	}
}

func TestIndexHasToFit(t *testing.T) {
	one := func(name string) *fstest.MapFile {
		var b bytes.Buffer
		if err := Write(&b, F32, []Tensor{tensor(name, []float32{1}, 1)}, nil); err != nil {
			t.Fatal(err)
		}
		return &fstest.MapFile{Data: b.Bytes()}
	}
	for name, c := range map[string]struct{ index, want string }{
		"as it should be":     {`{"metadata":{"total_size":8},"weight_map":{"a":"1","b":"2"}}`, ""},
		"a wrong total":       {`{"metadata":{"total_size":9},"weight_map":{"a":"1","b":"2"}}`, ""},
		"a tensor less":       {`{"weight_map":{"a":"1","x":"2"}}`, `2 has a tensor "b", which weight_map looks for in ""`},
		"in the other file":   {`{"weight_map":{"a":"2","b":"1"}}`, `1 has a tensor "a", which weight_map looks for in "2"`},
		"a tensor more":       {`{"weight_map":{"a":"1","b":"2","c":"2"}}`, `2 has no tensor "c"`},
		"a missing file":      {`{"weight_map":{"a":"1","b":"3"}}`, "3: file does not exist"},
		"a path outwards":     {`{"weight_map":{"a":"../1"}}`, `"../1", which is not a file in the folder`},
		"a path inwards":      {`{"weight_map":{"a":"x/1"}}`, `"x/1", which is not a file in the folder`},
		"a path of Windows'":  {`{"weight_map":{"a":"x\\1"}}`, "which is not a file in the folder"},
		"the folder":          {`{"weight_map":{"a":"."}}`, ". is not a regular file"},
		"a name in two files": {`{"weight_map":{"a":"1","b":"4"}}`, `4: tensor "a" is also in another file`},
		"a name twice":        {`{"weight_map":{"a":"1","a":"2"}}`, `"a" is a duplicate`},
		"no map":              {`{"metadata":{}}`, "weight_map is missing"},
		"no JSON":             {`{`, "model.safetensors.index.json: "},
		"another type":        {`{"weight_map":{"a":1}}`, "cannot unmarshal number"},
	} {
		dir := fstest.MapFS{"1": one("a"), "2": one("b"), "4": one("a"), "model.safetensors.index.json": {Data: []byte(c.index)}}
		got, err := Open(dir)
		if c.want == "" {
			if err != nil || len(got.Names()) != 2 {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
	for name, want := range map[string]string{
		"config.json":       "has no weights: neither model.safetensors nor model.safetensors.index.json",
		"pytorch_model.bin": "has no weights: neither model.safetensors nor model.safetensors.index.json; pytorch_model.bin is there, which is not read from a folder",
	} {
		if _, err := Open(fstest.MapFS{name: {}}); err == nil || err.Error() != want {
			t.Errorf("a folder with %s: %v", name, err)
		}
	}
}

// file is a file with the given header and body.
func file(header string, body int) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), make([]byte, body)...)
}

// Those that an older reader refused, too, are in package model's tests.
func TestHostileFiles(t *testing.T) {
	const good = `"dtype":"F32","shape":[1],"data_offsets":[0,4]`
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"a name twice":        {file(`{"a":{`+good+`},"a":{`+good+`}}`, 4), `"a" is a duplicate`},
		"twice by escapes":    {file(`{"a":{`+good+`},"\u0061":{`+good+`}}`, 4), `"a" is a duplicate`},
		"metadata twice":      {file(`{"__metadata__":{},"__metadata__":{},"a":{`+good+`}}`, 4), "is a duplicate"},
		"a key twice":         {file(`{"a":{`+good+`,"shape":[1]}}`, 4), `tensor "a": "shape" is a duplicate`},
		"an unknown key":      {file(`{"a":{`+good+`,"strides":[1]}}`, 4), `tensor "a": the key "strides" is unknown`},
		"another spelling":    {file(`{"a":{"DType":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), `the key "DType" is unknown`},
		"three offsets":       {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,9]}}`, 4), "two data_offsets"},
		"no shape":            {file(`{"a":{"dtype":"F32","shape":null,"data_offsets":[0,4]}}`, 4), "needs a shape"},
		"no type":             {file(`{"a":{"shape":[1],"data_offsets":[0,4]}}`, 4), `has the type ""`},
		"a fraction":          {file(`{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}`, 4), "cannot unmarshal number"},
		"a negative offset":   {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`, 4), "cannot unmarshal number"},
		"offsets of 2^64":     {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551615]}}`, 4), "the file is cut: tensor"},
		"offsets beyond 2^64": {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551616]}}`, 4), "cannot unmarshal number"},
		"a product of 2^64":   {file(`{"a":{"dtype":"F32","shape":[9223372036854775807,2,4],"data_offsets":[0,4]}}`, 4), "does not fit"},
		"text behind":         {file(`{"a":{`+good+`}} {}`, 4), "there is text after the object"},
		"quantised":           {file(`{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}`, 4), `tensor "a" has the type "F8_E4M3"; F32, F16, BF16 and I64 are supported`},
		"no header's length":  {make([]byte, 7), "the file is cut: it has 7 bytes"},
		"metadata of numbers": {file(`{"__metadata__":{"a":1}}`, 0), "cannot unmarshal number"},
	} {
		_, err := Parse(c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}

// The file is of the format's reference implementation. Integers are never taken for numbers of the model, nor the other way
// round.
func TestIntegers(t *testing.T) {
	c, err := OpenFile(os.DirFS("testdata"), "integers.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	got := make([]int64, 6)
	if err := c.Int64("ids", got); err != nil {
		t.Fatal(err)
	}
	if want := []int64{math.MinInt64, -1, 0, 1, 1<<40 + 3, math.MaxInt64}; !slices.Equal(got, want) {
		t.Errorf("integers are %v, want %v", got, want)
	}
	if dims, _ := c.Shape("ids"); !slices.Equal(dims, []int{2, 3}) {
		t.Errorf("the shape is %v, want [2 3]", dims)
	}
	floats, err := OpenFile(os.DirFS("testdata"), "python.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	defer floats.Close()
	for _, c := range []struct {
		err  error
		want string
	}{
		{c.Float32("ids", make([]float32, 6)), "is stored as I64; want floating-point numbers"},
		{c.BFloat16("ids", make([]uint16, 6)), "is stored as I64, not as BF16"},
		{floats.Int64("a.f32", make([]int64, 40)), "is stored as F32, not as I64"},
		{c.Int64("ids", make([]int64, 5)), "has 6 entries; want 5"},
		{c.Int64("x", nil), `no tensor "x"`},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%v, want an error with %q", c.err, c.want)
		}
	}
}

// Whatever is read without an error can be written and read again, and no tensor is larger than the file.
func FuzzParse(f *testing.F) {
	data, err := os.ReadFile("testdata/python.safetensors")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(file(`{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"F16","shape":[],"data_offsets":[4,6]}}`, 6))
	f.Add(file(`{"a":{"dtype":"I64","shape":[1,2],"data_offsets":[0,16]}}`, 16))
	f.Add(file(`{"a":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[0,0]}}`, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse(data)
		if err != nil {
			return
		}
		var tensors []Tensor
		for _, name := range c.Names() {
			stored := c.tensors[name]
			if stored.offset+stored.size > int64(len(data)) {
				t.Fatalf("%q lies outside of the file", name)
			}
			if stored.dtype == I64 {
				if err := c.Int64(name, make([]int64, stored.size/8)); err != nil {
					t.Fatal(err)
				}
				continue // is not written
			}
			v := make([]float32, stored.size/int64(stored.dtype.width()))
			if err := c.Float32(name, v); err != nil {
				t.Fatal(err)
			}
			dims, _ := c.Shape(name)
			tensors = append(tensors, tensor(name, v, dims...))
		}
		var again bytes.Buffer
		if err := Write(&again, F32, tensors, c.Metadata); err != nil {
			t.Fatal(err)
		}
		back, err := Parse(again.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range tensors {
			v, _ := s.Values()
			got := make([]float32, len(v))
			if err := back.Float32(s.Name, got); err != nil || !slices.Equal(bits(v), bits(got)) {
				t.Fatalf("%q comes back changed: %v", s.Name, err)
			}
		}
	})
}

func BenchmarkFloat32(b *testing.B) {
	const n = 16 << 20
	for _, dtype := range []DType{F32, BF16} {
		dir := b.TempDir()
		f, err := os.Create(filepath.Join(dir, single))
		if err == nil {
			err = errors.Join(Write(f, dtype, []Tensor{tensor("x", make([]float32, n), n)}, nil), f.Close())
		}
		if err != nil {
			b.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, single))
		if err != nil {
			b.Fatal(err)
		}
		for where, fsys := range map[string]fs.FS{"mapped": os.DirFS(dir), "pieces": fstest.MapFS{single: {Data: data}}} {
			b.Run(string(dtype)+"/"+where, func(b *testing.B) {
				c, err := Open(fsys)
				if err != nil {
					b.Fatal(err)
				}
				defer c.Close()
				dst := make([]float32, n)
				b.SetBytes(int64(n * dtype.width()))
				for b.Loop() {
					if err := c.Float32("x", dst); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// Whatever an index is, there is an error, or every tensor is in the file that it names.
func FuzzIndex(f *testing.F) {
	f.Add(`{"weight_map": {"a": "1", "b": "2"}}`)
	f.Add(`{"metadata": {"total_size": 8}, "weight_map": {"a": "1"}}`)
	f.Add(`{"weight_map": {"a": "../1", "a": "1"}}`)
	f.Add(`{"weight_map": null}`)
	var one, two bytes.Buffer
	for w, name := range map[*bytes.Buffer]string{&one: "a", &two: "b"} {
		if err := Write(w, F32, []Tensor{{Name: name, Dims: []int{1}, Values: func() ([]float32, error) { return []float32{1}, nil }}}, nil); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, index string) {
		c, err := Open(fstest.MapFS{"1": {Data: one.Bytes()}, "2": {Data: two.Bytes()}, "model.safetensors.index.json": {Data: []byte(index)}})
		if err != nil {
			return
		}
		defer c.Close()
		for _, name := range c.Names() {
			if err := c.Float32(name, make([]float32, 1)); err != nil {
				t.Fatalf("%q: %v", index, err)
			}
		}
	})
}
