"""Small files of several writers, and next to each what pyarrow reads: python3 writers.py (pyarrow 26, polars 2.1, DuckDB 2.0)."""

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from oracle import note

n = 40
texts = [f"Frage {i}: " + "äöü" * (i % 5) for i in range(n)]
table = pa.table(
    {
        "prompt": pa.array(texts),
        "near": pa.array([f"en/{i:05d}" if i % 9 else None for i in range(n)]),
        "id": pa.array([(-1) ** i * i**9 for i in range(n)], pa.int64()),
        "small": pa.array([None if i == 7 else i * 1000 for i in range(n)], pa.int32()),
        "unsigned": pa.array([2**64 - 1 - i for i in range(n)], pa.uint64()),
        "flag": pa.array([None if i == 3 else i % 3 == 0 for i in range(n)], pa.bool_()),
        "flags": pa.array([[i % 4 == j for j in range(4)] for i in range(n)], pa.list_(pa.bool_())),
        "score": pa.array([i / 7 for i in range(n)], pa.float64()),
        "half": pa.array([i / 2 for i in range(n)], pa.float32()),
        "choices": pa.array([[f"{i} {c}" for c in "ABCD"[: i % 5]] for i in range(n)], pa.list_(pa.string())),
        "label": pa.array(["entailment", "neutral", None, "contradiction"] * (n // 4)).dictionary_encode(),
    }
)
delta = {"prompt": "DELTA_LENGTH_BYTE_ARRAY", "near": "DELTA_BYTE_ARRAY", "id": "DELTA_BINARY_PACKED", "small": "DELTA_BINARY_PACKED", "unsigned": "BYTE_STREAM_SPLIT", "flag": "RLE", "flags.list.element": "RLE", "score": "BYTE_STREAM_SPLIT", "half": "BYTE_STREAM_SPLIT", "choices.list.element": "DELTA_LENGTH_BYTE_ARRAY"}
pq.write_table(table, "pa-encodings.parquet", use_dictionary=False, column_encoding=delta, compression="lz4", data_page_version="2.0")
pq.write_table(table, "pa-encodings-v1.parquet", use_dictionary=False, column_encoding=delta, compression="brotli", data_page_size=64, write_batch_size=7)
with pq.ParquetWriter("pa-empty-batch.parquet", table.schema) as w:
    for part in (table[:0], table[:10], table[:0], table[10:], table[:0]):
        w.write_table(part)
nothing = {"prompt": pa.array(texts), "answer": pa.nulls(n), "hints": pa.array([[]] * n, pa.list_(pa.null())), "gone": pa.array([None] * n, pa.list_(pa.null()))}
for version in "1.0", "2.0":
    pq.write_table(pa.table(nothing), f"pa-null-{version[0]}.parquet", data_page_version=version)
pl.from_arrow(table).write_parquet("pl-lz4.parquet", compression="lz4")
pl.DataFrame({"prompt": texts, "answer": [None] * n, "kind": pl.Series(["a", "b"] * (n // 2), dtype=pl.Enum(["a", "b"]))}).write_parquet("pl-null.parquet")
duckdb.execute("create type mood as enum ('sad', 'glad')")
query = "select *, to_json(prompt) j, [to_json(x) for x in choices] js, null answer, to_json({'text': choices, 'label': id}) whole, (case when id > 0 then 'sad' else 'glad' end)::mood mood from table_"
table_ = table
for version in "v1", "v2":
    duckdb.execute(f"copy ({query}) to 'dd-{version}.parquet' (format parquet, parquet_version {version}, compression {'lz4_raw' if version == 'v2' else 'snappy'})")
for name in "pa-encodings", "pa-encodings-v1", "pa-empty-batch", "pa-null-1", "pa-null-2", "pl-lz4", "pl-null", "dd-v1", "dd-v2":
    note(name + ".parquet")

# Fewer bytes than rows or entries: a thousand items in three languages with the options A to J, and labels of ten thousand rows.
options = pa.table({"lang": ["en", "de", "sw"] * 1000, "choices": [list("ABCDEFGHIJ")] * 3000})
labels = pa.table({"label": ["entailment", "neutral", "neutral", "contradiction"] * 2500, "prompt": ["Is it so?"] * 10000})
pq.write_table(options, "pa-options.parquet", store_schema=False)
pl.from_arrow(options).write_parquet("pl-options.parquet")
duckdb.execute("copy options to 'dd-options.parquet' (format parquet)")
pq.write_table(labels, "pa-labels.parquet", store_schema=False)
pl.from_arrow(labels).write_parquet("pl-labels.parquet")
duckdb.execute("copy labels to 'dd-labels.parquet' (format parquet)")
