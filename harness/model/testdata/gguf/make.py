"""Writes tiny models of every architecture as GGUF files beside what transformers has them as (config.json and weights).

    pip install torch transformers==5.23.0 accelerate gguf==0.19.0 && python make.py

Names come from the gguf package's own tables, metadata keys from its writer. What llama.cpp's converter does to weights (rows
of a Llama's queries and keys, the 1 in Gemma's norms) is done here; that it is right is checked by transformers' own reader
of GGUF files, which has to give back the weights that the file was made of.
"""

import json
import tempfile
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.numpy import save_file
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

small = dict(vocab_size=6, hidden_size=8, intermediate_size=12, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1, head_dim=4,
             max_position_embeddings=64, rms_norm_eps=1e-5)  # fmt: skip
models = {
    "llama": ("llama", small | dict(num_attention_heads=4, num_key_value_heads=2, head_dim=2, rope_theta=5e5, attention_bias=True)),
    "llama3": ("llama", small | dict(head_dim=64, num_hidden_layers=1, rope_theta=5e5, tie_word_embeddings=True,
        rope_scaling=dict(rope_type="llama3", factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192))),
    "gemma2": ("gemma2", small | dict(query_pre_attn_scalar=4, sliding_window=16, attn_logit_softcapping=20.0, final_logit_softcapping=10.0)),
    "gemma3": ("gemma3_text", small | dict(query_pre_attn_scalar=4, sliding_window=16, num_hidden_layers=7, rope_scaling=dict(rope_type="linear", factor=8.0))),
    "qwen2": ("qwen2", small | dict(rope_theta=1e6)),
    "qwen3": ("qwen3", small | dict(rope_theta=1e6, tie_word_embeddings=True)),
}  # fmt: skip
torch.manual_seed(1)


def permuted(x, heads):
    """Rows j and j + head_dim/2 of each head become neighbours."""
    half = x.shape[0] // heads // 2
    order = [h * 2 * half + t * half + j for h in range(heads) for j in range(half) for t in range(2)]
    return x[order]


for name, (family, settings) in models.items():
    config = AutoConfig.for_model(family, **settings)
    model = AutoModelForCausalLM.from_config(config)
    for w in model.parameters():  # multiples of 1/64: adding one and taking it away again is exact, and so is float16
        w.data = torch.round(64 * torch.randn_like(w)) / 64
    model.tie_weights()
    arch = gguf.MODEL_ARCH[name.rstrip("3").upper() if name == "llama3" else name.upper()]
    names = gguf.get_tensor_name_map(arch, config.num_hidden_layers)
    path = f"{name}.gguf"
    w = gguf.GGUFWriter(path, gguf.MODEL_ARCH_NAMES[arch])
    w.add_block_count(config.num_hidden_layers)
    w.add_context_length(config.max_position_embeddings)
    w.add_embedding_length(config.hidden_size)
    w.add_feed_forward_length(config.intermediate_size)
    w.add_head_count(config.num_attention_heads)
    w.add_head_count_kv(config.num_key_value_heads)
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    if name != "qwen2":
        w.add_key_length(head_dim)
        w.add_value_length(head_dim)
    w.add_layer_norm_rms_eps(config.rms_norm_eps)
    if name != "gemma2":
        rope = config.rope_parameters
        w.add_rope_freq_base(rope.get("full_attention", rope)["rope_theta"])
    if name.startswith("gemma"):
        w.add_sliding_window(config.sliding_window)
    if name == "gemma2":
        w.add_attn_logit_softcapping(config.attn_logit_softcapping)
        w.add_final_logit_softcapping(config.final_logit_softcapping)
    if name == "gemma3":
        w.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        w.add_rope_scaling_factor(8.0)
    if name == "llama3":
        scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](config, "cpu")
        plain = 1 / config.rope_parameters["rope_theta"] ** (torch.arange(0, head_dim, 2).float() / head_dim)
        w.add_tensor("rope_freqs.weight", (plain / scaled).numpy())
    w.add_tokenizer_model("gpt2" if name.startswith(("llama3", "qwen")) else "llama")
    w.add_tokenizer_pre("default")
    w.add_token_list(["<s>", "</s>", "Ġa", "b", "Ġab", "<0x0A>"])
    w.add_token_types([3, 3, 1, 1, 1, 6])
    w.add_token_scores([0.0, 0.0, -1.0, -2.0, -3.0, 0.0])
    w.add_token_merges(["Ġa b"])
    w.add_bos_token_id(0)
    w.add_eos_token_id(1)
    w.add_add_bos_token(True)
    w.add_add_space_prefix(False)
    w.add_chat_template("{{ messages }}")

    weights = {}
    for key, p in model.named_parameters():
        x = weights[key] = p.detach().numpy().copy()
        if family == "llama" and ".q_proj." in key:
            x = permuted(x, config.num_attention_heads)
        if family == "llama" and ".k_proj." in key:
            x = permuted(x, config.num_key_value_heads)
        if name.startswith("gemma") and key.endswith("norm.weight"):
            x = x + np.float32(1)
        if x.ndim == 2 and "mlp" in key:
            x = x.astype(np.float16)
        w.add_tensor(names.get_name(key, (".weight", ".bias")), x)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()
    save_file(weights, f"{name}.safetensors")
    with tempfile.TemporaryDirectory() as folder:
        config.save_pretrained(folder)
        text = json.loads(Path(folder, "config.json").read_text())
    Path(f"{name}.json").write_text(json.dumps(text | {"architectures": [type(model).__name__]}) + "\n")

    back = dict(AutoModelForCausalLM.from_pretrained(".", gguf_file=path, config=config).named_parameters())
    for key, x in weights.items():
        y = back[key].detach().float().numpy() if key in back else None
        if y is None or not np.array_equal(x, y):
            print(name, key, "differs in transformers' reading")
