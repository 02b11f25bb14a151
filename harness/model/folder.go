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
	Source    []byte // config.json as it was read; nil for a plain Llama, whose file is made from Config
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

// OpenConfig reads a folder's config.json. What the description of models does not cover is refused by name.
func OpenConfig(dir fs.FS) (Config, error) {
	config, _, err := openConfig(dir)
	return config, err
}

func openConfig(dir fs.FS) (Config, []byte, error) {
	data, err := fs.ReadFile(dir, "config.json")
	if err != nil {
		return Config{}, nil, fmt.Errorf("opening a model: %w", err)
	}
	config, err := ParseConfig(data)
	if err != nil {
		return Config{}, nil, fmt.Errorf("opening a model: config.json: %w", err)
	}
	return config, data, nil
}

// Open reads a model folder.
func Open(dir fs.FS) (*Folder, error) {
	config, source, err := openConfig(dir)
	if err != nil {
		return nil, err
	}
	f := &Folder{Config: config}
	if config.Features != (Features{}) {
		f.Source = source
	}
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
	config, err := f.configFile()
	if err != nil {
		return nil, fmt.Errorf("writing a model: %w", err)
	}
	weights, err := f.Weights.Marshal()
	if err != nil {
		return nil, fmt.Errorf("writing a model: %w", err)
	}
	return map[string][]byte{"config.json": append(config, '\n'), "tokenizer.json": f.Tokenizer, "model.safetensors": weights}, nil
}

// configFile is the folder's config.json: made from the shape for a plain Llama, else the one that was read, with the type
// that weights are written in.
func (f *Folder) configFile() ([]byte, error) {
	if f.Config.Features == (Features{}) {
		return json.MarshalIndent(configFile{
			Architectures: []string{"LlamaForCausalLM"}, ModelType: "llama", HiddenAct: "silu", DType: "float32", Config: f.Config,
		}, "", "  ")
	}
	var file map[string]json.RawMessage
	if err := json.Unmarshal(f.Source, &file); err != nil {
		return nil, fmt.Errorf("config.json: the one that was read is needed: %w", err)
	}
	delete(file, "torch_dtype")
	file["dtype"] = json.RawMessage(`"float32"`)
	return json.MarshalIndent(file, "", "  ")
}
