package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"congrad/harness/model/gguf"
)

// ggufSettings reads the metadata of an architecture key by key and remembers which were read.
type ggufSettings struct {
	file *gguf.File
	arch string
	used map[string]bool
	errs []error
	out  map[string]any // the config.json in the making
}

// ggufConfig is the config.json that a file's metadata and tensors amount to. A key of the architecture that nobody reads is
// refused by name.
func ggufConfig(file *gguf.File, arch, family string) ([]byte, error) {
	s := &ggufSettings{file: file, arch: arch, used: map[string]bool{}, out: map[string]any{"model_type": family}}
	for _, f := range families {
		if f.Name == family {
			s.out["architectures"] = []string{f.architecture}
		}
	}
	layers := s.size("block_count", "num_hidden_layers")
	hidden := s.size("embedding_length", "hidden_size")
	s.size("feed_forward_length", "intermediate_size")
	heads := s.size("attention.head_count", "num_attention_heads")
	s.out["num_key_value_heads"] = s.int("attention.head_count_kv", heads)
	headDim := s.int("attention.key_length", hidden/max(heads, 1))
	s.out["head_dim"] = headDim
	s.only("attention.value_length", float64(headDim))
	s.only("rope.dimension_count", float64(headDim))
	s.out["rms_norm_eps"] = s.float("attention.layer_norm_rms_epsilon", 0)
	s.out["rope_theta"] = s.float("rope.freq_base", 1e4)
	s.scaling()
	matrix := ggufEmbedding
	if !s.has(matrix) {
		matrix = ggufHead // one of the two is enough for a tied model
	}
	if dims, ok := file.Shape(matrix); ok && len(dims) == 2 {
		s.out["vocab_size"] = dims[0]
	}
	s.out["tie_word_embeddings"] = !s.has(ggufEmbedding) || !s.has(ggufHead)
	s.biases()
	if strings.HasPrefix(arch, "gemma") {
		s.gemma(layers, hidden, heads, headDim)
	}
	if n := s.int("context_length", 0); n > 0 {
		s.out["max_position_embeddings"] = n
	}
	s.only("expert_count", 0)
	s.only("expert_used_count", 0)
	for _, key := range []string{"vocab_size", "rope.scaling.original_context_length", "rope.scaling.finetuned"} {
		s.used[key] = true
	}
	for _, key := range slices.Sorted(maps.Keys(file.Metadata)) {
		if own, ok := strings.CutPrefix(key, arch+"."); ok && !s.used[own] {
			s.errs = append(s.errs, fmt.Errorf("%s is not supported", key))
		}
	}
	if len(s.errs) > 0 {
		return nil, errors.Join(s.errs...)
	}
	return json.MarshalIndent(s.out, "", "  ")
}

func (s *ggufSettings) has(tensor string) bool {
	_, ok := s.file.Shape(tensor)
	return ok
}

func (s *ggufSettings) int(key string, absent int) int {
	s.used[key] = true
	n, ok, err := s.file.Metadata.Int(s.arch + "." + key)
	if err != nil {
		s.errs = append(s.errs, err)
	}
	if !ok {
		return absent
	}
	return n
}

// size is a whole number that has to be there; it goes into the config.json as name.
func (s *ggufSettings) size(key, name string) int {
	n := s.int(key, -1)
	if n == -1 {
		s.errs = append(s.errs, fmt.Errorf("%s.%s is missing", s.arch, key))
	}
	s.out[name] = n
	return n
}

func (s *ggufSettings) float(key string, absent float64) float64 {
	s.used[key] = true
	x, ok, err := s.file.Metadata.Float(s.arch + "." + key)
	if err == nil && math.IsNaN(x-x) {
		err = fmt.Errorf("%s.%s is %g", s.arch, key, x)
	}
	if err != nil {
		s.errs = append(s.errs, err)
		return absent // JSON knows no infinity
	}
	if !ok {
		return absent
	}
	return x
}

// only refuses every value of a key but one.
func (s *ggufSettings) only(key string, want float64) {
	if x := s.float(key, want); x != want {
		s.errs = append(s.errs, fmt.Errorf("%s.%s %g is not supported; %g is", s.arch, key, x, want))
	}
}

// biases are there or not; no key says so. A Qwen 2 has some by definition.
func (s *ggufSettings) biases() {
	if s.arch != "qwen2" && s.has("blk.0.attn_q.bias") {
		s.out["attention_bias"] = true
	}
	if s.has("blk.0.ffn_gate.bias") {
		s.out["mlp_bias"] = true
	}
}

// scaling reads how rotary frequencies are scaled.
func (s *ggufSettings) scaling() {
	s.only("rope.scaling.attn_factor", 1)
	factor := s.float("rope.scaling.factor", s.float("rope.scale_linear", 1))
	s.used["rope.scaling.type"] = true
	typ, ok, err := gguf.Get[string](s.file.Metadata, s.arch+".rope.scaling.type")
	switch {
	case err != nil:
		s.errs = append(s.errs, err)
	case typ == "none" || factor == 1 && (typ == "linear" || !ok):
	case typ == "linear" || !ok:
		s.out["rope_scaling"] = map[string]any{"rope_type": "linear", "factor": factor}
	default:
		s.errs = append(s.errs, fmt.Errorf("%s.rope.scaling.type %q is not supported; none and linear are", s.arch, typ))
	}
	if !s.has(ropeFactors) {
		return
	}
	if _, twice := s.out["rope_scaling"]; twice || s.arch != "llama" {
		s.errs = append(s.errs, fmt.Errorf("the tensor %s is not supported here", ropeFactors))
		return
	}
	if err := s.llama3(); err != nil {
		s.errs = append(s.errs, err)
	}
}

// llama3 finds out by which scaling the factors that a Llama 3's frequencies are divided by were made. The file has the factors
// alone; all published models agree in everything but the largest.
func (s *ggufSettings) llama3() error {
	base, headDim := s.out["rope_theta"].(float64), s.out["head_dim"].(int)
	dims, _ := s.file.Shape(ropeFactors)
	if len(dims) != 1 || dims[0] != headDim/2 || dims[0] == 0 || dims[0] > 1<<20 || !(base > 1) {
		return fmt.Errorf("%s has the shape %v; head_dim is %d", ropeFactors, dims, headDim)
	}
	factors := make([]float32, dims[0])
	if err := s.file.Float32(ropeFactors, factors); err != nil {
		return err
	}
	r := RopeScaling{Type: "llama3", Factor: float64(slices.Max(factors)), Low: 1, High: 4, Original: 8192}
	if err := r.check(); err != nil {
		return fmt.Errorf("%s: %w", ropeFactors, err)
	}
	plain := Rope{Base: base}.Frequencies(headDim)
	for i, f := range (Rope{Base: base, Scaling: r}).Frequencies(headDim) {
		if got, want := float64(factors[i]), plain[i]/f; !(math.Abs(got-want) <= 1e-4*want) {
			return fmt.Errorf("%s: entry %d is %g; a llama3 scaling by %g with low_freq_factor 1, high_freq_factor 4 and 8192 tokens has %g", ropeFactors, i, got, r.Factor, want)
		}
	}
	s.out["rope_scaling"] = map[string]any{
		"rope_type": "llama3", "factor": r.Factor, "low_freq_factor": r.Low, "high_freq_factor": r.High, "original_max_position_embeddings": r.Original,
	}
	return nil
}

// gemma reads what the two Gemmas have beyond a Llama. Some of it is not in the file: llama.cpp, too, knows the largest
// models, whose scores are scaled by hidden/heads, from their number of layers alone.
func (s *ggufSettings) gemma(layers, hidden, heads, headDim int) {
	largest := map[string]int{"gemma2": 46, "gemma3": 62}[s.arch]
	s.out["query_pre_attn_scalar"] = headDim
	if layers == largest {
		s.out["query_pre_attn_scalar"] = hidden / max(heads, 1)
	}
	for _, key := range []string{"attn_logit_softcapping", "final_logit_softcapping"} {
		if x := s.float(key, -1); x != -1 {
			s.out[key] = x
		}
	}
	if n := s.int("attention.sliding_window", 0); n != 0 {
		s.out["sliding_window"] = n
	} else if s.arch == "gemma3" {
		s.out["sliding_window_pattern"] = 1
	}
	if s.arch == "gemma3" {
		s.out["rope_local_base_freq"] = s.float("rope.freq_base_swa", 1e4)
		if n := s.int("attention.sliding_window_pattern", 0); n != 0 {
			s.out["sliding_window_pattern"] = n
		}
	}
}
