package model

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"congrad/harness/model/safetensors"
)

// Folder is a model on disk as transformers lays it out: config.json, tokenizer.json, model.safetensors.
type Folder struct {
	Config    Config
	Tokenizer []byte // tokenizer.json
	Weights   *Weights
}

// configFile is the config.json of the Llama family.
type configFile struct {
	Architectures []string `json:"architectures"`
	ModelType     string   `json:"model_type"`
	HiddenAct     string   `json:"hidden_act"`
	DType         string   `json:"dtype"`
	Config
}

// variant are the settings by which a llama may differ from the model code. Older files have rope_theta and rope_scaling,
// newer ones both in rope_parameters.
type variant struct {
	Scaling json.RawMessage `json:"rope_scaling"`
	Rope    *struct {
		Type   string   `json:"rope_type"`
		Base   *float64 `json:"rope_theta"`
		Turned *float64 `json:"partial_rotary_factor"`
	} `json:"rope_parameters"`
	Turned        *float64 `json:"partial_rotary_factor"`
	AttentionBias bool     `json:"attention_bias"`
	MLPBias       bool     `json:"mlp_bias"`
}

// check reports the first setting that the model code would have to know and does not.
func (v variant) check() error {
	turned := []*float64{v.Turned}
	if p := v.Rope; p != nil {
		if p.Type != "default" {
			return fmt.Errorf("rope_parameters: rope_type %q is not supported yet; default is", p.Type)
		}
		turned = append(turned, p.Turned)
	}
	for _, share := range turned {
		if share != nil && *share != 1 {
			return fmt.Errorf("partial_rotary_factor %g is not supported yet; 1 is", *share)
		}
	}
	switch {
	case v.Scaling != nil && string(v.Scaling) != "null":
		return fmt.Errorf("rope_scaling is not supported yet; null is")
	case v.AttentionBias:
		return fmt.Errorf("attention_bias true is not supported yet; false is")
	case v.MLPBias:
		return fmt.Errorf("mlp_bias true is not supported yet; false is")
	}
	return nil
}

// OpenConfig reads a folder's config.json. What the model code does not do is refused by name.
func OpenConfig(dir fs.FS) (Config, error) {
	data, err := fs.ReadFile(dir, "config.json")
	if err != nil {
		return Config{}, fmt.Errorf("opening a model: %w", err)
	}
	var c struct {
		configFile
		variant
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return Config{}, fmt.Errorf("opening a model: config.json: %w", err)
	}
	if c.ModelType != "llama" {
		return Config{}, fmt.Errorf("opening a model: config.json: model_type %q is not supported; llama is", c.ModelType)
	}
	if c.HiddenAct != "silu" {
		return Config{}, fmt.Errorf("opening a model: config.json: hidden_act %q is not supported; silu is", c.HiddenAct)
	}
	if err := c.variant.check(); err != nil {
		return Config{}, fmt.Errorf("opening a model: config.json: %w", err)
	}
	if p := c.Rope; p != nil && p.Base != nil {
		c.RopeBase = *p.Base
	}
	if err := c.Config.Check(); err != nil {
		return Config{}, fmt.Errorf("opening a model: config.json: %w", err)
	}
	return c.Config, nil
}

// Open reads a model folder.
func Open(dir fs.FS) (*Folder, error) {
	config, err := OpenConfig(dir)
	if err != nil {
		return nil, err
	}
	f := &Folder{Config: config}
	if f.Tokenizer, err = fs.ReadFile(dir, "tokenizer.json"); err != nil {
		return nil, fmt.Errorf("opening a model: %w", err)
	}
	c, err := safetensors.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("opening a model: %w", err)
	}
	defer c.Close()
	if f.Weights, err = ReadWeights(config, c); err != nil {
		return nil, fmt.Errorf("opening a model: %w", err)
	}
	return f, nil
}

// Files are the folder's files, by name.
func (f *Folder) Files() (map[string][]byte, error) {
	config, err := json.MarshalIndent(configFile{
		Architectures: []string{"LlamaForCausalLM"}, ModelType: "llama", HiddenAct: "silu", DType: "float32", Config: f.Config,
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing a model: %w", err)
	}
	weights, err := f.Weights.Marshal()
	if err != nil {
		return nil, fmt.Errorf("writing a model: %w", err)
	}
	return map[string][]byte{"config.json": append(config, '\n'), "tokenizer.json": f.Tokenizer, "model.safetensors": weights}, nil
}

// Check reports the first dimension that no model can have.
func (c Config) Check() error {
	for _, d := range []struct {
		name string
		n    int
	}{
		{"vocab_size", c.Vocab},
		{"hidden_size", c.Hidden},
		{"num_hidden_layers", c.Layers},
		{"num_attention_heads", c.Heads},
		{"num_key_value_heads", c.KVHeads},
		{"head_dim", c.HeadDim},
		{"intermediate_size", c.FFN},
	} {
		if d.n < 1 || d.n > 1<<24 {
			return fmt.Errorf("%s is %d", d.name, d.n)
		}
	}
	switch {
	case c.Heads%c.KVHeads != 0:
		return fmt.Errorf("num_attention_heads %d is no multiple of num_key_value_heads %d", c.Heads, c.KVHeads)
	case c.HeadDim%2 != 0:
		return fmt.Errorf("head_dim %d is odd; rotary positions turn pairs", c.HeadDim)
	case !(c.RopeBase > 1):
		return fmt.Errorf("rope_theta is %g", c.RopeBase)
	case !(c.NormEps > 0):
		return fmt.Errorf("rms_norm_eps is %g", c.NormEps)
	}
	return nil
}
