package model

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// family is what transformers makes of a config.json (testdata/families.py).
type family struct {
	Name        string
	Published   json.RawMessage
	Anew        json.RawMessage
	Tensors     int
	Parameters  int
	Shapes      map[string][]int // of the first layer and of what is in none
	Windows     []int
	Frequencies map[string][]float64
	Scaling     float64
	AttnCap     float64 `json:"attn_cap"`
	LogitCap    float64 `json:"logit_cap"`
	Activation  string
	Norm        string
	Eps         float64
	RopeFactors map[string]float64 `json:"rope_factors"`
	LogitScale  float64            `json:"logit_scale"`
}

func publishedFamilies(t testing.TB) (list []family) {
	t.Helper()
	data, err := os.ReadFile("testdata/families.json")
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestFamiliesAreReadAsTransformersReadsThem(t *testing.T) {
	for _, f := range publishedFamilies(t) {
		t.Run(f.Name, func(t *testing.T) {
			c, err := ParseConfig(f.Published)
			if err != nil {
				t.Fatal(err)
			}
			again, err := ParseConfig(f.Anew)
			if err != nil || again != c {
				t.Errorf("as transformers writes it: %v\n%+v, want\n%+v", err, again, c)
			}
			shapes := map[string][]int{}
			for _, s := range c.Shapes() {
				if !strings.Contains(s.Name, ".layers.") || strings.Contains(s.Name, ".layers.0.") {
					shapes[s.Name] = s.Dims
				}
			}
			if d := cmp.Diff(f.Shapes, shapes); d != "" {
				t.Error(d)
			}
			if len(c.Shapes()) != f.Tensors || c.Parameters() != f.Parameters {
				t.Errorf("%d weights of %d numbers, want %d of %d", len(c.Shapes()), c.Parameters(), f.Tensors, f.Parameters)
			}
			for i, want := range f.Windows {
				window, rope := c.Layer(i)
				kind := "full_attention"
				if want > 0 {
					kind = "sliding_attention"
				}
				if window != want {
					t.Errorf("layer %d sees %d tokens, want %d", i, window, want)
				}
				if rope == (Rope{}) {
					if !c.LocalRope || want > 0 {
						t.Errorf("layer %d is not rotated", i)
					}
					continue
				}
				if factor, ok := f.RopeFactors[kind]; rope.Magnitude() != factor && ok {
					t.Errorf("layer %d multiplies cosines by %g, want %g", i, rope.Magnitude(), factor)
				}
				got := rope.Frequencies(c.HeadDim)
				if len(got) != len(f.Frequencies[kind]) {
					t.Fatalf("layer %d has %d frequencies, want %d", i, len(got), len(f.Frequencies[kind]))
				}
				for j, w := range f.Frequencies[kind] {
					if math.Abs(got[j]-w) > 2e-7*w { // two of float32's last digits
						t.Errorf("layer %d: frequency %d is %g, want %g", i, j, got[j], w)
					}
				}
			}
			gemma := strings.HasPrefix(f.Norm, "Gemma")
			if math.Abs(c.ScoreScale()-f.Scaling) > 1e-12 || c.AttnSoftCap != f.AttnCap || c.LogitSoftCap != f.LogitCap || c.NormEps != f.Eps {
				t.Errorf("scale %g, caps %g and %g, epsilon %g; want %g, %g, %g, %g", c.ScoreScale(), c.AttnSoftCap, c.LogitSoftCap, c.NormEps, f.Scaling, f.AttnCap, f.LogitCap, f.Eps)
			}
			if (c.Act == GELUTanh) != (f.Activation == "GELUTanh") || (c.Act == XIELU) != (f.Activation == "XIELUActivation") || c.NormOffset != gemma ||
				c.ScaledEmbed != gemma || c.CentreNorm != strings.HasPrefix(f.Norm, "Cohere") || c.PostNorms != (gemma || strings.HasPrefix(f.Norm, "Olmo")) ||
				f.LogitScale != 0 && max(c.LogitScale, f.LogitScale) != f.LogitScale {
				t.Errorf("%+v, want the activation %s and the norm %s", c.Features, f.Activation, f.Norm)
			}
		})
	}
}

// with changes a published config.json: a nil value removes the key.
func with(t *testing.T, name string, changes map[string]any) []byte {
	t.Helper()
	for _, f := range publishedFamilies(t) {
		if f.Name != name {
			continue
		}
		keys := map[string]any{}
		if err := json.Unmarshal(f.Published, &keys); err != nil {
			t.Fatal(err)
		}
		for key, v := range changes {
			if keys[key] = v; v == nil {
				delete(keys, key)
			}
		}
		data, err := json.Marshal(keys)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	t.Fatal(name)
	return nil
}

func TestSettingsAreRefusedByName(t *testing.T) {
	type object = map[string]any
	const llama3, gemma2, gemma3, qwen2 = "Llama-3.2-1B", "gemma-2-2b", "gemma-3-1b-it", "Qwen2-0.5B"
	const aya, r7b = "aya-expanse-8b", "c4ai-command-r7b"
	null := json.RawMessage("null")
	for name, c := range map[string]struct {
		base    string
		changes object
		want    []string
	}{
		"an unknown key":          {llama3, object{"quantization_config": object{"bits": 4}}, []string{`quantization_config ({"bits":4}) is not supported`}},
		"several at once":         {llama3, object{"hidden_act": "gelu", "num_experts": 8, "mlp_bias": 1}, []string{`hidden_act "gelu" is not supported; "silu" is`, "num_experts (8) is not supported", "mlp_bias: json"}},
		"another head":            {llama3, object{"architectures": []string{"LlamaForSequenceClassification"}}, []string{`architectures: "LlamaForSequenceClassification" is not supported; "LlamaForCausalLM" is`}},
		"no family":               {llama3, object{"model_type": nil}, []string{`model_type "" is not supported; llama, gemma2, gemma3_text, qwen2, qwen3, mistral, olmo2, olmo3, cohere, cohere2, apertus are`}},
		"images":                  {gemma3, object{"model_type": "gemma3"}, []string{"text_config"}},
		"no size":                 {llama3, object{"hidden_size": nil}, []string{"hidden_size is missing"}},
		"dropout":                 {llama3, object{"attention_dropout": 0.1}, []string{"attention_dropout 0.1 is not supported; 0 is"}},
		"longrope":                {qwen2, object{"rope_scaling": object{"type": "longrope", "factor": 4, "original_max_position_embeddings": 32768}}, []string{`rope_scaling: rope_type "longrope" is not supported; default, linear, llama3 and yarn are`}},
		"yarn without its length": {qwen2, object{"rope_scaling": object{"type": "yarn", "factor": 4}}, []string{`original_max_position_embeddings is 0`}},
		"yarn turned round":       {qwen2, object{"rope_scaling": object{"type": "yarn", "factor": 4, "original_max_position_embeddings": 64, "beta_fast": 1, "beta_slow": 2}}, []string{`beta_slow is 2, beta_fast 1`}},
		"norms of Command R+":     {aya, object{"use_qk_norm": true}, []string{"use_qk_norm (true) is not supported"}},
		"two epsilons":            {aya, object{"rms_norm_eps": 1e-6}, []string{"rms_norm_eps 0.000001 is not supported; 0.00001 is"}},
		"a sequential block":      {r7b, object{"use_parallel_block": false}, []string{"use_parallel_block false is not supported; true is"}},
		"two patterns":            {r7b, object{"layer_switch": 3}, []string{"sliding_window_pattern is 4, layer_switch 3"}},
		"another activation":      {"Apertus-8B", object{"hidden_act": "silu"}, []string{`hidden_act "silu" is not supported; "xielu" is`}},
		"another base":            {"Olmo-3-7B", object{"rope_theta": 10000}, []string{"rope_theta 10000 is not supported; 500000 is"}},
		"dynamic":                 {llama3, object{"rope_scaling": object{"rope_type": "dynamic", "factor": 2}}, []string{`rope_type "dynamic" is not supported`}},
		"two types":               {llama3, object{"rope_scaling": object{"rope_type": "linear", "type": "yarn", "factor": 2}}, []string{`rope_type is "linear" and type "yarn"`}},
		"a scaling's key":         {llama3, object{"rope_scaling": object{"rope_type": "linear", "factor": 2, "beta_fast": 32}}, []string{"rope_scaling: beta_fast (32) is not supported"}},
		"two scalings":            {llama3, object{"rope_parameters": object{"rope_type": "default"}}, []string{"are both there"}},
		"no factor":               {llama3, object{"rope_scaling": object{"rope_type": "linear"}}, []string{"rope_scaling: factor is 0"}},
		"a negative factor":       {llama3, object{"rope_scaling": object{"rope_type": "linear", "factor": -2}}, []string{"factor is -2"}},
		"factors turned round":    {llama3, object{"rope_scaling": object{"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1, "original_max_position_embeddings": 8192}}, []string{"low_freq_factor is 4, high_freq_factor 1"}},
		"no original length":      {llama3, object{"rope_scaling": object{"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4}}, []string{"original_max_position_embeddings is 0"}},
		"another gate":            {gemma2, object{"hidden_activation": "gelu"}, []string{`hidden_activation "gelu" is not supported; "gelu_pytorch_tanh" is`}},
		"two windows":             {gemma2, object{"sliding_window_size": 1024}, []string{"sliding_window is 4096 and sliding_window_size 1024"}},
		"no window":               {gemma2, object{"sliding_window": null}, []string{"sliding_window is 0"}},
		"looking ahead":           {gemma3, object{"use_bidirectional_attention": true}, []string{"use_bidirectional_attention (true) is not supported"}},
		"too few layers":          {gemma3, object{"layer_types": []string{"full_attention"}}, []string{"layer_types describe 1 layers, num_hidden_layers is 26"}},
		"chunks":                  {gemma3, object{"layer_types": slices.Repeat([]string{"chunked_attention"}, 26)}, []string{`layer_types: "chunked_attention" is not supported`}},
		"no pattern":              {gemma3, object{"sliding_window_pattern": 0}, []string{"sliding_window_pattern is 0"}},
		"a local scaling":         {gemma3, object{"rope_scaling": nil, "rope_parameters": object{"sliding_attention": object{"rope_type": "linear", "factor": 8}}}, []string{"sliding_attention: rope_type \"linear\" is not supported"}},
		"an unknown kind":         {gemma3, object{"rope_scaling": nil, "rope_parameters": object{"chunked_attention": object{"rope_type": "default"}}}, []string{"rope_parameters: chunked_attention ("}},
		"positions in three":      {qwen2, object{"rope_scaling": object{"type": "default", "mrope_section": []int{16, 24, 24}}}, []string{"rope_scaling: mrope_section ([16,24,24]) is not supported"}},
		"a cap of scores":         {gemma3, object{"attn_logit_softcapping": 50.0}, []string{"attn_logit_softcapping 50 is not supported; null is"}},
		"a huge window":           {gemma2, object{"sliding_window": 1 << 40}, []string{"sliding_window is 1099511627776"}},
		"a negative cap":          {gemma2, object{"final_logit_softcapping": -30}, []string{"final_logit_softcapping is -30"}},
		"no heads":                {llama3, object{"num_attention_heads": 0, "head_dim": nil}, []string{"num_attention_heads is 0"}},
		"layers without end":      {qwen2, object{"num_hidden_layers": 1 << 40}, []string{"num_hidden_layers is 1099511627776"}},
	} {
		_, err := OpenConfig(fstest.MapFS{"config.json": {Data: with(t, c.base, c.changes)}})
		if err == nil || !strings.Contains(err.Error(), "config.json: ") {
			t.Errorf("%s: %v, want an error that names the file", name, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want an error with %q", name, err, want)
			}
		}
	}
}

func TestNullSwitchesOff(t *testing.T) {
	null := json.RawMessage("null")
	c, err := ParseConfig(with(t, "gemma-2-2b", map[string]any{"attn_logit_softcapping": null, "final_logit_softcapping": nil}))
	if err != nil || c.AttnSoftCap != 0 || c.LogitSoftCap != 30 { // what is absent has transformers' value
		t.Errorf("caps %g and %g, %v, want 0 and 30", c.AttnSoftCap, c.LogitSoftCap, err)
	}
}

// What a plain Llama's weights, files and hashes were before there were families, they are: they stand in stages' keys and in
// stores on disk. (Since rope_theta is written as 10000.0, config.json has another text for the same values.)
func TestPlainLlamasAreWhatTheyWere(t *testing.T) {
	sum := func(data []byte) string {
		s := sha256.Sum256(data)
		return hex.EncodeToString(s[:])
	}
	for _, c := range []struct {
		config           Config
		hash, file, text string
	}{
		{small, "aa786fb4e8e28a9cc49e4bc3afa93078ba7a464b98887b630500ae201d02e12b", "e37364e036d7ff7c555cadf0fa3be7a364233860795bd0087b3c38eb19ec6747", "884a6b3088a5a2e5e6a1125279dc0199d7b0bebd241b6dc7066ebe664fbd000d"},
		{
			Config{Vocab: 7, Hidden: 4, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 4, FFN: 6, RopeBase: 100, NormEps: 1e-5},
			"ac6cc4d23318f57d47c33f811ce1571e2516041088e92ccf8712bed80eb036a6", "f851b9a026e4933001342e2f33b84e053a7d3e77bab9613371c9cde02693cdf4", "d2b81ab3b4238c980dfe465e6c4c8c64dae897b962247340d364236d809c809f",
		},
	} {
		w := New(c.config, 1)
		files, err := (&Folder{Config: c.config, Tokenizer: []byte("{}"), Weights: w}).Files()
		if err != nil {
			t.Fatal(err)
		}
		if got := [3]string{w.Hash(), sum(files["model.safetensors"]), sum(files["config.json"])}; got != [3]string{c.hash, c.file, c.text} {
			t.Errorf("%+v: %q", c.config, got)
		}
	}
}

func TestFeaturesEnterTheHash(t *testing.T) {
	seen := map[string]string{}
	for _, f := range []Features{
		{},
		{Act: GELUTanh},
		{NormOffset: true},
		{ScaledEmbed: true},
		{QueryScalar: 3},
		{AttnSoftCap: 3},
		{LogitSoftCap: 3},
		{Scaling: RopeScaling{Type: "linear", Factor: 2}},
		{Scaling: RopeScaling{Type: "linear", Factor: 4}},
		{Local: "l", Window: 2},
		{Local: "l", Window: 3},
		{Local: "l", Window: 3, LocalRopeBase: 7},
	} {
		c := small
		c.Features = f
		w := New(c, 1)
		w.Tensors = New(small, 1).Tensors // a norm's offset changes them, too
		name := strings.Join(f.List(), ", ")
		if twin, twice := seen[w.Hash()]; twice {
			t.Errorf("%q and %q have one hash", name, twin)
		}
		seen[w.Hash()] = name
	}
}

// A folder of any family comes back as it was written, and its config.json keeps all it said but the weights' type.
func TestFamiliesRoundTrip(t *testing.T) {
	for _, name := range []string{"Llama-3.2-1B", "gemma-2-2b", "gemma-3-1b-it", "Qwen2-0.5B", "Qwen3-0.6B"} {
		source := with(t, name, map[string]any{"vocab_size": 5, "hidden_size": 4, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 2, "intermediate_size": 6})
		config, err := ParseConfig(source)
		if err != nil {
			t.Fatal(err)
		}
		want := &Folder{Config: config, Source: source, Tokenizer: []byte("{}"), Weights: New(config, 1)}
		for i, s := range config.Shapes() {
			first := want.Weights.Tensors[i][0]
			if norm := s.IsNorm(); norm && (first == 1) == config.NormOffset || strings.HasSuffix(s.Name, ".bias") && first != 0 {
				t.Errorf("%s: %s starts at %g", name, s.Name, first)
			}
		}
		files, err := want.Files()
		if err != nil {
			t.Fatal(err)
		}
		dir := fstest.MapFS{}
		for name, data := range files {
			dir[name] = &fstest.MapFile{Data: data}
		}
		got, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got.Weights.Hash() != want.Weights.Hash() || got.Config != config {
			t.Errorf("%s: %+v, want %+v", name, got.Config, config)
		}
		if text := string(got.Source); !strings.Contains(text, `"dtype": "float32"`) || strings.Contains(text, "torch_dtype") || !strings.Contains(text, `"eos_token_id"`) {
			t.Errorf("%s: %s", name, text)
		}
		if _, err := (&Folder{Config: config, Weights: want.Weights}).Files(); err == nil || !strings.Contains(err.Error(), "config.json") {
			t.Errorf("%s: %v, want an error about the missing config.json", name, err)
		}
	}
}

func TestLeftoversOfPublishedFiles(t *testing.T) {
	want := New(small, 1)
	tensors := []NamedTensor{{"model.layers.0.self_attn.rotary_emb.inv_freq", []int{1}, []float32{1}}}
	for i, s := range small.Shapes() {
		tensors = append(tensors, NamedTensor{s.Name, s.Dims, want.Tensors[i]})
	}
	read := func(extra ...NamedTensor) error {
		data, err := MarshalSafetensors(append(slices.Clone(tensors), extra...), nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Unmarshal(small, data)
		if err == nil && got.Hash() != want.Hash() {
			t.Error("the weights differ")
		}
		return err
	}
	other := slices.Clone(want.Tensors[0])
	other[len(other)-1]++
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"rotary frequencies": {read(), ""},
		"a copy of the head": {read(NamedTensor{"lm_head.weight", []int{5, 4}, want.Tensors[0]}), ""},
		"another head":       {read(NamedTensor{"lm_head.weight", []int{5, 4}, other}), "differs from the embedding"},
		"a head of no use":   {read(NamedTensor{"lm_head.weight", []int{1}, []float32{1}}), "differs from the embedding"},
		"something else":     {read(NamedTensor{"score.weight", []int{1}, []float32{1}}), `"score.weight" that the configuration does not use`},
		"a bias too many":    {read(NamedTensor{"model.layers.0.self_attn.q_proj.bias", []int{4}, make([]float32, 4)}), "does not use"},
	} {
		if c.want == "" && c.err != nil || c.want != "" && (c.err == nil || !strings.Contains(c.err.Error(), c.want)) {
			t.Errorf("%s: %v, want an error with %q", name, c.err, c.want)
		}
	}
}

// Rotary settings without a type are the default, as in transformers.
func TestRopeWithoutATypeIsTheDefault(t *testing.T) {
	for _, key := range []string{"rope_parameters", "rope_scaling"} {
		changes := map[string]any{"rope_scaling": nil, "rope_parameters": nil}
		changes[key] = map[string]any{"rope_theta": 12345.0}
		c, err := ParseConfig(with(t, "Llama-3.2-1B", changes))
		if err != nil || c.RopeBase != 12345 || c.Scaling != (RopeScaling{}) {
			t.Errorf("%s: base %g, scaling %+v, %v", key, c.RopeBase, c.Scaling, err)
		}
	}
}
