"""Compares logits of exported models with those of transformers.

    python logits.py < cases.json

Each case is a folder, token ids and the logits [ids][vocabulary] that congrad computes of them.
"""

import json
import sys

import torch
import transformers
from transformers import AutoModelForCausalLM

given = json.load(sys.stdin)
wrong = 0
for case in given["cases"]:
    try:
        model = AutoModelForCausalLM.from_pretrained(case["folder"], dtype=torch.float32, attn_implementation="eager").eval()
        with torch.no_grad():
            theirs = model(torch.tensor([case["ids"]])).logits[0]
        error = (theirs - torch.tensor(case["logits"])).abs().max().item()
    except Exception as e:  # noqa: BLE001
        wrong += 1
        print(f"{case['name']}: {e!r:.300}")
        continue
    wrong += not error <= given["tolerance"]
    print(f"{case['name']}: logits within {error:.1e}, largest {theirs.abs().max():.2g}")
print(f"{len(given['cases'])} models, transformers {transformers.__version__}")
sys.exit(wrong > 0)
