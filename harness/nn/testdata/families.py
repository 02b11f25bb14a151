"""Writes families/NAME/: small random models of every family as transformers saves them, and what transformers computes with
them in float32: logits of random rows, and greedy continuations of prompts.

    pip install torch safetensors transformers==5.24.0 && python families.py [NAME...]

Weights are values of bfloat16, so that they take half the room. All of them are random, norms and biases too. Windows, soft caps
and scalings are small enough to matter within a few tokens. A greedy step whose two best logits are closer than 0.01 is not told
apart by every machine; such models are drawn again.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

NEW, ROWS, SEQ = 16, 3, 20
PROMPTS = [1, 5, 11]

shape = dict(vocab_size=64, hidden_size=24, intermediate_size=32, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, head_dim=10,
             rms_norm_eps=1e-5, max_position_embeddings=512, bos_token_id=None, eos_token_id=None, pad_token_id=None)  # fmt: skip
llama3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64, rope_theta=1e4)
gemma2 = shape | dict(model_type="gemma2", query_pre_attn_scalar=7, sliding_window=6, attn_logit_softcapping=2.0, final_logit_softcapping=8.0)
gemma3 = shape | dict(model_type="gemma3_text", query_pre_attn_scalar=10, sliding_window=6, sliding_window_pattern=3)
local, full = "sliding_attention", "full_attention"
yarn = dict(rope_type="yarn", factor=8.0, original_max_position_embeddings=64, beta_fast=8.0, beta_slow=1.0, attention_factor=1.2, rope_theta=5e5)
cohere = {k: v for k, v in shape.items() if k != "rms_norm_eps"} | dict(layer_norm_eps=1e-5, logit_scale=0.5)

families = {
    "llama": shape | dict(model_type="llama"),
    "llama-tied": shape | dict(model_type="llama", tie_word_embeddings=True, num_key_value_heads=4),
    "llama-linear": shape | dict(model_type="llama", rope_parameters=dict(rope_type="linear", factor=4.0, rope_theta=1e4)),
    "llama-llama3": shape | dict(model_type="llama", tie_word_embeddings=True, rope_parameters=llama3),
    "llama-biases": shape | dict(model_type="llama", attention_bias=True, mlp_bias=True, num_key_value_heads=1),
    "gemma2": gemma2,
    "gemma2-uncapped": gemma2 | dict(attn_logit_softcapping=None, final_logit_softcapping=None, attention_bias=True, query_pre_attn_scalar=10),
    "gemma3": gemma3 | dict(num_hidden_layers=7, num_key_value_heads=1, sliding_window_pattern=6),
    "gemma3-linear": gemma3 | dict(layer_types=[local, full, local], query_pre_attn_scalar=6, rope_parameters={
        full: dict(rope_type="linear", factor=8.0, rope_theta=1e6), local: dict(rope_type="default", rope_theta=1e3)}),
    "qwen2": shape | dict(model_type="qwen2", tie_word_embeddings=True),
    "qwen2-windows": shape | dict(model_type="qwen2", use_sliding_window=True, sliding_window=5, max_window_layers=1),
    "qwen3": shape | dict(model_type="qwen3", tie_word_embeddings=True),
    "qwen3-biases": shape | dict(model_type="qwen3", attention_bias=True),
    "mistral": shape | dict(model_type="mistral", sliding_window=5),
    "olmo2": shape | dict(model_type="olmo2"),
    "olmo3": shape | dict(model_type="olmo3", num_hidden_layers=4, sliding_window=5, rope_parameters={
        full: yarn, local: dict(rope_type="default", rope_theta=5e5)}),
    "cohere": cohere | dict(model_type="cohere"),
    "cohere2": cohere | dict(model_type="cohere2", num_hidden_layers=4, sliding_window=5, attention_bias=True),
    "apertus": shape | dict(model_type="apertus", rope_parameters=llama3),
}  # fmt: skip


def randomise(model, gemma, generator):
    for name, p in model.named_parameters():
        x = torch.randn(p.shape, generator=generator)
        if "norm" in name:
            x = 0.3 * x + (0 if gemma else 1)
        elif name.endswith("embed_tokens.weight"):
            x = (0.3 if gemma else 0.5) * x
        elif p.dim() == 2:
            x = 0.25 * x
        else:
            x = 0.5 * x
        p.data.copy_(x.to(torch.bfloat16))


def greedy(model, prompt):
    """Without a cache: one forward pass a token. None if a step is a near tie."""
    ids = list(prompt)
    for _ in range(NEW):
        best = model(torch.tensor([ids])).logits[0, -1].topk(2)
        if best.values[0] - best.values[1] < 0.01:
            return None
        ids.append(int(best.indices[0]))
    prompt = torch.tensor([prompt])
    cached = model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=NEW, do_sample=False, pad_token_id=0)
    assert cached[0].tolist() == ids, (cached, ids)
    return ids


def make(name, settings, seed):
    generator = torch.Generator().manual_seed(seed)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(**settings), attn_implementation="eager", dtype=torch.float32).eval()
    randomise(model, settings["model_type"].startswith("gemma"), generator)
    model.tie_weights()
    model.generation_config.eos_token_id = None
    draw = lambda *size: torch.randint(0, settings["vocab_size"], size, generator=generator)
    with torch.no_grad():
        reference = {"input_ids": draw(ROWS, SEQ)}
        reference["logits"] = model(reference["input_ids"]).logits.contiguous()
        for i, n in enumerate(PROMPTS):
            ids = greedy(model, draw(n).tolist())
            if ids is None:
                return False
            reference[f"greedy.{i}"] = torch.tensor(ids)
    folder = Path("families", name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model.config.save_pretrained(folder)
    weights = {k: p.detach().to(torch.bfloat16) for k, p in model.named_parameters()}
    weights |= {k: b.to(torch.bfloat16) for k, b in model.named_buffers() if ".act_fn." in k}  # which are in the files of an Apertus
    save_file(weights, folder / "model.safetensors")
    save_file(reference, folder / "reference.safetensors")
    spread = reference["logits"].std()
    kinds = len({tuple(reference[f"greedy.{i}"][-NEW:].tolist()) for i in range(len(PROMPTS))})
    print(f"{name}: {sum(p.numel() for p in model.parameters())} weights, logits spread {spread:.2f}, {kinds} different continuations")
    return True


torch.set_num_threads(1)
for name in sys.argv[1:] or families:
    seed = 1
    while not make(name, families[name], seed):
        seed += 1
