package model

import (
	"fmt"
	"math"
	"strings"
)

// Activation is the nonlinearity of the MLP: of its gate, or of the MLP itself if it has no gate.
type Activation string

// The activations.
const (
	SiLU     Activation = ""
	GELUTanh Activation = "gelu_pytorch_tanh" // 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
	// XIELU has no gate, and two learned numbers in each layer (Huang & Schlag 2024).
	XIELU Activation = "xielu"
)

// Features are what families add to the block of a plain Llama. The zero value adds nothing, and every field's zero value is
// what a plain Llama does.
type Features struct {
	Act Activation `json:",omitempty"`

	// Norms.
	NormOffset bool `json:",omitempty"` // a norm multiplies by 1 + weight (Gemma)
	PostNorms  bool `json:",omitempty"` // attention and MLP are also followed by a norm before they enter the residual stream
	QKNorm     bool `json:",omitempty"` // each head's queries and keys [head_dim] are normalised before they are rotated
	WideQKNorm bool `json:",omitempty"` // queries [heads*head_dim] and keys are normalised over all heads before they are rotated
	NoPreNorms bool `json:",omitempty"` // attention and MLP read the residual stream as it is; PostNorms follow them (OLMo 2)
	CentreNorm bool `json:",omitempty"` // norms subtract the mean first: LayerNorm without a bias (Cohere)
	OwnNorms   bool `json:",omitempty"` // the norms before attention and MLP have the names attention_layernorm and feedforward_layernorm
	// Parallel: the MLP reads what the attention reads, and both are added to the residual stream together (Cohere).
	Parallel bool `json:",omitempty"`

	// Biases of q, k and v; of o; of gate, up and down.
	QKVBias bool `json:",omitempty"`
	OutBias bool `json:",omitempty"`
	MLPBias bool `json:",omitempty"`

	// ScaledEmbed multiplies embeddings by √hidden. Trap: transformers rounds the root to the type of the activations first.
	ScaledEmbed bool `json:",omitempty"`
	// LogitScale multiplies logits; 0: it is one.
	LogitScale float64 `json:",omitempty"`
	// QueryScalar is what scores are divided by the root of, if not head_dim.
	QueryScalar float64 `json:",omitempty"`
	// The soft caps squash x to cap·tanh(x/cap): scores before the mask, and logits.
	AttnSoftCap  float64 `json:",omitempty"`
	LogitSoftCap float64 `json:",omitempty"`

	// Scaling changes the rotary frequencies that RopeBase gives.
	Scaling RopeScaling `json:",omitzero"`
	// Local has a letter for each layer, l or g: in a local layer a token sees only the last Window tokens, itself included.
	// Empty: all layers are global.
	Local  string `json:",omitempty"`
	Window int    `json:",omitempty"`
	// LocalRopeBase is the base of the local layers' unscaled frequencies; 0: local layers rotate as global ones do.
	LocalRopeBase float64 `json:",omitempty"`
	// RopePairs rotates the neighbours 2j and 2j+1 of a head together, not j and j + head_dim/2.
	RopePairs bool `json:",omitempty"`
	// LocalRope: queries and keys are rotated in local layers only.
	LocalRope bool `json:",omitempty"`
}

// Norms names the norms in a block; an empty name means that there is no norm in that place.
type Norms struct{ Attention, AfterAttention, MLP, AfterMLP string }

// Norms are the names that transformers uses. Trap: post_attention_layernorm is the norm before the MLP, unless there are
// PostNorms, with which it stands behind the attention.
func (f Features) Norms() Norms {
	switch {
	case f.Parallel:
		return Norms{Attention: "input_layernorm"}
	case f.OwnNorms:
		return Norms{Attention: "attention_layernorm", MLP: "feedforward_layernorm"}
	case f.PostNorms && f.NoPreNorms:
		return Norms{AfterAttention: "post_attention_layernorm", AfterMLP: "post_feedforward_layernorm"}
	case f.PostNorms:
		return Norms{"input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm"}
	}
	return Norms{Attention: "input_layernorm", MLP: "post_attention_layernorm"}
}

// Layer says how far a layer sees (0: back to the first token) and how it turns queries and keys (the zero Rope: not at all).
func (c Config) Layer(i int) (window int, rope Rope) {
	rope = Rope{Base: c.RopeBase, Scaling: c.Scaling}
	if c.Local == "" || c.Local[i] == 'g' {
		if c.LocalRope {
			return 0, Rope{}
		}
		return 0, rope
	}
	if c.LocalRopeBase != 0 {
		rope = Rope{Base: c.LocalRopeBase}
	}
	return c.Window, rope
}

// ScoreScale is what the products of queries and keys are multiplied by.
func (c Config) ScoreScale() float64 {
	if c.QueryScalar != 0 {
		return 1 / math.Sqrt(c.QueryScalar)
	}
	return 1 / math.Sqrt(float64(c.HeadDim))
}

// List names the features in use, for messages.
func (f Features) List() []string {
	var list []string
	for _, x := range []struct {
		name string
		used bool
	}{
		{"activation " + string(f.Act), f.Act != SiLU},
		{"norms of 1 + weight", f.NormOffset},
		{"norms after attention and MLP", f.PostNorms},
		{"norms of queries and keys", f.QKNorm || f.WideQKNorm},
		{"no norms before attention and MLP", f.NoPreNorms},
		{"norms that subtract the mean", f.CentreNorm},
		{"attention and MLP side by side", f.Parallel},
		{"biases of queries, keys and values", f.QKVBias},
		{"a bias after the attention", f.OutBias},
		{"biases in the MLP", f.MLPBias},
		{"scaled embeddings", f.ScaledEmbed},
		{fmt.Sprintf("logits times %g", f.LogitScale), f.LogitScale != 0},
		{fmt.Sprintf("scores over the root of %g", f.QueryScalar), f.QueryScalar != 0},
		{fmt.Sprintf("scores capped at %g", f.AttnSoftCap), f.AttnSoftCap != 0},
		{fmt.Sprintf("logits capped at %g", f.LogitSoftCap), f.LogitSoftCap != 0},
		{f.Scaling.Type + " rope scaling", f.Scaling != RopeScaling{}},
		{"rotated neighbours", f.RopePairs},
		{"rotation in local layers only", f.LocalRope},
		{fmt.Sprintf("layers that see %d tokens", f.Window), f.Local != ""},
	} {
		if x.used {
			list = append(list, x.name)
		}
	}
	return list
}

// check reports the first feature that no model of that many layers can have.
func (f Features) check(layers int) error {
	for _, x := range []struct {
		name string
		x    float64
	}{
		{"query_pre_attn_scalar", f.QueryScalar},
		{"attn_logit_softcapping", f.AttnSoftCap},
		{"final_logit_softcapping", f.LogitSoftCap},
		{"logit_scale", f.LogitScale},
		{"the local layers' rope_theta", f.LocalRopeBase},
	} {
		if !(x.x >= 0) || math.IsInf(x.x, 0) {
			return fmt.Errorf("%s is %g", x.name, x.x)
		}
	}
	if f.Local != "" {
		switch {
		case len(f.Local) != layers || strings.Trim(f.Local, "lg") != "":
			return fmt.Errorf("layer_types describe %d layers, num_hidden_layers is %d", len(f.Local), layers)
		case f.Window < 1 || f.Window > math.MaxInt32:
			return fmt.Errorf("sliding_window is %d", f.Window)
		}
	}
	return f.Scaling.check()
}
