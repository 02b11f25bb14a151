"""Writes 300 texts in each of 15 languages and what the Python package tokenizers makes of them: many.py OUT TOKENIZER.json...

Texts are made of the lines of lines.json: words of one language in random order, with runs of spaces, line ends, digits, marks and
words of other languages between them.
"""
import json
import pathlib
import random
import sys

import tokenizers

here = pathlib.Path(__file__).parent
lines = json.loads((here / "lines.json").read_text(encoding="utf-8"))
# thirty lines of the Declaration in each language stand first
names = ["ar", "bn", "de", "en", "es", "fr", "hi", "it", "ja", "ko", "ru", "sw", "th", "tr", "zh"]
share = 30
rng = random.Random(7)
between = [" ", " ", " ", " ", "  ", "\n", ", ", ". ", " 12", "-", "\t", "! ", "”", " é", "\u00a0", "☃", "▁", "\U0001f469\u200d\U0001f467"]
texts = {}
for i, name in enumerate(names):
    own = lines[i * share : (i + 1) * share]
    words = [w for line in own for w in line.split()]
    texts[name] = []
    for k in range(300):
        s = ""
        for _ in range(rng.randint(1, 40)):
            word = rng.choice(words) if rng.random() < 0.95 else rng.choice(rng.choice(lines[: 15 * share]).split())
            at = rng.randrange(len(word) + 1) if rng.random() < 0.2 else len(word)
            s += word[:at] + rng.choice(between) + word[at:]
            if at < len(word):
                s += rng.choice(between)
        texts[name].append(s)
cases = []
for path in sys.argv[2:]:
    t = tokenizers.Tokenizer.from_file(path)
    cases.append({"path": str(pathlib.Path(path).resolve()), "ids": {n: [e.ids for e in t.encode_batch(x)] for n, x in texts.items()}})
pathlib.Path(sys.argv[1]).write_text(json.dumps({"texts": texts, "cases": cases}), encoding="utf-8")
