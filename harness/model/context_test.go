package model

import "testing"

// How many tokens a model reads: the values of published files, and those that transformers gives files without the key.
func TestContext(t *testing.T) {
	for config, want := range map[string]int{
		`{"model_type": "llama", "max_position_embeddings": 8192}`: 8192,
		`{"model_type": "llama", "max_position_embeddings": 131072, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 8192}}`: 131072,
		`{"model_type": "llama", "max_position_embeddings": 4096, "rope_scaling": {"type": "linear", "factor": 4.0}}`:                                                  16384,
		`{"model_type": "llama", "max_position_embeddings": 4096, "rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 10000}}`:                     8192,
		`{"model_type": "gemma3_text", "max_position_embeddings": 131072, "rope_scaling": {"rope_type": "linear", "factor": 8.0}}`:                                     131072,
		`{"model_type": "qwen2", "max_position_embeddings": 32768, "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}}`:        131072,
		`{"model_type": "olmo3", "max_position_embeddings": 65536, "rope_scaling": {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 8192}}`:    65536,
		`{"model_type": "apertus"}`:                                65536,
		`{"model_type": "llama"}`:                                  2048,
		`{"model_type": "qwen2", "max_position_embeddings": null}`: 32768,
		`{"model_type": "another"}`:                                0,
		``:                                                         0,
	} {
		if got := (&Folder{Source: []byte(config)}).Context(); got != want {
			t.Errorf("%s: %d, want %d", config, got, want)
		}
	}
}
