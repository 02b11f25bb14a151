package model

import (
	"fmt"
	"math"
)

// Rope is a rotary embedding.
type Rope struct {
	Base    float64
	Scaling RopeScaling
}

// RopeScaling changes rotary frequencies so that a model reads longer texts than it was first trained on. The zero value
// changes nothing.
type RopeScaling struct {
	Type   string // "", linear or llama3
	Factor float64
	// Of llama3: waves shorter than Original/High tokens stay, those longer than Original/Low are stretched by Factor, and in
	// between the two are mixed.
	Low, High float64 `json:",omitzero"`
	Original  int     `json:",omitzero"`
}

// Frequencies are the angles by which the head_dim/2 pairs turn from one token to the next: base^(-2i/head_dim) (Su et al.
// 2021, eq. 34), scaled. linear is position interpolation (Chen et al. 2023), llama3 as in the reference code of Llama 3.1.
//
// They are rounded to float32 where transformers rounds them: a thousand tokens on, the last digit of a frequency is the fourth
// one of an angle.
func (r Rope) Frequencies(headDim int) []float64 {
	out := make([]float64, headDim/2)
	for i := range out {
		f := float64(1 / float32(math.Pow(r.Base, 2*float64(i)/float64(headDim))))
		switch s := r.Scaling; s.Type {
		case "linear":
			f /= s.Factor
		case "llama3":
			waves := float64(s.Original) * f / (2 * math.Pi) // turns within the original context
			kept := min(max((waves-s.Low)/(s.High-s.Low), 0), 1)
			f = (1-kept)*f/s.Factor + kept*f
		}
		out[i] = float64(float32(f))
	}
	return out
}

func (s RopeScaling) check() error {
	switch {
	case s == RopeScaling{}:
		return nil
	case !(s.Factor > 0) || math.IsInf(s.Factor, 0):
		return fmt.Errorf("rope_scaling: factor is %g", s.Factor)
	case s.Type == "linear" && s == RopeScaling{Type: s.Type, Factor: s.Factor}:
		return nil
	case s.Type != "llama3":
		return fmt.Errorf("rope_scaling: rope_type is %q", s.Type)
	case !(s.Low > 0) || !(s.High > s.Low) || math.IsInf(s.High, 0):
		return fmt.Errorf("rope_scaling: low_freq_factor is %g, high_freq_factor %g", s.Low, s.High)
	case s.Original < 1:
		return fmt.Errorf("rope_scaling: original_max_position_embeddings is %d", s.Original)
	}
	return nil
}
