package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// settings reads the keys of a config.json one by one, remembers which were read, and gathers what is wrong. A key that
// nobody read is a setting that the description of models does not cover: it is never ignored.
type settings struct {
	keys  map[string]json.RawMessage
	errs  []error
	where string // stands before messages: the object's name, for one that stands inside of the file's
}

func (s *settings) fail(format string, args ...any) {
	s.errs = append(s.errs, fmt.Errorf(s.where+format, args...))
}

// take removes a key and decodes its value into v, a pointer; false says that it is absent or null.
func (s *settings) take(key string, v any) bool {
	raw, ok := s.keys[key]
	delete(s.keys, key)
	if !ok || string(raw) == "null" {
		return false
	}
	if err := json.Unmarshal(raw, v); err != nil {
		s.fail("%s: %w", key, err)
		return false
	}
	return true
}

// get is a key's value, or absent if it is absent or null.
func get[T any](s *settings, key string, absent T) T {
	var v T
	if s.take(key, &v) {
		return v
	}
	return absent
}

// nullable is a key's value, absent if it is absent, and zero if it is null: a null switches the feature off.
func nullable[T any](s *settings, key string, absent T) T {
	var zero T
	if _, ok := s.keys[key]; !ok {
		return absent
	}
	return get(s, key, zero)
}

// size is a key's value, which has to be there.
func (s *settings) size(key string) int {
	if _, ok := s.keys[key]; !ok {
		s.fail("%s is missing", key)
		return 1 // spares the reader a second message about it
	}
	return get(s, key, 0)
}

// only refuses every value of a key but one; absent says what an absent key means.
func only[T comparable](s *settings, key string, absent, want T) {
	if v := get(s, key, absent); v != want {
		s.fail("%s %s is not supported; %s is", key, quoted(v), quoted(want))
	}
}

func quoted(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

// ignore skips keys that make no difference to what a model computes.
func (s *settings) ignore(keys ...string) {
	for _, key := range keys {
		delete(s.keys, key)
	}
}

// inner reads an object inside of the file.
func (s *settings) inner(key string) (*settings, bool) {
	in := &settings{where: s.where + key + ": "}
	return in, s.take(key, &in.keys)
}

// close takes over what an inner object has to say, and what was left in it.
func (s *settings) close(in *settings) {
	in.rest()
	s.errs = append(s.errs, in.errs...)
}

// rest complains about every key that nobody read, unless its value changes nothing.
func (s *settings) rest() {
	for _, key := range slices.Sorted(maps.Keys(s.keys)) {
		if changesNothing(key, s.keys[key]) {
			continue
		}
		value := string(s.keys[key])
		if len(value) > 40 {
			value = strings.ToValidUTF8(value[:40], "") + "..."
		}
		s.fail("%s (%s) is not supported", key, value)
	}
}

// families turn a config.json into a description, one file each.
var families = []struct {
	Family
	architecture string
	parse        func(s *settings) Config
}{
	{Family{"llama", "Llama 1 to 3.3 and models of their shape, such as SmolLM2 and EuroLLM (Touvron et al. 2023; Grattafiori et al. 2024)"}, "LlamaForCausalLM", llama},
	{Family{"gemma2", "Gemma 2 (Gemma Team 2024)"}, "Gemma2ForCausalLM", gemma2},
	{Family{"gemma3_text", "Gemma 3, text only (Gemma Team 2025)"}, "Gemma3ForCausalLM", gemma3},
	{Family{"qwen2", "Qwen2 and Qwen2.5 (Yang et al. 2024)"}, "Qwen2ForCausalLM", qwen2},
	{Family{"qwen3", "Qwen3, dense (Yang et al. 2025)"}, "Qwen3ForCausalLM", qwen3},
	{Family{"mistral", "Mistral 7B and models of its shape (Jiang et al. 2023)"}, "MistralForCausalLM", mistral},
	{Family{"olmo2", "OLMo 2 (OLMo Team 2024)"}, "Olmo2ForCausalLM", olmo2},
	{Family{"olmo3", "OLMo 3 (OLMo Team 2025)"}, "Olmo3ForCausalLM", olmo3},
	{Family{"cohere", "Command R and Aya Expanse (Dang et al. 2024)"}, "CohereForCausalLM", cohere},
	{Family{"cohere2", "Command R7B and Command A (Cohere Team 2025)"}, "Cohere2ForCausalLM", cohere2},
	{Family{"apertus", "Apertus (Apertus Team 2025)"}, "ApertusForCausalLM", apertus},
}

// Family is a kind of models that can be read.
type Family struct {
	Name string // model_type in config.json
	Doc  string
}

// Families lists them, in display order.
func Families() (list []Family) {
	for _, f := range families {
		list = append(list, f.Family)
	}
	return list
}

// ParseConfig reads a Hugging Face config.json. A family or a setting that is not covered is refused by name, all of them at
// once; absent settings have the values that transformers gives them.
func ParseConfig(data []byte) (Config, error) {
	s := &settings{}
	if err := json.Unmarshal(data, &s.keys); err != nil {
		return Config{}, err
	}
	name, known := get(s, "model_type", ""), []string{}
	for _, f := range families {
		if f.Name != name {
			known = append(known, f.Name)
			continue
		}
		for _, a := range get(s, "architectures", []string{}) {
			if a != f.architecture {
				s.fail("architectures: %q is not supported; %q is", a, f.architecture)
			}
		}
		c := f.parse(s)
		s.ignore(harmless...)
		if s.rest(); len(s.errs) > 0 {
			return Config{}, errors.Join(s.errs...)
		}
		return c, c.Check()
	}
	hint := ""
	if name == "gemma3" {
		hint = " (for a Gemma 3 that also reads images, use its text_config in a separate folder)"
	}
	return Config{}, errors.Join(append(s.errs, fmt.Errorf("model_type %q is not supported; %s are%s", name, strings.Join(known, ", "), hint))...)
}

// common reads what all families have. head_dim and num_key_value_heads have the given values where they are absent; 0 stands
// for hidden_size/num_attention_heads and for num_attention_heads.
func (s *settings) common(headDim, kvHeads int, tied bool) Config {
	c := Config{
		Vocab:   s.size("vocab_size"),
		Hidden:  s.size("hidden_size"),
		Layers:  s.size("num_hidden_layers"),
		Heads:   s.size("num_attention_heads"),
		KVHeads: nullable(s, "num_key_value_heads", kvHeads),
		HeadDim: nullable(s, "head_dim", headDim),
		FFN:     s.size("intermediate_size"),
		NormEps: get(s, "rms_norm_eps", 1e-6),
		Tied:    get(s, "tie_word_embeddings", tied),
	}
	if c.KVHeads == 0 {
		c.KVHeads = c.Heads
	}
	if c.HeadDim == 0 && c.Heads > 0 {
		c.HeadDim = c.Hidden / c.Heads
	}
	only(s, "attention_dropout", 0.0, 0)
	only(s, "is_encoder_decoder", false, false)
	return c
}

// layers reads which layers are local into c: layer_types, or absent if there is none.
func (s *settings) layers(c *Config, window int, absent func(i int) bool) {
	letters := make([]byte, max(min(c.Layers, maxLayers), 0))
	types := get(s, "layer_types", []string(nil))
	if types != nil && len(types) != len(letters) {
		s.fail("layer_types describe %d layers, num_hidden_layers is %d", len(types), c.Layers)
		return
	}
	local := false
	for i := range letters {
		letters[i] = 'g'
		switch {
		case types == nil && absent(i) || types != nil && types[i] == "sliding_attention":
			letters[i], local = 'l', true
		case types != nil && types[i] != "full_attention":
			s.fail("layer_types: %q is not supported; full_attention and sliding_attention are", types[i])
		}
	}
	if local {
		c.Local, c.Window = string(letters), window
	}
}

// rope reads one rotary embedding: rope_theta and rope_scaling, as older files have them, or rope_parameters.
func (s *settings) rope(base float64) Rope {
	r := Rope{Base: get(s, "rope_theta", base)}
	only(s, "partial_rotary_factor", 1.0, 1)
	old, scaled := s.inner("rope_scaling")
	in, ok := s.inner("rope_parameters")
	switch {
	case scaled && ok: // as files have them that are to be read by older and newer programs
		twin := r
		old.scaling(&twin)
		in.scaling(&r)
		s.close(old)
		s.close(in)
		if twin != r {
			s.fail("rope_scaling and rope_parameters are both there and differ")
		}
	case scaled:
		old.scaling(&r)
		s.close(old)
	case ok:
		in.scaling(&r)
		s.close(in)
	}
	return r
}

// scaling reads the inside of rope_scaling or rope_parameters.
func (s *settings) scaling(r *Rope) {
	r.Base = get(s, "rope_theta", r.Base)
	only(s, "partial_rotary_factor", 1.0, 1)
	s.ignore("finetuned") // says how the model was made
	older := get(s, "type", "")
	typ := get(s, "rope_type", older)
	if older != "" && older != typ {
		s.fail("rope_type is %q and type %q", typ, older)
	}
	switch typ {
	case "default", "": // transformers takes a missing type for the default
		s.unscaled()
	case "linear":
		if f := get(s, "factor", 0.0); f != 1 {
			r.Scaling = RopeScaling{Type: typ, Factor: f}
		}
	case "llama3":
		r.Scaling = RopeScaling{
			Type: typ, Factor: get(s, "factor", 0.0), Low: get(s, "low_freq_factor", 0.0), High: get(s, "high_freq_factor", 0.0),
			Original: get(s, "original_max_position_embeddings", 0),
		}
	case "yarn":
		s.yarn(r)
	default:
		s.fail("rope_type %q is not supported; default, linear, llama3 and yarn are", typ)
		s.keys = nil // its own settings are not worth a message each
	}
}

// yarn reads the settings of YaRN. Its attention factor is 0.1·ln(factor) + 1 (Peng et al. 2023, eq. 22) if the file has none.
func (s *settings) yarn(r *Rope) {
	y := RopeScaling{
		Type: "yarn", Factor: get(s, "factor", 0.0), Original: get(s, "original_max_position_embeddings", 0),
		Fast: get(s, "beta_fast", 32.0), Slow: get(s, "beta_slow", 1.0),
	}
	y.Attention = get(s, "attention_factor", 0.1*math.Log(max(y.Factor, 1))+1)
	only(s, "truncate", true, true)
	r.Scaling = y
}

// unscaled reads what the default type has no use for. Its numbers are those of no scaling, or something else was meant.
func (s *settings) unscaled() {
	only(s, "factor", 1.0, 1)
	only(s, "attention_factor", 1.0, 1)
	s.ignore("original_max_position_embeddings", "low_freq_factor", "high_freq_factor")
}
