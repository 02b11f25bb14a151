"""Writes golden.json: ids and decoded text of every line by the Python package tokenizers (0.21 or later).

    pip install tokenizers && python3 harness/text/testdata/golden.py
"""
import json
import pathlib

from tokenizers import Tokenizer

here = pathlib.Path(__file__).parent
tokenizer = Tokenizer.from_file(str(here / "tokenizer.json"))
tokenizer.encode_special_tokens = True  # a text holds no special tokens, whatever it spells
golden = []
for line in json.loads((here / "lines.json").read_text(encoding="utf-8")):
    ids = tokenizer.encode(line, add_special_tokens=False).ids
    golden.append({"IDs": ids, "Decoded": tokenizer.decode(ids, skip_special_tokens=True)})
(here / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")).replace("},{", "},\n{") + "\n", encoding="utf-8")
