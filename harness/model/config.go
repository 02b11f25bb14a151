// Package model holds what a language model is, apart from its arithmetic: its shape (Config), its named weights
// (Weights) and the files they are kept in.
package model

import (
	"fmt"
	"strings"
)

// Config is the shape of a Llama-family decoder: RMSNorm before each half-block, rotary positions, grouped-query
// attention, SwiGLU. The names of the JSON fields are those of a Hugging Face config.json.
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

// Projects reports whether the weight is a matrix inside a decoder block, [out, in]: neither a norm's gain nor the
// embedding nor the head.
func (s Shape) Projects() bool { return strings.HasSuffix(s.Name, "_proj.weight") }

// Shapes lists the model's weights in the order of the forward pass, under the names and in the layouts
// ([out, in] for a projection) that transformers uses.
func (c Config) Shapes() []Shape {
	q, kv := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	shapes := []Shape{{"model.embed_tokens.weight", []int{c.Vocab, c.Hidden}}}
	for i := range c.Layers {
		block := func(name string, dims ...int) {
			shapes = append(shapes, Shape{fmt.Sprintf("model.layers.%d.%s.weight", i, name), dims})
		}
		block("input_layernorm", c.Hidden)
		block("self_attn.q_proj", q, c.Hidden)
		block("self_attn.k_proj", kv, c.Hidden)
		block("self_attn.v_proj", kv, c.Hidden)
		block("self_attn.o_proj", c.Hidden, q)
		block("post_attention_layernorm", c.Hidden)
		block("mlp.gate_proj", c.FFN, c.Hidden)
		block("mlp.up_proj", c.FFN, c.Hidden)
		block("mlp.down_proj", c.Hidden, c.FFN)
	}
	shapes = append(shapes, Shape{"model.norm.weight", []int{c.Hidden}})
	if !c.Tied {
		shapes = append(shapes, Shape{"lm_head.weight", []int{c.Vocab, c.Hidden}})
	}
	return shapes
}

// Parameters is the number of weights in the model.
func (c Config) Parameters() int {
	n := 0
	for _, s := range c.Shapes() {
		n += s.Size()
	}
	return n
}
