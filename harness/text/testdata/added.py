"""Writes added.json: what the Python package tokenizers makes of texts with added tokens of every option.

    pip install tokenizers==0.23.3 && python3 harness/text/testdata/added.py

Each case adds tokens to a file of families/, some with another pipeline. A text has its ids with special tokens read and with special
tokens as text, and the text of the first ids.
"""
import itertools
import json
import pathlib
import random

from tokenizers import Tokenizer, __version__

here = pathlib.Path(__file__).parent
options = ["single_word", "lstrip", "rstrip", "normalized", "special"]


def token(content, *on):
    return {"content": content, **{o: o in on for o in options}}


PREPEND = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
STRIP = [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]


def metaspace(scheme):
    return {"normalizer": None, "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": False}, "decoder": {"type": "Sequence", "decoders": STRIP}}


every = [token("<%d>" % i, *(o for o, x in zip(options, on) if x)) for i, on in enumerate(itertools.product([False, True], repeat=5))]
plain = [t for t in every if not t["normalized"]]
late = [t for t in every if t["normalized"] and not t["special"]]
words = [token("lang_sw", "normalized"), token("é", "normalized"), token("und", "single_word"), token("de", "single_word", "normalized"), token("<lang_sw>", "normalized"),
         token("a b", "normalized"), token("\n\n", "rstrip"), token("<<"), token("<<<", "special")]  # fmt: skip
no_space = [t for t in late + words if not (t["normalized"] and (t["lstrip"] or t["rstrip"] or " " in t["content"]))]
prepend = {"normalizer": PREPEND, "pre_tokenizer": None, "decoder": {"type": "Sequence", "decoders": STRIP}}
cases = [
    ("qwen", {}, every + words),
    ("llama", {}, every + words),
    ("gemma", {}, every + words),
    ("gemma", prepend, plain + late + words),
    ("gemma", metaspace("always"), plain + no_space),
    ("gemma", metaspace("first"), plain + no_space),
    ("gemma", metaspace("never"), plain + no_space),
    ("gemma", {"decoder": {"type": "Sequence", "decoders": STRIP}}, words),
]
words_of = [w for line in json.loads((here / "lines.json").read_text(encoding="utf-8")) for w in line.split()]
rng = random.Random(3)
bits = ["<%d>" % i for i in range(32)] + [" ", "  ", "\n", "\t ", "\n\n", "\u00a0", "▁", "a", "b", " b", "é", "e\u0301", "_", "und", "de", "lang_sw", "<lang_sw>", "<", "<<", "<<<", "1", ".", "日", "\u200d", "ा", "Ⅷ", "a b"]
texts = ["", " ", "  ", "▁", " a", "a ", "\n"] + ["".join(rng.choice(bits + [rng.choice(words_of)]) for _ in range(rng.randint(1, 12))) for _ in range(150)]
out = []
for family, changes, tokens in cases:
    file = json.loads((here / "families" / f"{family}.json").read_text(encoding="utf-8")) | changes
    there = {a["content"] for a in file["added_tokens"]}
    taken = {*file["model"]["vocab"].values(), *(a["id"] for a in file["added_tokens"])}
    new = []
    for t in tokens:
        if t["content"] not in there:
            id = file["model"]["vocab"].get(t["content"], max(taken) + 1)
            taken.add(id)
            new.append({"id": id, **t})
    file["added_tokens"] += new
    t = Tokenizer.from_str(json.dumps(file))
    marked = [e.ids for e in t.encode_batch(texts, add_special_tokens=False)]
    t.encode_special_tokens = True
    plainly = [e.ids for e in t.encode_batch(texts, add_special_tokens=False)]
    out.append({"family": family, "changes": changes, "added": new, "ids": [[a, b, t.decode(a, skip_special_tokens=True), t.decode(a, skip_special_tokens=False)] for a, b in zip(marked, plainly)]})
result = json.dumps({"tokenizers": __version__, "texts": texts, "cases": out}, separators=(",", ":"), ensure_ascii=True)
(here / "added.json").write_text(result.replace(',{"family"', ',\n{"family"') + "\n", encoding="utf-8")
