"""Writes reference.safetensors: the logits of the embedded model on a few tokens, as docs/models.md tells to write them.

    pip install torch safetensors transformers==5.23.0 && python reference.py
"""

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("../../../experiments/tiny/base-1", dtype=torch.float32, attn_implementation="eager")
torch.manual_seed(1)
ids = torch.randint(0, model.config.vocab_size, (2, 5))
with torch.no_grad():
    save_file({"input_ids": ids, "logits": model(ids).logits.contiguous()}, "reference.safetensors")
