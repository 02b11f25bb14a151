"""transformers' generate: greedy on random prompts, sampled with flat logits, or four samples of the embedded model to each real prompt."""

import peer
import torch
import worker

w = worker.w
model = peer.model().eval()
stop = 5  # the end of an answer in the embedded model's chats
real = bool(w.pairs)
if real:
    prompts = sorted((p["prompt"] for p in worker.pairs()), key=len, reverse=True)
    blocks = [prompts[at : at + 64] for at in range(0, len(prompts), 64)]  # 256 rows
    how = dict(do_sample=True, temperature=0.7, top_p=0.9, top_k=0, num_return_sequences=4, max_new_tokens=32, eos_token_id=stop)
else:
    blocks = [[p + a for p, a in peer.random_rows(model.config.vocab_size)]]
    blocks = [[p[: w.seq] for p in b] for b in blocks]
    how = dict(max_new_tokens=w.answer, min_new_tokens=w.answer)
    how |= dict(do_sample=True, temperature=1.0, top_p=0.9, top_k=0) if w.way == "flat" else dict(do_sample=False)


def once():
    with torch.inference_mode():
        for block in blocks:
            longest = max(map(len, block))
            ids = torch.tensor([[0] * (longest - len(p)) + p for p in block])
            mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in block])
            model.generate(ids, attention_mask=mask, pad_token_id=0, **how)


once()
worker.serve(once)
