package model

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
)

// What says how a model was made, is computed or is sampled from, and what is switched off, changes nothing. What would change the
// model, or its training, is refused.
func TestHarmlessSettings(t *testing.T) {
	type object = map[string]any
	null := json.RawMessage("null")
	harmless := []object{
		{"quantization_config": null, "neftune_noise_alpha": null, "cross_attention_hidden_size": null, "anything_else": null},
		{"_commit_hash": "abc", "torchscript": true, "gradient_checkpointing": true, "use_cache": false, "keys_to_ignore_at_inference": []string{"past_key_values"}},
		{"add_cross_attention": false, "pruned_heads": object{}, "tie_encoder_decoder": false, "tf_legacy_loss": false, "is_decoder": true, "is_encoder_decoder": false},
		{"do_sample": true, "temperature": 0.6, "top_p": 0.9, "top_k": 50, "num_beams": 4, "suppress_tokens": []int{1}, "max_length": 20},
		{"_attn_implementation": "sdpa", "_flash_attn_2_enabled": true, "use_flash_attention_2": true, "pad_token": "</s>"},
		{"mlp_bias": false, "qk_norm": false, "use_sliding_window": false, "hidden_dropout": 0.0, "resid_pdrop": 0, "attention_dropout": 0},
		{"rope_scaling": object{"rope_type": "default", "factor": 1.0}},
		{"rope_scaling": object{"type": "default", "factor": 1, "finetuned": true, "original_max_position_embeddings": 4096}, "rope_parameters": null},
		{"rope_scaling": object{"type": "linear", "factor": 1.0}, "rope_parameters": object{"rope_type": "default"}},
	}
	harmful := []object{
		{"quantization_config": object{"bits": 4}},
		{"neftune_noise_alpha": 5},
		{"add_cross_attention": true},
		{"pruned_heads": object{"0": []int{1}}},
		{"hidden_dropout": 0.1},
		{"qk_norm": true},
		{"anything_else": false},
		{"anything_else": 0},
		{"original_max_position_embeddings": 4096},
		{"rope_scaling": object{"rope_type": "default", "factor": 8.0}},
		{"embedding_multiplier": 12},
		{"auto_map": object{"AutoModelForCausalLM": "x.y"}},
		{"is_encoder_decoder": true},
		{"logit_scale": 0.5},
		{"use_bidirectional_attention": true},
	}
	for _, name := range []string{"Llama-3.2-1B", "gemma-2-2b", "Qwen2-0.5B", "Qwen3-0.6B"} {
		plain := object{"rope_scaling": nil}
		want, err := ParseConfig(with(t, name, plain))
		if err != nil {
			t.Fatal(err)
		}
		for _, changes := range harmless {
			all := maps.Clone(plain)
			maps.Copy(all, changes)
			if got, err := ParseConfig(with(t, name, all)); err != nil || got != want {
				t.Errorf("%s: %v: %v, %+v", name, changes, err, got)
			}
		}
		for _, changes := range harmful {
			all := maps.Clone(plain)
			maps.Copy(all, changes)
			for key := range changes {
				if _, err := ParseConfig(with(t, name, all)); err == nil || !strings.Contains(err.Error(), key) {
					t.Errorf("%s: %v: %v, want an error that names it", name, changes, err)
				}
			}
		}
	}
	// the biases of a Qwen 2 are there whatever the file says, as in transformers
	for _, bias := range []bool{false, true} {
		if c, err := ParseConfig(with(t, "Qwen2-0.5B", object{"attention_bias": bias})); err != nil || !c.QKVBias || c.OutBias {
			t.Errorf("attention_bias %v: %v, %+v", bias, err, c.Features)
		}
	}
	if _, err := ParseConfig(with(t, "Qwen2-0.5B", object{"mlp_bias": true})); err == nil || !strings.Contains(err.Error(), "mlp_bias (true) is not supported") {
		t.Error(err)
	}
}
