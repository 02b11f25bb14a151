package model

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"congrad/harness/model/gguf"
)

// GGUF is a model in one file of llama.cpp's: a Checkpoint under the names and in the conventions of transformers.
type GGUF struct {
	Config    Config
	Source    []byte // the config.json that the metadata amount to
	Tokenizer GGUFTokenizer
	file      *gguf.File
	names     []string
	stored    map[string]string // from transformers' names to the file's
	permuted  bool              // rows of queries and keys lie in llama.cpp's order
}

// ggufFamilies are the architectures that are read, by general.architecture, and transformers' model_type for each.
var ggufFamilies = map[string]string{"llama": "llama", "gemma2": "gemma2", "gemma3": "gemma3_text", "qwen2": "qwen2", "qwen3": "qwen3"}

// OpenGGUF opens a file of a folder.
func OpenGGUF(dir fs.FS, name string) (*GGUF, error) {
	file, err := gguf.Open(dir, name)
	if err != nil {
		return nil, fmt.Errorf("opening a model: %w", err)
	}
	g, err := newGGUF(file)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening a model: %s: %w", name, err), file.Close())
	}
	return g, nil
}

func newGGUF(file *gguf.File) (*GGUF, error) {
	m := file.Metadata
	if n, _, err := m.Int("split.count"); err != nil {
		return nil, err
	} else if n > 1 {
		return nil, fmt.Errorf("it is one of %d parts; join them with llama-gguf-split --merge", n)
	}
	arch, _, err := gguf.Get[string](m, "general.architecture")
	if err != nil {
		return nil, err
	}
	family, ok := ggufFamilies[arch]
	if !ok {
		return nil, fmt.Errorf("general.architecture %q is not supported; llama, gemma2, gemma3, qwen2 and qwen3 are", arch)
	}
	g := &GGUF{file: file, stored: map[string]string{}, permuted: arch == "llama"}
	if err := g.rename(strings.HasPrefix(arch, "gemma")); err != nil {
		return nil, err
	}
	if g.Source, err = ggufConfig(file, arch, family); err != nil {
		return nil, err
	}
	if g.Config, err = ParseConfig(g.Source); err != nil {
		return nil, fmt.Errorf("its metadata as a config.json: %w", err)
	}
	if g.Tokenizer, err = readGGUFTokenizer(m); err != nil {
		return nil, err
	}
	g.Tokenizer.Gemma = strings.HasPrefix(arch, "gemma")
	return g, nil
}

// Close lets the file go.
func (g *GGUF) Close() error { return g.file.Close() }

// Names lists the tensors in the order of their data.
func (g *GGUF) Names() []string { return slices.Clone(g.names) }

// Shape is a tensor's dimensions, outermost first; false says that there is no such tensor.
func (g *GGUF) Shape(name string) ([]int, bool) { return g.file.Shape(g.stored[name]) }

// Type is the type that a tensor is stored in.
func (g *GGUF) Type(name string) gguf.Type { return g.file.Type(g.stored[name]) }

// Float32 reads a tensor, dequantised, into dst, which has exactly its size. What llama.cpp's converter changes about
// weights is undone: the order of rows that its rotation of queries and keys wants, and the 1 added to Gemma's norms.
func (g *GGUF) Float32(name string, dst []float32) error {
	stored, ok := g.stored[name]
	if !ok {
		return fmt.Errorf("reading GGUF: there is no tensor %q", name)
	}
	if err := g.file.Float32(stored, dst); err != nil {
		return err
	}
	heads := 0
	switch {
	case g.Config.NormOffset && (Shape{Name: name}).IsNorm():
		for i := range dst {
			dst[i]--
		}
	case g.permuted && strings.Contains(name, ".q_proj."):
		heads = g.Config.Heads
	case g.permuted && strings.Contains(name, ".k_proj."):
		heads = g.Config.KVHeads
	}
	if dims, _ := g.Shape(name); heads > 0 {
		if len(dims) == 0 || dims[0]%(2*heads) != 0 {
			return fmt.Errorf("reading GGUF: %s of shape %v does not have an even number of rows for each of %d heads", name, dims, heads)
		}
		unpermute(dst, dims[0], heads)
	}
	return nil
}

// unpermute puts the rows of each head back into transformers' order. llama.cpp's rotation of a Llama turns the neighbouring
// rows 2j and 2j+1 together, transformers' the rows j and j + head_dim/2.
func unpermute(data []float32, rows, heads int) {
	width, half := len(data)/rows, rows/heads/2
	for head := range slices.Chunk(data, 2*half*width) {
		from := slices.Clone(head)
		for j := range half {
			copy(head[j*width:(j+1)*width], from[2*j*width:])
			copy(head[(half+j)*width:(half+j+1)*width], from[(2*j+1)*width:])
		}
	}
}

const (
	ggufEmbedding = "token_embd.weight"
	ggufHead      = "output.weight"
)

// The names of weights outside and inside of blocks.
var (
	ggufTop   = map[string]string{ggufEmbedding: embeddingName, "output_norm.weight": "model.norm.weight", ggufHead: headName}
	ggufParts = map[string]string{
		"attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
		"attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm", "attn_output": "self_attn.o_proj",
		"ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
	}
	// Where they differ with norms behind attention and MLP.
	ggufPostNorms = map[string]string{
		"ffn_norm": "pre_feedforward_layernorm", "post_attention_norm": "post_attention_layernorm", "post_ffw_norm": "post_feedforward_layernorm",
	}
	ggufBlock = regexp.MustCompile(`^blk\.(\d+)\.(\w+)\.(weight|bias)$`)
)

// ropeFactors is the tensor of rotary factors of a Llama 3; it becomes part of the configuration.
const ropeFactors = "rope_freqs.weight"

// rename gives every tensor its name in transformers. What has none keeps its own, for ReadWeights to refuse.
func (g *GGUF) rename(postNorms bool) error {
	for _, stored := range g.file.Names() {
		name, ok := ggufTop[stored]
		if m := ggufBlock.FindStringSubmatch(stored); m != nil {
			part := ggufParts[m[2]]
			if other := ggufPostNorms[m[2]]; postNorms && other != "" {
				part = other
			}
			name, ok = "model.layers."+m[1]+"."+part+"."+m[3], part != ""
		}
		if stored == ropeFactors {
			continue
		}
		if !ok {
			name = stored
		}
		if name == headName && !g.hasEmbedding() {
			name = embeddingName // of a tied model that was saved under the head's name alone
		}
		if twin, twice := g.stored[name]; twice {
			return fmt.Errorf("the tensors %q and %q both map to %s", twin, stored, name)
		}
		g.names = append(g.names, name)
		g.stored[name] = stored
	}
	return nil
}

// hasEmbedding says whether the file names an embedding.
func (g *GGUF) hasEmbedding() bool {
	_, ok := g.file.Shape(ggufEmbedding)
	return ok
}
