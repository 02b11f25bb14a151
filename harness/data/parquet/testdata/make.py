"""Parquet files in all the ways that are read, and beside each what pyarrow reads back: python3 make.py (pyarrow 20 or later)."""

import json

import pyarrow as pa
import pyarrow.parquet as pq

prompts = [f"Frage {i}: was ist {i} + {i}? " + "äöü" * (i % 5) for i in range(300)]
answers = [None if i % 7 == 0 else "x" * (i % 4) for i in range(300)]
table = pa.table(
    {
        "turns": pa.array([[{"role": "user", "content": p}] * (i % 3) for i, p in enumerate(prompts)]),
        "prompt": pa.array(prompts, pa.string()),
        "lang": pa.array(["de", "en", "sw"] * 100, pa.large_string()),
        "answer": pa.array(answers, pa.string()),
        "id": pa.array(range(300), pa.int64()),
        "small": pa.array([i - 150 for i in range(300)], pa.int32()),
        "unsigned": pa.array([None if i == 3 else 2**64 - 1 - i for i in range(300)], pa.uint64()),
        "raw": pa.array([p.encode() for p in prompts], pa.binary()),
        "score": pa.array([i / 7 for i in range(300)], pa.float64()),
        "when": pa.array([i * 10**6 for i in range(300)], pa.timestamp("us")),
        "tag": pa.array(["t"] * 300, pa.string()).dictionary_encode(),
        "endings": pa.array([None if i % 11 == 0 else [None if j == 2 else f"{i}-{j}" for j in range(i % 5)] for i in range(300)], pa.list_(pa.string())),
        "choices": pa.array(
            [None if i == 9 else {"text": [f"t{i}-{j}" for j in range(1 + i % 4)], "label": list(range(1 + i % 4)), "note": None if i % 2 else str(i)} for i in range(300)],
            pa.struct({"text": pa.list_(pa.string()), "label": pa.list_(pa.field("element", pa.int32(), nullable=False)), "note": pa.string()}),
        ),
        "deep": pa.array([[["x"]]] * 300, pa.list_(pa.list_(pa.string()))),
    },
)
ways = {
    "snappy": {},
    "none": {"compression": "none", "use_dictionary": False},
    "gzip": {"compression": "gzip", "data_page_size": 512},
    "zstd-v2": {"compression": "zstd", "data_page_version": "2.0", "row_group_size": 70},
    "snappy-v2": {"data_page_version": "2.0", "data_page_size": 256, "use_dictionary": False, "write_batch_size": 16},
    "groups": {"row_group_size": 11, "use_compliant_nested_type": False, "dictionary_pagesize_limit": 200, "write_batch_size": 8},
    "checked": {"write_page_checksum": True, "write_page_index": True, "store_schema": False},
    "brotli": {"compression": "brotli"},
    "delta": {"use_dictionary": False, "column_encoding": {"prompt": "DELTA_BYTE_ARRAY"}, "compression": "none"},
}
for name, how in ways.items():
    source = table.slice(0, 40) if name in ("brotli", "delta") else table
    pq.write_table(source, f"{name}.parquet", **how)
    back = pq.read_table(f"{name}.parquet").to_pydict()
    flat = {k: back[k] for k in ["prompt", "lang", "answer", "id", "small", "unsigned", "raw", "tag"]}
    flat["raw"] = [x.decode() for x in flat["raw"]]
    flat["choices.note"] = [x and x["note"] for x in back["choices"]]
    lists = {f"turns.{k}": [[t[k] for t in x] for x in back["turns"]] for k in ("role", "content")}
    lists["endings"] = [x or [] for x in back["endings"]]  # a null list reads as an empty one
    lists |= {f"choices.{k}": [x[k] if x else [] for x in back["choices"]] for k in ("text", "label")}
    text = lambda x: None if x is None else str(x)
    if name == "snappy":
        with open("want.json", "w") as f:
            json.dump({"flat": {k: [text(x) for x in v] for k, v in flat.items()}, "lists": {k: [[text(x) for x in l] for l in v] for k, v in lists.items()}}, f, ensure_ascii=False)
pq.write_table(table.slice(0, 0), "empty.parquet")
