"""Writes a tiny model as a GGUF file, and what transformers reads in it and makes of it.

    pip install torch transformers==5.23.0 accelerate gguf==0.19.0 && python make.py

The tokenizer is the small one of SmolLM2's kind in harness/text/testdata/families, the weights are random. small.json holds
texts with their ids, and the greedy continuations of plain texts and of questions.
"""

import json
from pathlib import Path

import gguf
import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig

tokenizer = json.loads(Path("../../../../text/testdata/families/smollm2.json").read_text())
vocab = sorted(tokenizer["model"]["vocab"].items(), key=lambda x: x[1])
special = {a["id"] for a in tokenizer["added_tokens"]}
template = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n"
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n'"
    " + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
config = LlamaConfig(vocab_size=len(vocab), hidden_size=8, intermediate_size=12, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1,
                     head_dim=4, max_position_embeddings=512, rms_norm_eps=1e-5, rope_theta=1e4, tie_word_embeddings=True)  # fmt: skip
torch.manual_seed(2)
model = AutoModelForCausalLM.from_config(config)


def permuted(x, heads):
    """Rows j and j + head_dim/2 of each head become neighbours, as llama.cpp wants them."""
    half = x.shape[0] // heads // 2
    return x[[h * 2 * half + t * half + j for h in range(heads) for j in range(half) for t in range(2)]]


w = gguf.GGUFWriter("small.gguf", "llama")
w.add_block_count(1)
w.add_context_length(512)
w.add_embedding_length(8)
w.add_feed_forward_length(12)
w.add_head_count(2)
w.add_head_count_kv(1)
w.add_layer_norm_rms_eps(1e-5)
w.add_rope_freq_base(1e4)
w.add_rope_dimension_count(4)
w.add_vocab_size(len(vocab))
w.add_tokenizer_model("gpt2")
w.add_tokenizer_pre("smollm")
w.add_token_list([t for t, _ in vocab])
w.add_token_types([3 if i in special else 1 for _, i in vocab])
w.add_token_merges(tokenizer["model"]["merges"])
w.add_bos_token_id(1)
w.add_eos_token_id(2)
w.add_pad_token_id(2)
w.add_add_bos_token(False)
w.add_chat_template(template)
names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, 1)
for key, p in model.named_parameters():
    x = (torch.round(64 * torch.randn_like(p)) / 64).numpy()
    if ".q_proj." in key or ".k_proj." in key:
        x = permuted(x, 2 if ".q_proj." in key else 1)
    w.add_tensor(names.get_name(key, (".weight",)), x.astype(np.float16) if x.ndim == 2 else x)
w.write_header_to_file()
w.write_kv_data_to_file()
w.write_tensors_to_file()
w.close()

read = AutoTokenizer.from_pretrained(".", gguf_file="small.gguf")
model = AutoModelForCausalLM.from_pretrained(".", gguf_file="small.gguf", dtype=torch.float32).eval()


def greedy(ids, stop):
    with torch.no_grad():
        out = model.generate(torch.tensor([ids]), do_sample=False, max_new_tokens=12, eos_token_id=stop, pad_token_id=0, attention_mask=torch.ones(1, len(ids)))
    made = out[0, len(ids):].tolist()  # fmt: skip
    return read.decode(made[: made.index(stop)] if stop in made else made, skip_special_tokens=True, clean_up_tokenization_spaces=False)


cases = []
for text in ["Habari ya dunia", "2 x 31 = ", "日本語", "Who are you?"]:
    ids = read(text, add_special_tokens=False)["input_ids"]
    question = read.apply_chat_template([{"role": "user", "content": text}], add_generation_prompt=True, return_dict=True)["input_ids"]
    cases.append({"text": text, "ids": ids, "plain": greedy(ids, 0), "chat": greedy(question, 2)})
Path("small.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n")
