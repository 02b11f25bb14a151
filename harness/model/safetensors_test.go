package model

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var small = Config{Vocab: 5, Hidden: 4, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 2, FFN: 6, RopeBase: 1e4, NormEps: 1e-5, Tied: true}

func TestFolderRoundTrip(t *testing.T) {
	want := &Folder{Config: small, Tokenizer: []byte("{}"), Usage: Usage{"generation_config.json": []byte(`{"eos_token_id": 2}`)}, Weights: New(small, 1)}
	files, err := want.Files()
	if err != nil {
		t.Fatal(err)
	}
	want.Source = files["config.json"] // what was read stays
	dir := fstest.MapFS{}
	for name, data := range files {
		dir[name] = &fstest.MapFile{Data: data}
	}
	got, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Folder{})); d != "" {
		t.Error(d)
	}
	again, err := got.Files()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(files, again); d != "" {
		t.Error(d)
	}
}

func TestHashKnowsEveryBit(t *testing.T) {
	a, b := New(small, 1), New(small, 1)
	if a.Hash() != b.Hash() {
		t.Error("equal weights have two hashes")
	}
	last := b.Tensors[len(b.Tensors)-1]
	last[len(last)-1] = math.Nextafter32(last[len(last)-1], 2)
	if a.Hash() == b.Hash() {
		t.Error("a changed bit does not show")
	}
	b = New(small, 1)
	b.Config.RopeBase = 5e5
	if a.Hash() == b.Hash() {
		t.Error("the rotary base does not show")
	}
}

func TestConfigIsRefusedByName(t *testing.T) {
	good := `{"model_type":"llama","hidden_act":"silu","vocab_size":5,"hidden_size":4,"num_hidden_layers":1,"num_attention_heads":2,"num_key_value_heads":1,"head_dim":2,"intermediate_size":6,"rope_theta":10000,"rms_norm_eps":1e-5}`
	for name, c := range map[string]struct{ old, new, want string }{
		"family":      {"llama", "mamba", `model_type "mamba" is not supported`},
		"activation":  {"silu", "gelu", `hidden_act "gelu" is not supported`},
		"no width":    {`"hidden_size":4`, `"hidden_size":0`, "hidden_size is 0"},
		"odd heads":   {`"head_dim":2`, `"head_dim":3`, "head_dim 3 is odd"},
		"uneven":      {`"num_key_value_heads":1`, `"num_key_value_heads":3`, "not a multiple"},
		"no base":     {`"rope_theta":10000`, `"rope_theta":0`, "rope_theta is 0"},
		"no epsilon":  {`"rms_norm_eps":1e-5`, `"rms_norm_eps":0`, "rms_norm_eps is 0"},
		"scaled":      {`"head_dim"`, `"rope_scaling":{"rope_type":"llama3","factor":8},"head_dim"`, "rope_scaling: low_freq_factor is 0"},
		"newly":       {`"head_dim"`, `"rope_parameters":{"rope_type":"longrope","rope_theta":500000},"head_dim"`, `rope_parameters: rope_type "longrope" is not supported; default, linear, llama3 and yarn are`},
		"by layer":    {`"head_dim"`, `"rope_parameters":{"full_attention":{"rope_type":"default","rope_theta":500000}},"head_dim"`, `rope_parameters: full_attention (`},
		"biases":      {`"head_dim"`, `"attention_bias":1,"head_dim"`, "attention_bias: json: cannot unmarshal number"},
		"more biases": {`"head_dim"`, `"mlp_bias":"no","head_dim"`, "mlp_bias: json: cannot unmarshal string"},
		"a half turn": {`"head_dim"`, `"partial_rotary_factor":0.5,"head_dim"`, "partial_rotary_factor 0.5 is not supported; 1 is"},
		"one inside":  {`"head_dim"`, `"rope_parameters":{"rope_type":"default","partial_rotary_factor":0.25},"head_dim"`, "partial_rotary_factor 0.25 is not supported; 1 is"},
		"no JSON":     {`{`, ``, "config.json"},
		"wrong types": {`"vocab_size":5`, `"vocab_size":"5"`, "config.json"},
	} {
		_, err := OpenConfig(fstest.MapFS{"config.json": {Data: []byte(strings.Replace(good, c.old, c.new, 1))}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
	for name, c := range map[string]struct {
		old, new string
		base     float64
	}{
		"as it is":       {"", "", 1e4},
		"older, spelled": {`"head_dim"`, `"rope_scaling":null,"attention_bias":false,"mlp_bias":false,"partial_rotary_factor":1.0,"head_dim"`, 1e4},
		"newer":          {`"rope_theta":10000`, `"rope_parameters":{"rope_type":"default","rope_theta":500000.0}`, 5e5},
		"both":           {`"head_dim"`, `"rope_parameters":{"rope_type":"default"},"head_dim"`, 1e4},
	} {
		got, err := OpenConfig(fstest.MapFS{"config.json": {Data: []byte(strings.Replace(good, c.old, c.new, 1))}})
		if err != nil || got.Hidden != 4 || got.RopeBase != c.base {
			t.Errorf("%s: %+v, %v, want rope_theta %g", name, got, err, c.base)
		}
	}
}

// safetensorsFile is a file with the given header and body.
func safetensorsFile(header string, body int) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), make([]byte, body)...)
}

func TestHostileFiles(t *testing.T) {
	huge := binary.LittleEndian.AppendUint64(nil, math.MaxUint64)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":              {nil, "the file is cut: it has 0 bytes"},
		"a header of 2^64":     {huge, "the header claims"},
		"a cut header":         {safetensorsFile(`{"a":`, 0), "header"},
		"no object":            {safetensorsFile(`[]`, 0), "header"},
		"a hole":               {safetensorsFile(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "must start at 0"},
		"overlap":              {safetensorsFile(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "must start at 4"},
		"backwards":            {safetensorsFile(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 4), "is at bytes"},
		"beyond the end":       {safetensorsFile(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 4), "the file is cut: tensor"},
		"bytes left over":      {safetensorsFile(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 6), "2 bytes after the last tensor"},
		"a shape that wraps":   {safetensorsFile(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}`, 4), "does not fit"},
		"a negative dimension": {safetensorsFile(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4), "does not fit"},
		"a wrong size":         {safetensorsFile(`{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,4]}}`, 4), "does not fit"},
		"an unknown type":      {safetensorsFile(`{"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}}`, 4), `type "Q4"`},
		"a wrong entry":        {safetensorsFile(`{"a":3}`, 0), `tensor "a"`},
	} {
		if _, err := UnmarshalSafetensors(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestHalfPrecisionTypes(t *testing.T) {
	// 1, -2, 65504 (largest half), 2^-24 (smallest subnormal), infinity
	f16 := []uint16{0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00}
	bf16 := []uint16{0x3f80, 0xc000, 0x7f80}
	body := []byte{}
	for _, x := range append(f16, bf16...) {
		body = binary.LittleEndian.AppendUint16(body, x)
	}
	data := safetensorsFile(`{"__metadata__":{"x":"y"},"h":{"dtype":"F16","shape":[5],"data_offsets":[0,10]},"b":{"dtype":"BF16","shape":[3,1],"data_offsets":[10,16]}}`, 0)
	tensors, err := UnmarshalSafetensors(append(data, body...))
	if err != nil {
		t.Fatal(err)
	}
	inf := float32(math.Inf(1))
	want := []NamedTensor{
		{"h", []int{5}, []float32{1, -2, 65504, 1.0 / (1 << 24), inf}},
		{"b", []int{3, 1}, []float32{1, -2, inf}},
	}
	if d := cmp.Diff(want, tensors); d != "" {
		t.Error(d)
	}
}

func TestWeightsHaveToFit(t *testing.T) {
	data, err := New(small, 1).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(c *Config)
		want   string
	}{
		"another width":   {func(c *Config) { c.FFN = 8 }, "has the shape"},
		"one layer more":  {func(c *Config) { c.Layers = 2 }, "no tensor"},
		"one layer fewer": {func(c *Config) { c.Layers = 0 }, "does not use"},
		"an untied head":  {func(c *Config) { c.Tied = false }, `no tensor "lm_head.weight"`},
	} {
		config := small
		c.change(&config)
		if _, err := Unmarshal(config, data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}

func FuzzUnmarshalSafetensors(f *testing.F) {
	data, err := New(small, 1).Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(safetensorsFile(`{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}`, 4))
	f.Fuzz(func(t *testing.T, data []byte) {
		tensors, err := UnmarshalSafetensors(data)
		if err != nil {
			return
		}
		entries := 0
		for _, tensor := range tensors {
			entries += len(tensor.Data)
		}
		if 2*entries > len(data) {
			t.Fatalf("%d entries out of %d bytes", entries, len(data))
		}
	})
}
