"""Writes pairs.parquet, which a test reads: two made-up preference pairs as conversations, as the library datasets writes them.

    pip install pyarrow && python pairs.py
"""

import pyarrow as pa
import pyarrow.parquet as pq

turns = pa.list_(pa.struct([("content", pa.string()), ("role", pa.string())]))


def talk(*contents):
    return [{"role": ("user", "assistant")[i % 2], "content": c} for i, c in enumerate(contents)]


pq.write_table(
    pa.table({
        "lang": ["de", "en"],
        "chosen": pa.array([talk("Wie?", "So."), talk("Who?", "I.", "How?", "So.")], turns),
        "rejected": pa.array([talk("Wie?", "Nicht so."), talk("Who?", "I.", "How?", "Not so.")], turns),
        "score_chosen": [0.5, 0.25],
    }),
    "pairs.parquet",
)
