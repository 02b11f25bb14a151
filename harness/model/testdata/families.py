"""Writes families.json: the config.json of published models, as their makers wrote it and as transformers writes it anew, and
what transformers makes of each: the weights it asks for, how far each layer sees, rotary frequencies, caps and scales.

    pip install torch transformers==5.24.0 && python families.py [NAME...]

With names, only the lines of these are written anew.

Nothing is downloaded: the settings below were written down by hand after what is public of the models. The numbers of
parameters that come out are those that the models are known to have.
"""

import json
import sys
import tempfile
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForCausalLM

llama = dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_act="silu", attention_bias=False, bos_token_id=128000, eos_token_id=128001,
             initializer_range=0.02, pretraining_tp=1, rms_norm_eps=1e-5, torch_dtype="bfloat16", use_cache=True, vocab_size=128256, rope_theta=500000.0)  # fmt: skip
llama3 = dict(high_freq_factor=4.0, low_freq_factor=1.0, original_max_position_embeddings=8192, rope_type="llama3")
gemma2 = dict(architectures=["Gemma2ForCausalLM"], model_type="gemma2", attention_bias=False, attention_dropout=0.0, attn_logit_softcapping=50.0,
              bos_token_id=2, cache_implementation="hybrid", eos_token_id=1, final_logit_softcapping=30.0, hidden_act="gelu_pytorch_tanh",
              hidden_activation="gelu_pytorch_tanh", initializer_range=0.02, max_position_embeddings=8192, pad_token_id=0, rms_norm_eps=1e-6,
              rope_theta=10000.0, sliding_window=4096, torch_dtype="bfloat16", transformers_version="4.42.4", use_cache=True, vocab_size=256000)  # fmt: skip
gemma3 = dict(architectures=["Gemma3ForCausalLM"], model_type="gemma3_text", attention_bias=False, attention_dropout=0.0, attn_logit_softcapping=None,
              bos_token_id=2, cache_implementation="hybrid", eos_token_id=[1, 106], final_logit_softcapping=None, head_dim=256,
              hidden_activation="gelu_pytorch_tanh", initializer_range=0.02, pad_token_id=0, query_pre_attn_scalar=256, rms_norm_eps=1e-6,
              rope_local_base_freq=10000, rope_theta=1000000, sliding_window_pattern=6, torch_dtype="bfloat16", use_cache=True)  # fmt: skip
qwen = dict(attention_dropout=0.0, bos_token_id=151643, eos_token_id=151645, hidden_act="silu", initializer_range=0.02, rms_norm_eps=1e-6,
            torch_dtype="bfloat16", use_cache=True, use_sliding_window=False, vocab_size=151936)  # fmt: skip
qwen2 = qwen | dict(architectures=["Qwen2ForCausalLM"], model_type="qwen2")
qwen3 = qwen | dict(architectures=["Qwen3ForCausalLM"], model_type="qwen3", attention_bias=False, head_dim=128, rope_scaling=None, sliding_window=None)
mistral = dict(architectures=["MistralForCausalLM"], model_type="mistral", attention_dropout=0.0, bos_token_id=1, eos_token_id=2, hidden_act="silu",
               hidden_size=4096, initializer_range=0.02, intermediate_size=14336, max_position_embeddings=32768, num_attention_heads=32, num_hidden_layers=32,
               num_key_value_heads=8, rms_norm_eps=1e-5, tie_word_embeddings=False, torch_dtype="bfloat16", use_cache=True)  # fmt: skip
olmo = dict(attention_bias=False, attention_dropout=0.0, eos_token_id=100257, hidden_act="silu", hidden_size=4096, initializer_range=0.02,
            intermediate_size=11008, num_attention_heads=32, num_hidden_layers=32, num_key_value_heads=32, pad_token_id=100277, rms_norm_eps=1e-6,
            rope_theta=500000, tie_word_embeddings=False, use_cache=True)  # fmt: skip
cohere = dict(attention_bias=False, attention_dropout=0.0, bos_token_id=5, eos_token_id=255001, hidden_act="silu", hidden_size=4096, initializer_range=0.02,
              layer_norm_eps=1e-5, num_attention_heads=32, num_hidden_layers=32, num_key_value_heads=8, pad_token_id=0, use_cache=True, vocab_size=256000)  # fmt: skip
yarn = dict(attention_factor=1.2079441541679836, beta_fast=32.0, beta_slow=1.0, factor=8.0, original_max_position_embeddings=8192, rope_type="yarn")

published = {
    "Llama-2-7b": llama | dict(hidden_size=4096, intermediate_size=11008, max_position_embeddings=4096, num_attention_heads=32, num_hidden_layers=32,
        num_key_value_heads=32, rope_scaling=None, tie_word_embeddings=False, vocab_size=32000, bos_token_id=1, eos_token_id=2, rope_theta=10000.0),
    "Llama-3-8B": llama | dict(hidden_size=4096, intermediate_size=14336, max_position_embeddings=8192, num_attention_heads=32, num_hidden_layers=32,
        num_key_value_heads=8, rope_scaling=None, tie_word_embeddings=False),
    "Llama-3.1-8B-Instruct": llama | dict(hidden_size=4096, intermediate_size=14336, max_position_embeddings=131072, num_attention_heads=32,
        num_hidden_layers=32, num_key_value_heads=8, rope_scaling=llama3 | dict(factor=8.0), tie_word_embeddings=False, attention_dropout=0.0, mlp_bias=False,
        eos_token_id=[128001, 128008, 128009]),
    "Llama-3.2-1B": llama | dict(head_dim=64, hidden_size=2048, intermediate_size=8192, max_position_embeddings=131072, num_attention_heads=32,
        num_hidden_layers=16, num_key_value_heads=8, rope_scaling=llama3 | dict(factor=32.0), tie_word_embeddings=True, attention_dropout=0.0, mlp_bias=False),
    "SmolLM2-135M-Instruct": llama | {"attention_dropout": 0.0, "bos_token_id": 1, "eos_token_id": 2, "hidden_size": 576, "intermediate_size": 1536,
        "is_llama_config": True, "max_position_embeddings": 8192, "mlp_bias": False, "num_attention_heads": 9, "num_hidden_layers": 30, "num_key_value_heads": 3,
        "pad_token_id": 2, "rope_interleaved": False, "rope_scaling": None, "rope_theta": 100000, "tie_word_embeddings": True, "vocab_size": 49152,
        "transformers.js_config": {"kv_cache_dtype": {"q4f16": "float16"}}},
    "a Llama with biases and linear scaling": llama | dict(hidden_size=64, intermediate_size=96, num_attention_heads=4, num_hidden_layers=2, vocab_size=100,
        attention_bias=True, mlp_bias=True, rope_scaling=dict(type="linear", factor=4.0), max_position_embeddings=8192),
    "gemma-2-2b": gemma2 | dict(head_dim=256, hidden_size=2304, intermediate_size=9216, num_attention_heads=8, num_hidden_layers=26, num_key_value_heads=4,
        query_pre_attn_scalar=256),
    "gemma-2-9b": gemma2 | dict(head_dim=256, hidden_size=3584, intermediate_size=14336, num_attention_heads=16, num_hidden_layers=42, num_key_value_heads=8,
        query_pre_attn_scalar=256, sliding_window_size=4096),
    "gemma-2-27b": gemma2 | dict(head_dim=128, hidden_size=4608, intermediate_size=36864, num_attention_heads=32, num_hidden_layers=46, num_key_value_heads=16,
        query_pre_attn_scalar=144),
    "gemma-3-1b-it": gemma3 | dict(hidden_size=1152, intermediate_size=6912, max_position_embeddings=32768, num_attention_heads=4, num_hidden_layers=26,
        num_key_value_heads=1, rope_scaling=None, sliding_window=512, vocab_size=262144),
    "gemma-3-4b, text": gemma3 | dict(hidden_size=2560, intermediate_size=10240, max_position_embeddings=131072, num_attention_heads=8, num_hidden_layers=34,
        num_key_value_heads=4, rope_scaling=dict(factor=8.0, rope_type="linear"), sliding_window=1024, vocab_size=262208),
    "gemma-3-27b, text": gemma3 | dict(head_dim=128, hidden_size=5376, intermediate_size=21504, max_position_embeddings=131072, num_attention_heads=32,
        num_hidden_layers=62, num_key_value_heads=16, query_pre_attn_scalar=168, rope_scaling=dict(factor=8.0, rope_type="linear"), sliding_window=1024,
        vocab_size=262208),
    "Qwen2-0.5B": qwen2 | dict(hidden_size=896, intermediate_size=4864, max_position_embeddings=131072, max_window_layers=24, num_attention_heads=14,
        num_hidden_layers=24, num_key_value_heads=2, rope_theta=1000000.0, sliding_window=131072, tie_word_embeddings=True),
    "Qwen2.5-7B-Instruct": qwen2 | dict(hidden_size=3584, intermediate_size=18944, max_position_embeddings=32768, max_window_layers=28, num_attention_heads=28,
        num_hidden_layers=28, num_key_value_heads=4, rope_theta=1000000.0, sliding_window=131072, tie_word_embeddings=False, vocab_size=152064, use_mrope=False),
    "a Qwen 2 with windows": qwen2 | dict(hidden_size=64, intermediate_size=96, max_window_layers=2, num_attention_heads=4, num_hidden_layers=5,
        num_key_value_heads=2, sliding_window=16, use_sliding_window=True, vocab_size=100),
    "Qwen3-0.6B": qwen3 | dict(hidden_size=1024, intermediate_size=3072, max_position_embeddings=40960, max_window_layers=28, num_attention_heads=16,
        num_hidden_layers=28, num_key_value_heads=8, rope_theta=1000000, tie_word_embeddings=True),
    "Qwen3-8B": qwen3 | dict(hidden_size=4096, intermediate_size=12288, max_position_embeddings=40960, max_window_layers=36, num_attention_heads=32,
        num_hidden_layers=36, num_key_value_heads=8, rope_theta=1000000, tie_word_embeddings=False),
    "a Qwen 3 with biases": qwen3 | dict(hidden_size=64, intermediate_size=96, num_attention_heads=4, num_hidden_layers=1, num_key_value_heads=2,
        head_dim=32, attention_bias=True, vocab_size=100),
    "EuroLLM-1.7B-Instruct": llama | dict(hidden_size=2048, intermediate_size=5632, max_position_embeddings=4096, num_attention_heads=16, num_hidden_layers=24,
        num_key_value_heads=8, rope_scaling=None, tie_word_embeddings=False, vocab_size=128000, bos_token_id=1, eos_token_id=4, rope_theta=10000.0, mlp_bias=False),
    "Mistral-7B-v0.1": mistral | dict(rope_theta=10000.0, sliding_window=4096, vocab_size=32000),
    "Mistral-7B-Instruct-v0.3": mistral | dict(rope_theta=1000000.0, sliding_window=None, vocab_size=32768),
    "OLMo-2-1124-7B": olmo | dict(architectures=["Olmo2ForCausalLM"], model_type="olmo2", max_position_embeddings=4096, rope_scaling=None, vocab_size=100352),
    "Olmo-3-7B": olmo | dict(architectures=["Olmo3ForCausalLM"], model_type="olmo3", max_position_embeddings=65536, rope_scaling=yarn, vocab_size=100278,
        sliding_window=4096, layer_types=(["sliding_attention"] * 3 + ["full_attention"]) * 8),
    "an OLMo 3 without scaling": olmo | dict(model_type="olmo3", num_hidden_layers=5, hidden_size=64, intermediate_size=96, num_attention_heads=4,
        num_key_value_heads=2, sliding_window=16, vocab_size=100, eos_token_id=2, pad_token_id=1),
    "aya-expanse-8b": cohere | dict(architectures=["CohereForCausalLM"], model_type="cohere", intermediate_size=14336, logit_scale=0.125,
        max_position_embeddings=8192, model_max_length=8192, rope_theta=10000, torch_dtype="float16", use_qk_norm=False),
    "c4ai-command-r7b": cohere | dict(architectures=["Cohere2ForCausalLM"], model_type="cohere2", cache_implementation="hybrid", head_dim=128,
        intermediate_size=14336, layer_switch=4, logit_scale=0.25, max_position_embeddings=132096, order_of_interleaved_layers="local_attn_first",
        position_embedding_type="rope_gptj", rope_scaling=None, rope_theta=50000, rotary_pct=1.0, sliding_window=4096, sliding_window_pattern=4,
        torch_dtype="bfloat16", use_embedding_sharing=True, use_gated_activation=True, use_parallel_block=True, use_parallel_embedding=True),
    "Apertus-8B": dict(architectures=["ApertusForCausalLM"], model_type="apertus", attention_bias=False, attention_dropout=0.0, bos_token_id=1, eos_token_id=2,
        hidden_act="xielu", hidden_dropout=0.0, hidden_size=4096, initializer_range=0.02, intermediate_size=21504, max_position_embeddings=65536, mlp_bias=False,
        num_attention_heads=32, num_hidden_layers=32, num_key_value_heads=8, pad_token_id=3, post_norm=False, qk_norm=True, rms_norm_eps=1e-5,
        rope_scaling=llama3 | dict(factor=8.0, type="llama3"), rope_theta=12000000, tie_word_embeddings=False, torch_dtype="bfloat16", use_cache=True,
        vocab_size=131072),
}  # fmt: skip


def facts(config):
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    model.tie_weights()
    weights = dict(model.named_parameters())  # tied ones once
    layer = model.model.layers[0]
    rotary = type(model.model.rotary_emb)(config)
    buffers = {k: v for k, v in rotary.named_buffers() if k.endswith("inv_freq") and "original" not in k}
    kinds = getattr(config, "layer_types", None) or ["full_attention"] * config.num_hidden_layers
    if config.model_type == "mistral" and config.sliding_window:  # which decides for all layers there
        kinds = ["sliding_attention"] * config.num_hidden_layers
    frequencies = {k: buffers.get(k + "_inv_freq", buffers.get("inv_freq"))for k in sorted(set(kinds))}
    frequencies = {k: [float(f"{x:.8g}") for x in f.tolist()] for k, f in frequencies.items()}
    attention, norm = layer.self_attn, model.model.norm
    factors = [getattr(rotary, k + "_attention_scaling", getattr(rotary, "attention_scaling", 1.0)) for k in sorted(set(kinds))]
    return {
        "tensors": len(weights),
        "parameters": sum(w.numel() for w in weights.values()),
        "shapes": {k: list(w.shape) for k, w in weights.items() if ".layers." not in k or ".layers.0." in k},
        "windows": [config.sliding_window if k == "sliding_attention" else 0 for k in kinds],
        "frequencies": frequencies,
        "scaling": attention.scaling,
        "attn_cap": getattr(attention, "attn_logit_softcapping", None) or 0,
        "logit_cap": getattr(config, "final_logit_softcapping", None) or 0,
        "activation": type(layer.mlp.act_fn).__name__,
        "norm": type(norm).__name__,
        "eps": getattr(norm, "eps", None) or norm.variance_epsilon,
        "rope_factors": dict(zip(sorted(set(kinds)), factors)),
        "logit_scale": getattr(model, "logit_scale", 1.0),
    }


here = Path("families.json")
kept = {f["name"]: f for f in json.loads(here.read_text())} if sys.argv[1:] else {}
for name in sys.argv[1:] or published:
    raw = published[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.json")
        path.write_text(json.dumps(raw))
        config = AutoConfig.from_pretrained(folder)
        config.save_pretrained(folder)
        anew = json.loads(path.read_text())
    kept[name] = {"name": name, "published": raw, "anew": anew, **facts(config)}
out = [kept[name] for name in published]
here.write_text(json.dumps(out, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
