package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"

	"congrad/harness/model/safetensors"
	"congrad/harness/userfile"
)

// Folder is a model on disk as transformers lays it out: config.json, tokenizer.json, model.safetensors.
type Folder struct {
	Config    Config
	Source    []byte // config.json as it was read; nil for a plain Llama that was made here: its file is made from Config
	Tokenizer []byte // tokenizer.json
	Usage     Usage
	Weights   *Weights // nil until Load, of a folder that is only looked into

	stored interface { // what Weights are read from, if they come from files
		Checkpoint
		io.Closer
	}
	hash string
}

// files are what weights are read from until they are closed.
type files struct {
	Checkpoint
	io.Closer
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
	config, _, err := ReadConfig(dir)
	return config, err
}

// ReadConfig is OpenConfig that returns the file, too.
func ReadConfig(dir fs.FS) (Config, []byte, error) {
	data, err := userfile.ReadIn(dir, "config.json", 16<<20)
	if errors.Is(err, fs.ErrNotExist) {
		return Config{}, nil, errors.New("has no config.json; want a model folder")
	}
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
	f, err := Look(dir)
	if err != nil {
		return nil, err
	}
	_, err = f.Load()
	return f, err
}

// Look opens a model folder and checks it, without reading its weights. They are to be read until Close.
func Look(dir fs.FS) (*Folder, error) {
	f, err := LookBare(dir)
	if err != nil {
		return nil, err
	}
	if f.Tokenizer, err = ReadTokenizer(dir); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// ReadTokenizer reads a folder's tokenizer.json.
func ReadTokenizer(dir fs.FS) ([]byte, error) {
	data, err := userfile.ReadIn(dir, "tokenizer.json", 256<<20)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("has no tokenizer.json; want a model folder with one")
	}
	return data, err
}

// LookBare is Look for a folder that may have no tokenizer.
func LookBare(dir fs.FS) (*Folder, error) {
	config, source, err := ReadConfig(dir)
	if err != nil {
		return nil, err
	}
	f := &Folder{Config: config, Source: source}
	if f.Usage, err = ReadUsage(dir); err != nil {
		return nil, fmt.Errorf("opening a model: %w", err)
	}
	c, err := safetensors.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("opening a model: %w", err)
	}
	f.stored = files{withEmbedding(config, c), c}
	if err := checkWeights(config, f.stored); err != nil {
		return nil, errors.Join(fmt.Errorf("opening a model: %w", err), c.Close())
	}
	return f, nil
}

// LookGGUF is Look for a file of llama.cpp's.
func LookGGUF(dir fs.FS, name string) (*Folder, error) {
	f, tokenizer, err := lookGGUF(dir, name)
	if err != nil {
		return nil, err
	}
	if f.Tokenizer, err = tokenizer.File(); err != nil {
		return nil, errors.Join(fmt.Errorf("opening a model: %s: %w", name, err), f.Close())
	}
	return f, nil
}

// LookBareGGUF is LookBare for such a file, whose tokenizer may be of a kind that is not read.
func LookBareGGUF(dir fs.FS, name string) (*Folder, error) {
	f, _, err := lookGGUF(dir, name)
	return f, err
}

func lookGGUF(dir fs.FS, name string) (f *Folder, t GGUFTokenizer, err error) {
	g, err := OpenGGUF(dir, name)
	if err != nil {
		return nil, t, err
	}
	defer func() {
		if err != nil {
			f, err = nil, errors.Join(err, g.Close())
		}
	}()
	f = &Folder{Config: g.Config, Source: g.Source, stored: g}
	if f.Usage, err = g.Tokenizer.Usage(); err != nil {
		return nil, t, fmt.Errorf("opening a model: %s: %w", name, err)
	}
	if err := checkWeights(g.Config, g); err != nil {
		return nil, t, fmt.Errorf("opening a model: %s: %w", name, err)
	}
	return f, g.Tokenizer, nil
}

// Load reads the weights and lets the files go, if that was not done.
func (f *Folder) Load() (*Weights, error) {
	if f.Weights == nil {
		w, err := readWeights(f.Config, f.stored)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		f.Weights = w
	}
	return f.Weights, nil
}

// Close lets the files go.
func (f *Folder) Close() error {
	if f.stored == nil {
		return nil
	}
	c := f.stored
	f.stored = nil
	return c.Close()
}

// Read returns one weight, which a folder that is only looked into does not keep.
func (f *Folder) Read(s Shape) ([]float32, error) {
	if f.Weights != nil {
		return f.Weights.Read(s)
	}
	data := make([]float32, s.Size())
	return data, f.stored.Float32(s.Name, data)
}

// Hash is that of the weights, see Weights.Hash.
func (f *Folder) Hash() (string, error) {
	if f.Weights != nil {
		return f.Weights.Hash(), nil
	}
	if f.hash == "" {
		var err error
		if f.hash, err = hashWeights(f.Config, f.Read); err != nil {
			return "", fmt.Errorf("hashing a model: %w", err)
		}
	}
	return f.hash, nil
}

// Files are the folder's files, by name, with weights in float32.
func (f *Folder) Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	err := f.Write(func(name string, content func(w io.Writer) error) error {
		var b bytes.Buffer
		err := content(&b)
		files[name] = b.Bytes()
		return err
	}, safetensors.F32)
	return files, err
}

// shardBytes is how large transformers lets a file of weights become.
const shardBytes = 5e9

// Write writes the folder's files, weights as F32 or BF16. write makes a file out of what content writes.
func (f *Folder) Write(write func(name string, content func(w io.Writer) error) error, dtype safetensors.DType) error {
	config, err := f.configFile(dtype)
	if err != nil {
		return fmt.Errorf("writing a model: %w", err)
	}
	if f.Weights != nil {
		if err := f.Weights.Check(); err != nil {
			return fmt.Errorf("writing a model: %w", err)
		}
	}
	var tensors []safetensors.Tensor
	for _, s := range f.Config.Shapes() {
		tensors = append(tensors, safetensors.Tensor{Name: s.Name, Dims: s.Dims, Values: func() ([]float32, error) { return f.Read(s) }})
	}
	tensors = append(tensors, f.Config.constants()...)
	if err := safetensors.WriteFolder(write, dtype, tensors, map[string]string{"format": "pt"}, shardBytes); err != nil {
		return fmt.Errorf("writing a model: %w", err)
	}
	files := map[string][]byte{"config.json": append(config, '\n'), "tokenizer.json": f.Tokenizer}
	for name, data := range f.Usage {
		files[name] = data
	}
	for _, name := range []string{"config.json", generationConfig} {
		if len(files[name]) == 0 {
			continue
		}
		if files[name], err = spelled(files[name]); err != nil {
			return fmt.Errorf("writing a model: %s: %w", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := write(name, func(w io.Writer) error {
			_, err := w.Write(files[name])
			return err
		}); err != nil {
			return fmt.Errorf("writing a model: %s: %w", name, err)
		}
	}
	return nil
}

// configFile is the folder's config.json: made from the shape where there is none, else the one that was read, with the type
// that weights are written in.
func (f *Folder) configFile(weights safetensors.DType) ([]byte, error) {
	name := map[safetensors.DType]string{safetensors.F32: "float32", safetensors.BF16: "bfloat16"}[weights]
	if f.Source == nil && f.Config.Features == (Features{}) {
		return json.MarshalIndent(configFile{
			Architectures: []string{"LlamaForCausalLM"}, ModelType: "llama", HiddenAct: "silu", DType: name, Config: f.Config,
		}, "", "  ")
	}
	var file map[string]json.RawMessage
	if err := json.Unmarshal(f.Source, &file); err != nil {
		return nil, fmt.Errorf("config.json: the original file is needed: %w", err)
	}
	dtype := json.RawMessage(`"` + name + `"`)
	if _, older := file["torch_dtype"]; !older && string(file["dtype"]) == string(dtype) {
		return bytes.TrimSpace(f.Source), nil // in the order of its keys
	}
	delete(file, "torch_dtype")
	file["dtype"] = dtype
	return json.MarshalIndent(file, "", "  ")
}
