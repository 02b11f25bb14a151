"""Writes what the Python package tokenizers makes of families/texts.json.

    python3 harness/text/testdata/goldens.py             # for families/*.json
    python3 harness/text/testdata/goldens.py FOLDER      # for the real files, FOLDER/*/tokenizer.json

Each text has a digest: the first 12 hexadecimal digits of the SHA-256 of four lines: the ids with special tokens read and
added, the ids with special tokens as text, the text of the first ids in reverse order without special tokens, and with
them. The first texts have the two lists of ids too.

families/pieces.golden has the places, in characters, where the pre-tokenizers cut: a digest for each text and for each
1024 code points of the planes that have characters, every one of them in several contexts.
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


def pieces(path):
    splitter = tokenizers.Tokenizer.from_file(str(path)).pre_tokenizer
    digests = []
    for s in texts + [block(start) for start in [*range(0, 0x33400, 1024), 0xE0000]]:
        ends = [str(end) for _, (_, end) in splitter.pre_tokenize_str(s)]
        digests.append(hashlib.sha256(",".join(ends).encode()).hexdigest()[:12])
    return digests


def block(start):
    return "".join(f"a{c}1{c}{c}.\n{c} {c}'{c}\n\n" for c in map(chr, range(start, start + 1024)) if not 0xD800 <= ord(c) < 0xE000)


if len(sys.argv) == 1:
    splitters = {n: here / "families" / f"{n}.json" for n in ("llama", "qwen", "smollm2")} | {"embedded": here / "tokenizer.json"}
    write("families/pieces.golden", {name: pieces(path) for name, path in splitters.items()})
    for path in sorted((here / "families").glob("*.json")):
        if path.stem not in ("texts", "broken"):
            write(f"families/{path.stem}.golden", golden(path, 120))
else:
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*/tokenizer.json")):
        write(f"real/{path.parent.name}.golden", golden(path, 40))
