"""Sketches of the gradients of single pairs (FLORA, rank 16) and their inner products with ten languages' mean sketches.

loop: a backward pass for each pair. vmap: torch.func's gradients of single pairs, projected afterwards. hooks: one backward pass for a
block of pairs; inputs and gradients of each product are caught and projected, no gradient of a weight is made.
"""

import peer
import torch
import worker

w = worker.w
model = peer.model()
pairs = worker.pairs()
names = {n: m for n, m in model.named_modules() if isinstance(m, torch.nn.Linear) and n != "lm_head"}
matrices = {n: torch.randn(16, max(m.weight.shape)) / 4 for n, m in names.items()}
language = torch.tensor([p["language"] for p in pairs])


def rows(some):
    return [(p["prompt"], p[a]) for p in some for a in ("chosen", "rejected")]


def project(name, g):
    """The longer side of a gradient [..., out, in] is compressed."""
    return (g @ matrices[name].T if g.shape[-2] <= g.shape[-1] else matrices[name] @ g).flatten(-2)


def loop():
    made = []
    for p in pairs:
        model.zero_grad()
        peer.dpo(peer.log_probs(model, peer.padded(rows([p])), True)).sum().backward()
        made.append(torch.cat([project(n, m.weight.grad) for n, m in names.items()]))
    return torch.stack(made)


def vmap():
    weights = {k: v.detach() for k, v in model.named_parameters()}
    taken = {n + ".weight" for n in names}

    def loss(some, rest, read, real, labels, answer):
        n = read.shape[-1]
        # a mask of [rows, 1, n, n] and positions are taken as they are; those that transformers makes look into the numbers, which vmap
        # cannot do. Padding is on the right: no token sees it
        mask = torch.ones(n, n, dtype=torch.bool).tril().expand(len(read), 1, n, n)
        more = {"input_ids": read, "attention_mask": mask, "position_ids": torch.arange(n)[None], "use_cache": False}
        logits = torch.func.functional_call(model, {**some, **rest}, (), more).logits
        logp = (logits.log_softmax(-1).gather(-1, labels[..., None])[..., 0] * answer).sum(-1)
        return peer.dpo(logp).sum()

    some, rest = ({k: v for k, v in weights.items() if (k in taken) == want} for want in (True, False))
    gradients = torch.func.vmap(torch.func.grad(loss), in_dims=(None, None, 0, 0, 0, 0))
    made = []
    for block in blocks(16):
        batch = [x.unflatten(0, (-1, 2)) for x in peer.padded(rows(block))]
        g = gradients(some, rest, *batch)
        made.append(torch.cat([project(n, g[n + ".weight"]) for n in names], -1))
    return torch.cat(made)


def hooks():
    caught, gone = {}, {}
    handles = []
    for n, m in names.items():
        handles.append(m.register_forward_hook(lambda m, a, y, n=n: (caught.__setitem__(n, a[0].detach()), y.register_hook(lambda d, n=n: gone.__setitem__(n, d)))[2:] or None))
    for p in model.parameters():
        p.requires_grad_(False)
    model.get_input_embeddings().weight.requires_grad_(True)  # so that there is a way back to the first block
    made = []
    for block in blocks(32):
        model.zero_grad()
        peer.dpo(peer.log_probs(model, peer.padded(rows(block)), True)).sum().backward()
        parts = []
        for n, m in names.items():
            a, d = (x.unflatten(0, (-1, 2)).flatten(1, 2) for x in (caught[n], gone[n]))  # [pairs, tokens, side]
            if m.weight.shape[0] <= m.weight.shape[1]:
                a = a @ matrices[n].T
            else:
                d = d @ matrices[n].T
            parts.append((d.transpose(1, 2) @ a).flatten(1))
        made.append(torch.cat(parts, -1))
    for h in handles:
        h.remove()
    return torch.cat(made)


def blocks(n):
    return [pairs[at : at + n] for at in range(0, len(pairs), n)]


def once():
    sketches = {"loop": loop, "vmap": vmap, "hooks": hooks}[w.way]()
    means = torch.stack([sketches[language == k].double().mean(0) for k in language.unique()])
    return sketches.double() @ means.T, means @ means.T, sketches.double().square().sum(-1)


once()
worker.serve(once)
