package model

import (
	"os"
	"strings"
	"testing"
)

// What is written for a Gemma 2 read from a GGUF file: transformers 5.24 refuses the file where a number with a fraction is written
// without it, or the other way round.
const gemma2Config = `{
  "architectures": [
    "Gemma2ForCausalLM"
  ],
  "attn_logit_softcapping": 20.0,
  "dtype": "float32",
  "final_logit_softcapping": 10.0,
  "head_dim": 4,
  "hidden_size": 8,
  "intermediate_size": 12,
  "max_position_embeddings": 64,
  "model_type": "gemma2",
  "num_attention_heads": 2,
  "num_hidden_layers": 2,
  "num_key_value_heads": 1,
  "query_pre_attn_scalar": 4,
  "rms_norm_eps": 0.00001,
  "rope_theta": 10000.0,
  "sliding_window": 16,
  "tie_word_embeddings": true,
  "vocab_size": 6
}
`

func TestNumbersOfExportedFilesKeepTheirTypes(t *testing.T) {
	f, err := LookBareGGUF(os.DirFS("testdata/gguf"), "gemma2.gguf")
	if err != nil {
		t.Fatal(err)
	}
	f.Usage[generationConfig] = []byte(`{"temperature": 1, "top_k": 50, "top_p": 1, "eos_token_id": [1, 2]}`)
	files, err := f.Files()
	if err != nil {
		t.Fatal(err)
	}
	if got := string(files["config.json"]); got != gemma2Config {
		t.Errorf("config.json:\n%s\nwant\n%s", got, gemma2Config)
	}
	if got, want := string(files[generationConfig]), `{"temperature": 1.0, "top_k": 50, "top_p": 1.0, "eos_token_id": [1, 2]}`; got != want {
		t.Errorf("generation_config.json: %s, want %s", got, want)
	}
	for in, want := range map[string]string{
		`{"rope_theta": 10000, "a": "rope_theta", "b": 1}`:                       `{"rope_theta": 10000.0, "a": "rope_theta", "b": 1}`,
		`{"rms_norm_eps": 1e-05, "factor": 1E1, "top_p": null}`:                  `{"rms_norm_eps": 1e-05, "factor": 1E1, "top_p": null}`,
		`{"rope_scaling": {"factor": -8, "rope_type": "x"}, "factor": [1, {}]}`:  `{"rope_scaling": {"factor": -8.0, "rope_type": "x"}, "factor": [1, {}]}`,
		`{"query_pre_attn_scalar": 256.0, "x": {"query_pre_attn_scalar": 14.5}}`: `{"query_pre_attn_scalar": 256, "x": {"query_pre_attn_scalar": 14.5}}`,
		`{"a": [[], {"b": {}}], "top_p": 1}`:                                     `{"a": [[], {"b": {}}], "top_p": 1.0}`,
	} {
		if got, err := spelled([]byte(in)); err != nil || string(got) != want {
			t.Errorf("%s: %s, %v, want %s", in, got, err, want)
		}
	}
	if _, err := spelled([]byte(`{"a": `)); err == nil || !strings.Contains(err.Error(), "EOF") {
		t.Error(err)
	}
}
