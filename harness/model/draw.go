package model

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"congrad/harness/rng"
)

// New draws weights for training from scratch, see draw.
func New(config Config, seed uint64) *Weights {
	w := &Weights{Config: config}
	for _, s := range config.Shapes() {
		data := make([]float32, s.Size())
		draw(config, s, seed, data)
		w.Tensors = append(w.Tensors, data)
	}
	return w
}

// draw draws one weight: projections from N(0, 0.02²), those that write into the residual stream scaled down by √(2·layers)
// (Radford et al. 2019), norm gains one, biases zero. Of adapters, A is drawn from N(0, 1/(3·in)), the variance that PEFT's
// uniform draw has, and B is zero: they begin by changing nothing. Every weight has a stream of its own.
func draw(config Config, s Shape, seed uint64, data []float32) {
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
}

func writesResidual(name string) bool {
	return strings.HasSuffix(name, "o_proj.weight") || strings.HasSuffix(name, "down_proj.weight")
}

// Rehearsal is a model of the shape that a config.json describes, with drawn weights: for trying out at full size what is
// meant for a model that is not at hand. Its answers mean nothing.
func Rehearsal(config Config, source, tokenizer []byte, seed uint64) *Folder {
	return &Folder{Config: config, Source: source, Tokenizer: tokenizer, stored: drawn{config, seed}}
}

// drawn is a checkpoint whose weights are drawn when they are read.
type drawn struct {
	config Config
	seed   uint64
}

func (d drawn) find(name string) (Shape, bool) {
	shapes := d.config.Shapes()
	i := slices.IndexFunc(shapes, func(s Shape) bool { return s.Name == name })
	if i < 0 {
		return Shape{}, false
	}
	return shapes[i], true
}

func (d drawn) Names() (names []string) {
	for _, s := range d.config.Shapes() {
		names = append(names, s.Name)
	}
	return names
}

func (d drawn) Shape(name string) ([]int, bool) {
	s, ok := d.find(name)
	return s.Dims, ok
}

func (d drawn) Float32(name string, dst []float32) error {
	s, ok := d.find(name)
	if !ok {
		return fmt.Errorf("there is no weight %q", name)
	}
	draw(d.config, s, d.seed, dst)
	return nil
}

func (drawn) Close() error { return nil }
