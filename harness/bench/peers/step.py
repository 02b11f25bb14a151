"""Optimiser steps of DPO: on random rows, or on real pairs in batches of 16 (an epoch without the reference's log-probs)."""

import contextlib

import peer
import torch
import worker

w = worker.w
model = peer.model()
if w.lora:
    from peft import LoraConfig, get_peft_model

    # the adapters are float32, what is below them is bfloat16 with --half frozen
    model = get_peft_model(model, LoraConfig(r=w.lora, lora_alpha=2 * w.lora, target_modules="all-linear", task_type="CAUSAL_LM"))
trained = [p for p in model.parameters() if p.requires_grad]
optimiser = torch.optim.AdamW(trained, lr=1e-5, weight_decay=0)
body = model.get_base_model() if w.lora else model
autocast = torch.autocast("cpu", torch.bfloat16) if w.half in ("autocast", "frozen") else contextlib.nullcontext()
smart = w.way != "eager"
if w.pairs:
    pairs = worker.pairs()
    batches = [[(p["prompt"], p[a]) for p in pairs[at : at + 16] for a in ("chosen", "rejected")] for at in range(0, len(pairs), 16)]
else:
    batches = [peer.random_rows(body.config.vocab_size)]
batches = [peer.padded(b) for b in batches]


def once():
    for batch in batches:
        with autocast:
            loss = peer.dpo(peer.log_probs(body, batch, smart)).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        optimiser.zero_grad()


once()
worker.serve(once)
