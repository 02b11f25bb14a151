package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"path"
	"slices"
	"strings"

	"congrad/harness/model/safetensors"
	"congrad/harness/userfile"
)

// A LoRA adapter on disk as the library PEFT lays it out: adapter_config.json, which names the model under it, and the matrices in
// adapter_model.safetensors, under the names that the modules have in PEFT's wrapper.
const (
	peftConfig  = "adapter_config.json"
	peftWeights = "adapter_model.safetensors"
	peftPrefix  = "base_model.model."
)

// peftFile is what is read of adapter_config.json. What changes the product of the two matrices otherwise than by a factor is refused.
type peftFile struct {
	Type          string         `json:"peft_type"`
	Base          string         `json:"base_model_name_or_path"`
	Rank          int            `json:"r"`
	Alpha         float64        `json:"lora_alpha"`
	Bias          string         `json:"bias"`
	RankStable    bool           `json:"use_rslora"`
	DoRA          bool           `json:"use_dora"`
	Transposed    bool           `json:"fan_in_fan_out"`
	ModulesToSave []string       `json:"modules_to_save"`
	RankPattern   map[string]int `json:"rank_pattern"`
	AlphaPattern  map[string]any `json:"alpha_pattern"`
}

// AdapterBase is the model that a folder's adapter belongs to, by its own word; false says that the folder has no adapter.
func AdapterBase(dir fs.FS) (base string, ok bool, err error) {
	if _, err := fs.Stat(dir, peftConfig); errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	c, err := readPEFT(dir)
	return c.Base, true, err
}

func readPEFT(dir fs.FS) (c peftFile, err error) {
	data, err := userfile.ReadIn(dir, peftConfig, 16<<20)
	if err != nil {
		return c, fmt.Errorf("opening an adapter: %w", err)
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, fmt.Errorf("opening an adapter: %s: %w", peftConfig, err)
	}
	refused := ""
	switch {
	case c.Type != "LORA":
		refused = fmt.Sprintf("peft_type %q; only \"LORA\" is read", c.Type)
	case c.Base == "":
		refused = "base_model_name_or_path is missing: the adapter does not say which model it belongs to"
	case c.Rank < 1 || c.Alpha == 0:
		refused = fmt.Sprintf("r %d and lora_alpha %g: want both above 0", c.Rank, c.Alpha)
	case c.Bias != "" && c.Bias != "none":
		refused = fmt.Sprintf("bias %q; only \"none\" is read", c.Bias)
	case c.DoRA:
		refused = "use_dora true; DoRA scales columns, which is not read"
	case c.Transposed:
		refused = "fan_in_fan_out true; weights are [out, in] here"
	case len(c.ModulesToSave) > 0:
		refused = fmt.Sprintf("modules_to_save %v; only adapters are read, not whole modules", c.ModulesToSave)
	case len(c.AlphaPattern) > 0:
		refused = "alpha_pattern is not read"
	}
	if refused != "" {
		return c, fmt.Errorf("opening an adapter: %s: %s", peftConfig, refused)
	}
	return c, nil
}

// scale is what the product of matrices of some rank is multiplied by.
func (c peftFile) scale(rank int) float64 {
	if c.RankStable {
		return c.Alpha / math.Sqrt(float64(rank))
	}
	return c.Alpha / float64(rank)
}

// adapted reads a model's weights with an adapter merged into them: W + scale·B·A.
type adapted struct {
	Checkpoint
	of     *Folder
	config peftFile
	pairs  map[string]pair // by the name of the weight under them
}

// pair are the names of an adapter's two matrices, and their rank.
type pair struct {
	a, b string
	rank int
}

// Adapt merges the adapter of a folder into a model that is only looked into, whose weights are then read so.
func Adapt(f *Folder, dir fs.FS) (*Folder, error) {
	c, err := readPEFT(dir)
	if err != nil {
		return nil, err
	}
	file, err := safetensors.OpenFile(dir, peftWeights)
	if err != nil {
		return nil, fmt.Errorf("opening an adapter: %w", err)
	}
	x := adapted{file, f, c, map[string]pair{}}
	if err := x.match(); err != nil {
		return nil, errors.Join(fmt.Errorf("opening an adapter: %w", err), file.Close())
	}
	merged := *f
	merged.Weights, merged.hash = nil, ""
	merged.stored = files{x, closers{file, f}}
	return &merged, nil
}

// closers are closed together.
type closers []io.Closer

func (c closers) Close() error {
	var err error
	for _, x := range c {
		err = errors.Join(err, x.Close())
	}
	return err
}

// match finds the weight under each pair of matrices.
func (x adapted) match() error {
	shapes := map[string][]int{}
	for _, s := range x.of.Config.Shapes() {
		shapes[s.Name] = s.Dims
	}
	names := map[string]bool{}
	for _, name := range x.Names() {
		names[name] = true
	}
	for _, a := range slices.Sorted(maps.Keys(names)) {
		module, isA := strings.CutSuffix(a, ".lora_A.weight")
		if !isA {
			if other, isB := strings.CutSuffix(a, ".lora_B.weight"); isB && names[other+".lora_A.weight"] {
				continue
			}
			return fmt.Errorf("%s has a tensor %q that is no matrix of a LoRA pair", peftWeights, a)
		}
		weight := strings.TrimPrefix(module, peftPrefix) + ".weight"
		dims, ok := shapes[weight]
		if !ok || len(dims) != 2 {
			return fmt.Errorf("%s adapts %q, which the model %s has no matrix for", peftWeights, weight, x.config.Base)
		}
		b := module + ".lora_B.weight"
		da, _ := x.Checkpoint.Shape(a)
		db, there := x.Checkpoint.Shape(b)
		if !there || len(da) != 2 || len(db) != 2 || da[1] != dims[1] || db[0] != dims[0] || da[0] != db[1] {
			return fmt.Errorf("%s: the matrices %v and %v of %s do not fit its shape %v", peftWeights, da, db, weight, dims)
		}
		x.pairs[weight] = pair{a, b, da[0]}
	}
	if len(x.pairs) == 0 {
		return fmt.Errorf("%s has no adapter", peftWeights)
	}
	return nil
}

// Shape is that of the model's weight.
func (x adapted) Shape(name string) ([]int, bool) {
	for _, s := range x.of.Config.Shapes() {
		if s.Name == name {
			return s.Dims, true
		}
	}
	return nil, false
}

// Float32 reads a weight of the model, with its adapter merged in if it has one.
func (x adapted) Float32(name string, dst []float32) error {
	dims, _ := x.Shape(name)
	data, err := x.of.Read(Shape{name, dims})
	if err != nil {
		return err
	}
	copy(dst, data)
	p, ok := x.pairs[name]
	if !ok {
		return nil
	}
	a, b := make([]float32, p.rank*dims[1]), make([]float32, dims[0]*p.rank)
	if err := errors.Join(x.Checkpoint.Float32(p.a, a), x.Checkpoint.Float32(p.b, b)); err != nil {
		return err
	}
	addProduct(dst, b, a, p.rank, x.config.scale(p.rank))
	return nil
}

// WriteAdapter writes trained adapters as PEFT reads them; base is the model that they belong to, by the name that transformers finds it under.
func WriteAdapter(write func(name string, content func(w io.Writer) error) error, w *Weights, base string, dtype safetensors.DType) error {
	c := w.Config
	if c.LoRA.Rank == 0 {
		return errors.New("writing an adapter: the model was trained whole, without adapters")
	}
	if err := w.Check(); err != nil {
		return fmt.Errorf("writing an adapter: %w", err)
	}
	var tensors []safetensors.Tensor
	var modules []string
	for i, s := range c.Shapes() {
		tensors = append(tensors, safetensors.Tensor{Name: peftPrefix + s.Name, Dims: s.Dims, Values: func() ([]float32, error) { return w.Tensors[i], nil }})
		module, isA := strings.CutSuffix(s.Name, ".lora_A.weight")
		if name := strings.TrimPrefix(path.Ext(module), "."); isA && !slices.Contains(modules, name) {
			modules = append(modules, name)
		}
	}
	settings := map[string]any{
		"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": base, "r": c.LoRA.Rank, "lora_alpha": c.LoRA.Alpha,
		"target_modules": modules, "bias": "none", "fan_in_fan_out": false, "inference_mode": true, "lora_dropout": 0.0,
	}
	if c.LoRA.Layers == Last {
		settings["layers_to_transform"] = []int{c.Layers - 1}
	}
	text, err := json.MarshalIndent(settings, "", "  ")
	if err != nil {
		return err
	}
	err = write(peftConfig, func(to io.Writer) error {
		_, err := to.Write(append(text, '\n'))
		return err
	})
	if err != nil {
		return fmt.Errorf("writing an adapter: %w", err)
	}
	return write(peftWeights, func(to io.Writer) error {
		return safetensors.Write(to, dtype, tensors, map[string]string{"format": "pt"})
	})
}
