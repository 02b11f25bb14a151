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
	Type   string // "", linear, llama3 or yarn
	Factor float64
	// Of llama3: waves shorter than Original/High tokens stay, those longer than Original/Low are stretched by Factor, and in
	// between the two are mixed.
	Low, High float64 `json:",omitzero"`
	Original  int     `json:",omitzero"`
	// Of yarn: pairs that turn more than Fast times within Original tokens stay, those that turn less than Slow times are stretched
	// by Factor, and in between the two are mixed. Cosines and sines are multiplied by Attention.
	Fast, Slow float64 `json:",omitzero"`
	Attention  float64 `json:",omitzero"`
}

// Magnitude is what cosines and sines are multiplied by.
func (r Rope) Magnitude() float64 {
	if r.Scaling.Type == "yarn" {
		return r.Scaling.Attention
	}
	return 1
}

// Frequencies are the angles by which the head_dim/2 pairs turn from one token to the next: base^(-2i/head_dim) (Su et al.
// 2021, eq. 34), scaled. linear is position interpolation (Chen et al. 2023), llama3 as in the reference code of Llama 3.1, yarn that
// of Peng et al. 2023, § 3.4, with whole pairs as its bounds, as in its reference code.
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
		case "yarn":
			stretched := r.ramp(i, headDim)
			f = stretched*f/s.Factor + (1-stretched)*f
		}
		out[i] = float64(float32(f))
	}
	return out
}

// ramp is how far yarn stretches the i-th pair: 0 not at all, 1 by the whole factor.
func (r Rope) ramp(i, headDim int) float64 {
	pair := func(turns float64) float64 { // the pair, not whole, that turns so often within the original context
		return float64(headDim) * math.Log(float64(r.Scaling.Original)/(turns*2*math.Pi)) / (2 * math.Log(r.Base))
	}
	low := max(math.Floor(pair(r.Scaling.Fast)), 0)
	high := min(math.Ceil(pair(r.Scaling.Slow)), float64(headDim-1))
	if low == high {
		high += 0.001
	}
	return min(max((float64(i)-low)/(high-low), 0), 1)
}

func (s RopeScaling) check() error {
	switch {
	case s == RopeScaling{}:
		return nil
	case !(s.Factor > 0) || math.IsInf(s.Factor, 0):
		return fmt.Errorf("rope_scaling: factor is %g", s.Factor)
	case s.Type == "linear" && s == RopeScaling{Type: s.Type, Factor: s.Factor}:
		return nil
	case s.Type == "yarn" && (s.Low != 0 || s.High != 0 || !(s.Slow > 0) || !(s.Fast > s.Slow) || math.IsInf(s.Fast, 0)):
		return fmt.Errorf("rope_scaling: beta_slow is %g, beta_fast %g", s.Slow, s.Fast)
	case s.Type == "yarn" && (!(s.Attention > 0) || math.IsInf(s.Attention, 0)):
		return fmt.Errorf("rope_scaling: attention_factor is %g", s.Attention)
	case s.Type == "yarn" && s.Original > 0:
		return nil
	case s.Type != "llama3" && s.Type != "yarn":
		return fmt.Errorf("rope_scaling: rope_type is %q", s.Type)
	case s.Type == "llama3" && (!(s.Low > 0) || !(s.High > s.Low) || math.IsInf(s.High, 0)):
		return fmt.Errorf("rope_scaling: low_freq_factor is %g, high_freq_factor %g", s.Low, s.High)
	case s.Original < 1:
		return fmt.Errorf("rope_scaling: original_max_position_embeddings is %d", s.Original)
	}
	return nil
}
