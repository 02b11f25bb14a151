package model

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// harmless are the keys that change nothing about what a model computes, whatever they say. max_position_embeddings is a promise
// about quality; rotary positions themselves have no end.
var harmless = slices.Concat(
	// how it was made and saved; max_window_layers is read where there is a window
	strings.Fields(`_commit_hash _from_model_config _name_or_path base_model_name_or_path dtype finetuning_task initializer_factor initializer_range
		is_llama_config keys_to_ignore_at_inference license max_position_embeddings max_window_layers model_max_length model_name name_or_path pretraining_tp
		task_specific_params tokenizer_class torch_dtype torchscript transformers.js_config transformers_version unsloth_fixed unsloth_version
		use_bfloat16`),
	// by which program or kernel it is computed, and what is returned
	strings.Fields(`_attn_implementation _attn_implementation_autoset _attn_implementation_internal _experts_implementation
		_flash_attn_2_enabled attn_implementation chunk_size_feed_forward experts_implementation gradient_checkpointing is_decoder
		low_cpu_mem_usage output_attentions output_hidden_states return_dict use_cache use_flash_attention use_flash_attention_2 use_flash_attn`),
	// tokens and labels
	strings.Fields(`bos_token bos_token_id cls_token cls_token_id decoder_start_token_id eos_token eos_token_id id2label label2id num_labels
		pad_token pad_token_id problem_type sep_token sep_token_id unk_token unk_token_id`),
	// how it is sampled from: the fields of transformers' GenerationConfig, which older files repeat
	strings.Fields(`assistant_confidence_threshold assistant_early_exit assistant_ensemble_weight assistant_lookbehind bad_words_ids
		begin_suppress_tokens cache_config cache_implementation compile_config constraints disable_compile diversity_penalty do_sample
		dola_layers early_stopping encoder_no_repeat_ngram_size encoder_repetition_penalty epsilon_cutoff eta_cutoff
		exponential_decay_length_penalty force_words_ids forced_bos_token_id forced_decoder_ids forced_eos_token_id guidance_scale
		is_assistant length_penalty low_memory max_cache_len max_length max_matching_ngram_size max_new_tokens max_time min_length
		min_new_tokens min_p no_repeat_ngram_size num_assistant_tokens num_assistant_tokens_schedule num_beam_groups num_beams
		num_return_sequences output_logits output_scores penalty_alpha prefill_chunk_size prompt_lookup_num_tokens remove_invalid_values
		renormalize_logits repetition_penalty return_dict_in_generate sequence_bias speculation_type stop_strings suppress_tokens
		target_lookbehind temperature token_healing top_h top_k top_p typical_p watermarking_config`),
)

// inert are the values with which a key changes nothing, as of a feature that is switched off. A family whose models have the feature
// reads the key before; every other value is refused.
var inert = map[string][]any{
	"add_cross_attention":         {false},
	"alibi":                       {false},
	"attention_bias":              {false},
	"attention_out_bias":          {false},
	"attn_pdrop":                  {0.0},
	"classifier_dropout":          {0.0},
	"dropout":                     {0.0},
	"embd_pdrop":                  {0.0},
	"embedding_dropout":           {0.0},
	"embedding_multiplier":        {1.0},
	"ffn_dropout":                 {0.0},
	"hidden_dropout":              {0.0},
	"hidden_dropout_prob":         {0.0},
	"logit_scale":                 {1.0},
	"logits_scaling":              {1.0},
	"mlp_bias":                    {false},
	"neftune_noise_alpha":         {0.0},
	"num_experts":                 {0.0},
	"num_experts_per_tok":         {0.0},
	"num_local_experts":           {0.0},
	"num_nextn_predict_layers":    {0.0},
	"parallel_attn":               {false},
	"prefix":                      {""},
	"pruned_heads":                {map[string]any{}},
	"qk_layernorm":                {false},
	"qk_norm":                     {false},
	"qkv_bias":                    {false},
	"resid_pdrop":                 {0.0},
	"residual_dropout":            {0.0},
	"residual_multiplier":         {1.0},
	"rope_interleaved":            {false},
	"tf_legacy_loss":              {false},
	"tie_encoder_decoder":         {false},
	"use_bidirectional_attention": {false},
	"use_mrope":                   {false},
	"use_parallel_residual":       {false},
	"use_qk_norm":                 {false},
	"use_sliding_window":          {false},
}

// changesNothing reports whether a key that no family reads has a value of no effect. No value has an effect if it is null.
func changesNothing(key string, value json.RawMessage) bool {
	if string(value) == "null" {
		return true
	}
	var v any
	if json.Unmarshal(value, &v) != nil {
		return false
	}
	return slices.ContainsFunc(inert[key], func(x any) bool { return reflect.DeepEqual(x, v) })
}
