"""Writes what the Python package tokenizers makes of families/texts.json.

    python3 harness/text/testdata/goldens.py             # for families/*.json
    python3 harness/text/testdata/goldens.py FOLDER      # for the real files, FOLDER/*/tokenizer.json

Each text has a digest: the first 12 hexadecimal digits of the SHA-256 of four lines: the ids with special tokens read and
added, the ids with special tokens as text, the text of the first ids in reverse order without special tokens, and with
them. The first texts have the two lists of ids too.
"""
import hashlib
import json
import pathlib
import sys

import tokenizers

here = pathlib.Path(__file__).parent
texts = json.loads((here / "families" / "texts.json").read_text(encoding="utf-8"))


def golden(path, examples):
    data = path.read_bytes()
    t = tokenizers.Tokenizer.from_str(data.decode("utf-8"))
    enclosed = [e.ids for e in t.encode_batch(texts, add_special_tokens=True)]
    t.encode_special_tokens = True
    plain = [e.ids for e in t.encode_batch(texts, add_special_tokens=False)]
    digests = []
    for a, b in zip(enclosed, plain):
        back = a[::-1] + [10**9]  # an id that no file has is left out
        record = [",".join(map(str, a)), ",".join(map(str, b)), t.decode(back, skip_special_tokens=True), t.decode(back, skip_special_tokens=False)]
        digests.append(hashlib.sha256("\n".join(record).encode()).hexdigest()[:12])
    return {
        "tokenizers": tokenizers.__version__,
        "sha256": hashlib.sha256(data).hexdigest(),
        "examples": list(zip(enclosed, plain))[:examples],
        "digests": digests,
    }


def write(name, value):
    text = json.dumps(value, separators=(",", ":")).replace("]],[[", "]],\n[[").replace('"examples"', '\n"examples"').replace('"digests"', '\n"digests"')
    (here / name).write_text(text + "\n", encoding="utf-8")


if len(sys.argv) == 1:
    for path in sorted((here / "families").glob("*.json")):
        if path.stem not in ("texts", "broken"):
            write(f"families/{path.stem}.golden", golden(path, 120))
else:
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*/tokenizer.json")):
        write(f"real/{path.parent.name}.golden", golden(path, 40))
