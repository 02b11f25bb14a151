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
    },
)
ways = {
    "snappy": {},
    "none": {"compression": "none", "use_dictionary": False},
    "gzip": {"compression": "gzip", "data_page_size": 512},
    "zstd-v2": {"compression": "zstd", "data_page_version": "2.0", "row_group_size": 70},
    "snappy-v2": {"data_page_version": "2.0", "data_page_size": 256, "use_dictionary": False, "write_batch_size": 16},
    "groups": {"row_group_size": 11, "dictionary_pagesize_limit": 200, "write_batch_size": 8},
    "checked": {"write_page_checksum": True, "write_page_index": True, "store_schema": False},
    "brotli": {"compression": "brotli"},
    "delta": {"use_dictionary": False, "column_encoding": {"prompt": "DELTA_BYTE_ARRAY"}, "compression": "none"},
}
for name, how in ways.items():
    source = table.slice(0, 40) if name in ("brotli", "delta") else table
    pq.write_table(source, f"{name}.parquet", **how)
    back = pq.read_table(f"{name}.parquet").select(["prompt", "lang", "answer", "id", "small", "unsigned", "raw", "tag"]).to_pydict()
    back["raw"] = [x.decode() for x in back["raw"]]
    if name == "snappy":
        with open("want.json", "w") as f:
            json.dump({k: [None if x is None else str(x) for x in v] for k, v in back.items()}, f, ensure_ascii=False, indent=0)
pq.write_table(table.slice(0, 0), "empty.parquet")
