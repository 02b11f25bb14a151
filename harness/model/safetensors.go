package model

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"congrad/harness/model/safetensors"
)

// Checkpoint is the tensors of a model's files, read one at a time.
type Checkpoint interface {
	Names() []string
	// Shape is a tensor's dimensions, outermost first; false says that there is no such tensor.
	Shape(name string) ([]int, bool)
	// Float32 reads a tensor into dst, which has exactly its size.
	Float32(name string, dst []float32) error
}

// NamedTensor is one tensor of a file, in float32.
type NamedTensor struct {
	Name string
	Dims []int
	Data []float32
}

// MarshalSafetensors writes tensors as float32, in the given order, with the metadata that goes into the header.
func MarshalSafetensors(tensors []NamedTensor, metadata map[string]string) ([]byte, error) {
	list, size := make([]safetensors.Tensor, len(tensors)), 0
	for i, t := range tensors {
		list[i] = safetensors.Tensor{Name: t.Name, Dims: t.Dims, Values: func() ([]float32, error) { return t.Data, nil }}
		size += 4*len(t.Data) + len(t.Name) + 128
	}
	out := bytes.NewBuffer(make([]byte, 0, size))
	err := safetensors.Write(out, safetensors.F32, list, metadata)
	return out.Bytes(), err
}

// UnmarshalSafetensors reads a file's tensors, converted to float32, in the order of their bytes.
func UnmarshalSafetensors(data []byte) ([]NamedTensor, error) {
	c, err := safetensors.Parse(data)
	if err != nil {
		return nil, err
	}
	var tensors []NamedTensor
	for _, name := range c.Names() {
		dims, _ := c.Shape(name)
		t := NamedTensor{Name: name, Dims: dims, Data: make([]float32, Shape{Dims: dims}.Size())}
		if err := c.Float32(name, t.Data); err != nil {
			return nil, err
		}
		tensors = append(tensors, t)
	}
	return tensors, nil
}

// Marshal writes the weights as a safetensors file.
func (w *Weights) Marshal() ([]byte, error) {
	shapes := w.Config.Shapes()
	if err := w.Check(); err != nil {
		return nil, err
	}
	tensors := make([]NamedTensor, len(shapes))
	for i, s := range shapes {
		tensors[i] = NamedTensor{s.Name, s.Dims, w.Tensors[i]}
	}
	return MarshalSafetensors(tensors, map[string]string{"format": "pt"})
}

// Unmarshal reads a model's weights from a safetensors file. It must hold exactly the weights of the shape.
func Unmarshal(config Config, data []byte) (*Weights, error) {
	c, err := safetensors.Parse(data)
	if err != nil {
		return nil, err
	}
	return ReadWeights(config, c)
}

// ReadWeights reads a model's weights, as checkWeights wants them.
func ReadWeights(config Config, c Checkpoint) (*Weights, error) {
	c = withEmbedding(config, c)
	if err := checkWeights(config, c); err != nil {
		return nil, err
	}
	return readWeights(config, c)
}

func readWeights(config Config, c Checkpoint) (*Weights, error) {
	w := &Weights{Config: config}
	for _, s := range config.Shapes() {
		data := make([]float32, s.Size())
		if err := c.Float32(s.Name, data); err != nil {
			return nil, fmt.Errorf("reading weights: %w", err)
		}
		w.Tensors = append(w.Tensors, data)
	}
	return w, nil
}

// checkWeights holds a checkpoint against a configuration. It must have exactly the weights of the shape, but for two leftovers
// of published files: the tables of rotary frequencies in old Llamas, which follow from the configuration, and a second copy of
// tied embeddings, which has to be equal to the first; and for the constants of an activation.
func checkWeights(config Config, c Checkpoint) error {
	asked := map[string]bool{}
	for _, s := range config.Shapes() { // all of them before the first is read: a misfit costs no time
		asked[s.Name] = true
		dims, ok := c.Shape(s.Name)
		if !ok {
			return fmt.Errorf("reading weights: the file has no tensor %q", s.Name)
		}
		if !slices.Equal(dims, s.Dims) {
			return fmt.Errorf("reading weights: %s has the shape %v, but the configuration needs %v", s.Name, dims, s.Dims)
		}
	}
	copied := false
	for _, name := range c.Names() {
		constant, err := config.checkConstant(name, c)
		if err != nil {
			return fmt.Errorf("reading weights: %w", err)
		}
		switch {
		case constant:
		case asked[name] || strings.HasSuffix(name, ".rotary_emb.inv_freq"):
		case name == headName: // asked for unless tied
			copied = true
		default:
			return fmt.Errorf("reading weights: the file has a tensor %q that the configuration does not use", name)
		}
	}
	if copied {
		if err := checkCopy(config, c); err != nil {
			return fmt.Errorf("reading weights: %w", err)
		}
	}
	return nil
}

// checkCopy compares the head of a tied model with its embedding.
func checkCopy(config Config, c Checkpoint) error {
	differs := fmt.Errorf("the file has a lm_head.weight that differs from the embedding, but the configuration ties them")
	dims, _ := c.Shape(headName)
	size := config.Vocab * config.Hidden
	if (Shape{Dims: dims}).Size() != size {
		return differs
	}
	embedding, head := make([]float32, size), make([]float32, size)
	if err := errors.Join(c.Float32(embeddingName, embedding), c.Float32(headName, head)); err != nil {
		return err
	}
	if !slices.Equal(head, embedding) {
		return differs
	}
	return nil
}
