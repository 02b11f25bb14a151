package model

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"strings"

	"congrad/harness/rng"
)

// Weights are a model's parameters on the host, in the order and the layouts of Config.Shapes.
type Weights struct {
	Config  Config
	Tensors [][]float32
}

// New draws weights for training from scratch: projections from N(0, 0.02²), those that write into the residual stream
// scaled down by √(2·layers) (Radford et al. 2019), norm gains one, biases zero. Of adapters, A is drawn from N(0, 1/(3·in)), the
// variance that PEFT's uniform draw has, and B is zero: they begin by changing nothing. Every weight has a stream of its own.
func New(config Config, seed uint64) *Weights {
	w := &Weights{Config: config}
	for _, s := range config.Shapes() {
		data := make([]float32, s.Size())
		r := rng.Stream(seed, "init", s.Name)
		std := 0.02
		switch {
		case strings.HasSuffix(s.Name, ".lora_A.weight"):
			std = 1 / math.Sqrt(3*float64(s.Dims[1]))
		case strings.HasSuffix(s.Name, ".lora_B.weight"):
			std = 0
		case writesResidual(s.Name):
			std /= math.Sqrt(2 * float64(config.Layers))
		}
		for i := range data {
			switch {
			case len(s.Dims) == 2:
				data[i] = float32(std * r.NormFloat64())
			case s.IsNorm() && !config.NormOffset:
				data[i] = 1
			}
		}
		w.Tensors = append(w.Tensors, data)
	}
	return w
}

func writesResidual(name string) bool {
	return strings.HasSuffix(name, "o_proj.weight") || strings.HasSuffix(name, "down_proj.weight")
}

// Check reports the first tensor whose size does not fit the shape.
func (w *Weights) Check() error {
	shapes := w.Config.Shapes()
	if len(shapes) != len(w.Tensors) {
		return fmt.Errorf("the model has %d weights, its shape asks for %d", len(w.Tensors), len(shapes))
	}
	for i, s := range shapes {
		if len(w.Tensors[i]) != s.Size() {
			return fmt.Errorf("weight %s has %d entries, its shape %v asks for %d", s.Name, len(w.Tensors[i]), s.Dims, s.Size())
		}
	}
	return nil
}

// Hash is the SHA-256 of the shape and of every weight's bits. It names the model in keys and manifests.
func (w *Weights) Hash() string {
	next := 0
	sum, _ := hashWeights(w.Config, func(Shape) ([]float32, error) { // which cannot fail
		next++
		return w.Tensors[next-1], nil
	})
	return sum
}

// hashWeights is the hash of weights that are read one by one.
func hashWeights(config Config, read func(s Shape) ([]float32, error)) (string, error) {
	h := sha256.New()
	io.WriteString(h, config.identity())
	buf := make([]byte, 0, 1<<16)
	for _, s := range config.Shapes() {
		fmt.Fprintln(h, s.Name)
		data, err := read(s)
		if err != nil {
			return "", err
		}
		for _, x := range data {
			if buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(x)); len(buf) >= 1<<16-4 {
				h.Write(buf)
				buf = buf[:0]
			}
		}
		h.Write(buf)
		buf = buf[:0]
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Read returns a weight of the model.
func (w *Weights) Read(s Shape) ([]float32, error) {
	for i, own := range w.Config.Shapes() {
		if own.Name == s.Name {
			return w.Tensors[i], nil
		}
	}
	return nil, fmt.Errorf("the model has no weight %q", s.Name)
}
