"""Writes golden.json next to itself: sentence chrF values computed by sacreBLEU, for chrf_test.go.

    pip install sacrebleu==2.6.0 && python golden.py
"""
import json
import pathlib
import random

import sacrebleu

assert sacrebleu.__version__ == "2.6.0", sacrebleu.__version__

pairs = [
    ("the cat sat on the mat", "the cat sat on a mat"),
    ("Japan", "Japan"),
    ("Japa", "Japan"),
    ("Japan Japan", "Japan"),
    ("", "Japan"),
    ("Japan", ""),
    ("", ""),
    (" ", "\t"),
    ("a", "a"),
    ("a", "b"),
    ("ab", "ba"),
    ("aaaa", "aa"),
    ("JP", "日本"),
    ("日本国", "日本"),
    ("1,234.5", "1.234,5"),
    ("1\u202f234,5", "1 234,5"),
    ("3/5/24", "5.3.24"),
    ("5 март 2024 г.", "5 марта 2024\u202fг."),
    ("٥ مارس ٢٠٢٤", "5 مارس 2024"),
    ("১২,৩৪,৫৬৭.৮", "12,34,567.8"),
    ("ประเทศไทย", "ไทย"),
    ("n\u0303", "\u00f1"),
    ("three\x1chours", "three hours"),
    ("one\x85two\xa0three", "onetwothree"),
    ("Ⅷ😀👍🏽", "Ⅷ😀👍"),
]
draw = random.Random(17)
for alphabet in ("ab", "abc de", "0123456789.,", "あいう ", "अआइ़"):
    for _ in range(12):
        text = lambda: "".join(draw.choice(alphabet) for _ in range(draw.randrange(0, 14)))
        pairs.append((text(), text()))

rows = [{"hypothesis": h, "reference": r, "score": sacrebleu.sentence_chrf(h, [r]).score} for h, r in pairs]
out = pathlib.Path(__file__).with_name("golden.json")
out.write_text("[\n" + ",\n".join(json.dumps(row, ensure_ascii=True) for row in rows) + "\n]\n")
