// Package model holds what a language model is, apart from its arithmetic: its shape (Config), its named weights
// (Weights) and the files they are kept in.
package model

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Config is the shape of a decoder: by itself that of a plain Llama (RMSNorm before each half-block, rotary positions,
// grouped-query attention, SwiGLU), with what other families change about it in Features. The names of the JSON fields are
// those of a Hugging Face config.json. Configs are comparable.
type Config struct {
	Vocab    int     `json:"vocab_size"`
	Hidden   int     `json:"hidden_size"`
	Layers   int     `json:"num_hidden_layers"`
	Heads    int     `json:"num_attention_heads"`
	KVHeads  int     `json:"num_key_value_heads"`
	HeadDim  int     `json:"head_dim"`
	FFN      int     `json:"intermediate_size"`
	RopeBase float64 `json:"rope_theta"`
	NormEps  float64 `json:"rms_norm_eps"`
	Tied     bool    `json:"tie_word_embeddings"`
	Features `json:"-"`
	LoRA     LoRA `json:"-"` // if not zero, the adapters are the model's weights and everything else is frozen
}

// Shape is a weight's name and dimensions.
type Shape struct {
	Name string
	Dims []int
}

// Size is the number of entries of the weight.
func (s Shape) Size() int {
	n := 1
	for _, d := range s.Dims {
		n *= d
	}
	return n
}

// Projects reports whether the weight is a matrix inside a decoder block, [out, in], or of an adapter: neither a norm's gain nor
// the embedding nor the head.
func (s Shape) Projects() bool {
	return strings.HasSuffix(s.Name, "_proj.weight") || strings.HasSuffix(s.Name, ".lora_A.weight") || strings.HasSuffix(s.Name, ".lora_B.weight")
}

// IsNorm reports whether the weight is a norm's gain.
func (s Shape) IsNorm() bool { return strings.HasSuffix(s.Name, "norm.weight") }

// Shapes lists the weights that are trained: all, or those of the adapters. Frozen are the others; the forward pass needs both.
func (c Config) Shapes() []Shape {
	if c.LoRA.Rank > 0 {
		return c.adapters()
	}
	return c.base()
}

// Frozen lists the weights under the adapters; none without adapters.
func (c Config) Frozen() []Shape {
	if c.LoRA.Rank > 0 {
		return c.base()
	}
	return nil
}

// Base is the shape without adapters.
func (c Config) Base() Config {
	c.LoRA = LoRA{}
	return c
}

// base lists the model's weights without adapters in the order of the forward pass, under the names and in the layouts ([out,
// in] for a projection) that transformers uses.
//
// Trap: some norms have one name in several places, see Norms.
func (c Config) base() []Shape {
	shapes := []Shape{{embeddingName, []int{c.Vocab, c.Hidden}}}
	for i := range c.Layers {
		shapes = append(shapes, c.layer(i)...)
	}
	shapes = append(shapes, Shape{"model.norm.weight", []int{c.Hidden}})
	if !c.Tied {
		shapes = append(shapes, Shape{headName, []int{c.Vocab, c.Hidden}})
	}
	return shapes
}

// layer lists the weights of one decoder block.
func (c Config) layer(i int) (shapes []Shape) {
	q, kv, norms := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim, c.Norms()
	add := func(name string, dims ...int) {
		shapes = append(shapes, Shape{fmt.Sprintf("model.layers.%d.%s", i, name), dims})
	}
	norm := func(name string, dim int) {
		if name != "" {
			add(name+".weight", dim)
		}
	}
	project := func(name string, bias bool, out, in int) {
		add(name+".weight", out, in)
		if bias {
			add(name+".bias", out)
		}
	}
	norm(norms.Attention, c.Hidden)
	project("self_attn.q_proj", c.QKVBias, q, c.Hidden)
	project("self_attn.k_proj", c.QKVBias, kv, c.Hidden)
	project("self_attn.v_proj", c.QKVBias, kv, c.Hidden)
	switch {
	case c.QKNorm:
		add("self_attn.q_norm.weight", c.HeadDim)
		add("self_attn.k_norm.weight", c.HeadDim)
	case c.WideQKNorm:
		add("self_attn.q_norm.weight", q)
		add("self_attn.k_norm.weight", kv)
	}
	project("self_attn.o_proj", c.OutBias, c.Hidden, q)
	norm(norms.AfterAttention, c.Hidden)
	norm(norms.MLP, c.Hidden)
	if c.Act == XIELU {
		add("mlp.act_fn.alpha_p", 1)
		add("mlp.act_fn.alpha_n", 1)
	} else {
		project("mlp.gate_proj", c.MLPBias, c.FFN, c.Hidden)
	}
	project("mlp.up_proj", c.MLPBias, c.FFN, c.Hidden)
	project("mlp.down_proj", c.MLPBias, c.Hidden, c.FFN)
	norm(norms.AfterMLP, c.Hidden)
	return shapes
}

// Parameters is the number of weights that are trained.
func (c Config) Parameters() int {
	n := 0
	for _, s := range c.Shapes() {
		n += s.Size()
	}
	return n
}

// identity is what a configuration enters hashes as. What a plain Llama enters has to stay as it is, or every key changes; new
// features show only where they are used.
func (c Config) identity() string {
	text := fmt.Sprintf("{Vocab:%d Hidden:%d Layers:%d Heads:%d KVHeads:%d HeadDim:%d FFN:%d RopeBase:%v NormEps:%v Tied:%v}\n",
		c.Vocab, c.Hidden, c.Layers, c.Heads, c.KVHeads, c.HeadDim, c.FFN, c.RopeBase, c.NormEps, c.Tied)
	if c.LoRA != (LoRA{}) {
		text += fmt.Sprintf("LoRA:%+v\n", c.LoRA)
	}
	if c.Features == (Features{}) {
		return text
	}
	features, err := json.Marshal(c.Features)
	if err != nil { // of a NaN or an infinity, which Check refuses
		return text + fmt.Sprintf("%+v\n", c.Features)
	}
	return text + string(features) + "\n"
}

// maxLayers is more than any model has; a list of weights is made for each.
const maxLayers = 1 << 12

// Check reports the first dimension that no model can have.
func (c Config) Check() error {
	const most = 1 << 24
	for _, d := range []struct {
		name    string
		n, most int
	}{
		{"vocab_size", c.Vocab, most},
		{"hidden_size", c.Hidden, most},
		{"num_hidden_layers", c.Layers, maxLayers},
		{"num_attention_heads", c.Heads, most},
		{"num_key_value_heads", c.KVHeads, most},
		{"head_dim", c.HeadDim, most},
		{"intermediate_size", c.FFN, most},
	} {
		if d.n < 1 || d.n > d.most {
			return fmt.Errorf("%s is %d", d.name, d.n)
		}
	}
	switch {
	case c.Heads%c.KVHeads != 0:
		return fmt.Errorf("num_attention_heads %d is not a multiple of num_key_value_heads %d", c.Heads, c.KVHeads)
	case c.HeadDim%2 != 0:
		return fmt.Errorf("head_dim %d is odd; rotary positions need an even number", c.HeadDim)
	case !(c.RopeBase > 1):
		return fmt.Errorf("rope_theta is %g", c.RopeBase)
	case !(c.NormEps > 0):
		return fmt.Errorf("rms_norm_eps is %g", c.NormEps)
	}
	return c.Features.check(c.Layers)
}
