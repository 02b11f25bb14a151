package model

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"congrad/harness/model/safetensors"
)

// The files are of llama.cpp's Python package, the weights and settings those that transformers has in the same model
// (testdata/gguf/make.py).
func TestGGUFIsTheModelThatWasConverted(t *testing.T) {
	dir := os.DirFS("testdata/gguf")
	for _, name := range []string{"llama", "llama3", "gemma2", "gemma3", "qwen2", "qwen3"} {
		t.Run(name, func(t *testing.T) {
			g, err := OpenGGUF(dir, name+".gguf")
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			source, err := os.ReadFile(filepath.Join("testdata/gguf", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			config, err := ParseConfig(source)
			if err != nil {
				t.Fatal(err)
			}
			if g.Config != config {
				t.Errorf("%+v, want\n%+v\n%s", g.Config, config, g.Source)
			}
			c, err := safetensors.OpenFile(dir, name+".safetensors")
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			got, err := ReadWeights(config, g)
			if err != nil {
				t.Fatal(err)
			}
			want, err := ReadWeights(config, c)
			if err != nil {
				t.Fatal(err)
			}
			for i, s := range config.Shapes() {
				if !slices.Equal(got.Tensors[i], want.Tensors[i]) {
					t.Errorf("%s is %v, want %v", s.Name, got.Tensors[i], want.Tensors[i])
				}
			}
			yes, no := true, false
			tokenizer := GGUFTokenizer{
				Model: g.Tokenizer.Model, Gemma: strings.HasPrefix(name, "gemma"), Pre: "default", Tokens: []string{"<s>", "</s>", "Ġa", "b", "Ġab", "<0x0A>"},
				Types:  []int32{GGUFControl, GGUFControl, GGUFNormal, GGUFNormal, GGUFNormal, GGUFByte},
				Scores: []float32{0, 0, -1, -2, -3, 0}, Merges: []string{"Ġa b"},
				BOS: 0, EOS: 1, EOT: -1, Unknown: -1, Padding: -1, AddBOS: &yes, AddSpacePrefix: &no, ChatTemplate: "{{ messages }}",
			}
			if d := cmp.Diff(tokenizer, g.Tokenizer); d != "" {
				t.Error(d)
			}
		})
	}
}

// A model read from a GGUF file can be written as a folder and read again.
func TestGGUFBecomesAFolder(t *testing.T) {
	for _, name := range []string{"llama", "llama3", "gemma3", "qwen3"} {
		g, err := OpenGGUF(os.DirFS("testdata/gguf"), name+".gguf")
		if err != nil {
			t.Fatal(err)
		}
		w, err := ReadWeights(g.Config, g)
		if err != nil {
			t.Fatal(err)
		}
		files, err := (&Folder{Config: g.Config, Source: g.Source, Tokenizer: []byte("{}"), Weights: w}).Files()
		if err != nil {
			t.Fatal(err)
		}
		dir := fstest.MapFS{}
		for name, data := range files {
			dir[name] = &fstest.MapFile{Data: data}
		}
		if f, err := Open(dir); err != nil || f.Config != g.Config || f.Weights.Hash() != w.Hash() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// text is a key as it stands in a file.
func text(s string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(s))), s...)
}

func TestGGUFIsRefusedByName(t *testing.T) {
	const qwen, llama3, gemma = "qwen3.gguf", "llama3.gguf", "gemma3.gguf"
	u32 := func(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }
	value := func(key string, n uint32) []byte { return slices.Concat(text(key), u32(4), u32(n)) }
	float := func(key string, x float32) []byte { return slices.Concat(text(key), u32(6), u32(math.Float32bits(x))) }
	for name, c := range map[string]struct {
		file     string
		old, new []byte
		want     string
	}{
		"another architecture": {qwen, slices.Concat(u32(8), text("qwen3")), slices.Concat(u32(8), text("qwen9")), `general.architecture "qwen9" is not supported`},
		"an unknown key":       {qwen, text("qwen3.context_length"), text("qwen3.context_lengte"), "qwen3.context_lengte is not supported"},
		"no layers' number":    {qwen, text("qwen3.block_count"), text("qwen9.block_count"), "qwen3.block_count is missing"},
		"another width":        {qwen, value("qwen3.attention.value_length", 4), value("qwen3.attention.value_length", 6), "value_length 6 is not supported; 4 is"},
		"an epsilon of 0":      {qwen, float("qwen3.attention.layer_norm_rms_epsilon", 1e-5), float("qwen3.attention.layer_norm_rms_epsilon", 0), "rms_norm_eps is 0"},
		"an infinite base":     {qwen, float("qwen3.rope.freq_base", 1e6), float("qwen3.rope.freq_base", float32(math.Inf(1))), "qwen3.rope.freq_base is +Inf"},
		"yarn":                 {gemma, slices.Concat(text("gemma3.rope.scaling.type"), u32(8), text("linear")), slices.Concat(text("gemma3.rope.scaling.type"), u32(8), text("yarn!!")), `scaling.type "yarn!!" is not supported`},
		"other factors":        {llama3, float("llama.rope.freq_base", 5e5), float("llama.rope.freq_base", 4e5), "a llama3 scaling by 32"},
		"a token too many":     {qwen, value("tokenizer.ggml.eos_token_id", 1), value("tokenizer.ggml.eos_token_id", 6), "eos_token_id is 6, but there are 6 tokens"},
		"a tensor's name":      {qwen, text("blk.0.attn_q.weight"), text("blk.0.attn_q.weighs"), `no tensor "model.layers.0.self_attn.q_proj.weight"`},
		"one name for two":     {gemma, text("blk.0.ffn_norm.weight"), text("blk.1.ffn_norm.weight"), "two tensors"},
	} {
		data, err := os.ReadFile(filepath.Join("testdata/gguf", c.file))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Count(data, c.old) != 1 || len(c.old) != len(c.new) {
			t.Fatalf("%s: %q stands %d times in %s", name, c.old, bytes.Count(data, c.old), c.file)
		}
		g, err := OpenGGUF(fstest.MapFS{"x": {Data: bytes.Replace(data, c.old, c.new, 1)}}, "x")
		if err == nil {
			_, err = ReadWeights(g.Config, g)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}

// Files of which the metadata alone say that they are something else.
func TestGGUFMetadataIsNeverIgnored(t *testing.T) {
	file := func(pairs ...any) []byte {
		out := binary.LittleEndian.AppendUint64([]byte("GGUF\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), uint64(len(pairs)/2))
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, text(pairs[i].(string))...)
			switch v := pairs[i+1].(type) {
			case int:
				out = binary.LittleEndian.AppendUint32(append(out, 4, 0, 0, 0), uint32(v))
			case string:
				out = append(append(out, 8, 0, 0, 0), text(v)...)
			}
		}
		return out
	}
	for want, data := range map[string][]byte{
		"it is one of 3 parts":                              file("general.architecture", "llama", "split.count", 3),
		"llama.expert_count 8 is not supported; 0 is":       file("general.architecture", "llama", "llama.expert_count", 8),
		"llama.rope.scaling.attn_factor 2 is not supported": file("general.architecture", "llama", "llama.rope.scaling.attn_factor", 2),
		"llama.block_count is a string instead of":          file("general.architecture", "llama", "llama.block_count", "two"),
		"llama.logit_scale is not supported":                file("general.architecture", "llama", "llama.logit_scale", 2),
		"general.architecture is a uint32 instead of a":     file("general.architecture", 1),
		`general.architecture "" is not supported`:          file(),
	} {
		if _, err := OpenGGUF(fstest.MapFS{"x": {Data: data}}, "x"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
}

// Whatever opens without an error can be read, or is refused as a model.
func FuzzGGUF(f *testing.F) {
	for _, name := range []string{"qwen3", "gemma2"} {
		data, err := os.ReadFile(filepath.Join("testdata/gguf", name+".gguf"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := OpenGGUF(fstest.MapFS{"x": {Data: data}}, "x")
		if err != nil || g.Config.Parameters() > 1<<16 {
			return
		}
		_, _ = ReadWeights(g.Config, g)
	})
}

func FuzzParseConfig(f *testing.F) {
	for _, family := range publishedFamilies(f) {
		f.Add([]byte(family.Published))
		f.Add([]byte(family.Anew))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConfig(data)
		if err != nil {
			return
		}
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
		for i := range min(c.Layers, 100) {
			if window, rope := c.Layer(i); window < 0 || !(rope.Base > 0) && !(c.LocalRope && rope == Rope{}) {
				t.Fatalf("layer %d: %d, %+v", i, window, rope)
			}
		}
	})
}
