package model

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"
)

// Weights are a model's parameters on the host, in the order and the layouts of Config.Shapes.
type Weights struct {
	Config  Config
	Tensors [][]float32
}

// Check reports the first tensor whose size does not fit the shape.
func (w *Weights) Check() error {
	shapes := w.Config.Shapes()
	if len(shapes) != len(w.Tensors) {
		return fmt.Errorf("the model has %d weights, but its shape needs %d", len(w.Tensors), len(shapes))
	}
	for i, s := range shapes {
		if len(w.Tensors[i]) != s.Size() {
			return fmt.Errorf("weight %s has %d entries, but its shape %v needs %d", s.Name, len(w.Tensors[i]), s.Dims, s.Size())
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
