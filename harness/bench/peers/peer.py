"""What the PyTorch programs have in common: models with random weights, batches of pairs and the loss of DPO."""

import torch
from transformers import LlamaConfig, LlamaForCausalLM
from worker import w

torch.set_num_threads(w.threads)
torch.manual_seed(1)

EMBEDDED = "experiments/tiny/base-1"


def model():
    """A model of the shape, in float32 unless bfloat16 weights are asked for."""
    if w.shape == "embedded":
        return LlamaForCausalLM.from_pretrained(EMBEDDED, dtype=torch.float32)
    if w.shape == "smollm2":
        size = dict(vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
                    num_key_value_heads=3, head_dim=64, rope_theta=1e5)
    else:
        size = dict(vocab_size=49152 if w.shape == "wide" else 2048, hidden_size=128, intermediate_size=352, num_hidden_layers=4,
                    num_attention_heads=4, num_key_value_heads=2, head_dim=32, rope_theta=1e4)
    made = LlamaForCausalLM(LlamaConfig(**size, rms_norm_eps=1e-5, tie_word_embeddings=True, pad_token_id=0, bos_token_id=None, eos_token_id=None))
    return made.to(torch.bfloat16) if w.half in ("weights", "frozen") else made


def padded(rows):
    """Rows of (prompt, answer) padded on the right: what the model reads, which are real, labels, and which are of an answer."""
    longest = max(len(p) + len(a) for p, a in rows) - 1
    read, real, labels, answer = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(4))
    for i, (p, a) in enumerate(rows):
        ids = torch.tensor(p + a)
        n = len(ids) - 1
        read[i, :n], labels[i, :n], real[i, :n], answer[i, len(p) - 1 : n] = ids[:-1], ids[1:], 1, 1
    return read, real, labels, answer.bool()


def random_rows(vocab):
    draw = torch.randint(1, vocab, (w.rows, w.seq + 1))
    if w.shared:
        draw[1::2, : w.seq + 1 - w.answer] = draw[0::2, : w.seq + 1 - w.answer]
    draw = draw.tolist()
    return [(r[: w.seq + 1 - w.answer], r[w.seq + 1 - w.answer :]) for r in draw]


def log_probs(m, batch, smart):
    """The answers' summed log-probs [rows]. smart: only answer positions meet the vocabulary."""
    read, real, labels, answer = batch
    if smart:
        hidden = m.get_decoder()(input_ids=read, attention_mask=real, use_cache=False).last_hidden_state
        logp = m.lm_head(hidden[answer]).float().log_softmax(-1).gather(-1, labels[answer][:, None])[:, 0]
        rows = answer.nonzero()[:, 0]
        return torch.zeros(len(read)).index_add(0, rows, logp)
    logp = m(input_ids=read, attention_mask=real, use_cache=False).logits.float().log_softmax(-1).gather(-1, labels[..., None])[..., 0]
    return (logp * answer).sum(-1)


def dpo(logp):
    """The losses of pairs, whose reference prefers nothing."""
    return -torch.nn.functional.logsigmoid(0.1 * (logp[0::2] - logp[1::2]))
