"""Random tables in Parquet by all writers, and next to each what pyarrow reads: python3 random_files.py FOLDER [FILES] (make parquet)."""

import datetime
import os
import random
import sys

import datasets
import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from oracle import note

folder, files = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000
os.makedirs(folder, exist_ok=True)
datasets.disable_progress_bars()
WORDS = ["", " ", "a", "no", "Frage", "was ist", "日本語", "ä", "😀", '"', "nan", "null", "0", "line\nline", "x" * 300]


def value(r, kind):
    if pa.types.is_boolean(kind):
        return r.random() < 0.5
    if pa.types.is_integer(kind):
        bits, signed = kind.bit_width, pa.types.is_signed_integer(kind)
        small = r.randrange(0, 100)
        low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
        return r.choice([small, low, high, r.randint(low, high)])
    if pa.types.is_floating(kind):
        return r.choice([0.0, -0.0, 7.0, 1.5, r.random(), float("inf"), 1e-30])
    if pa.types.is_timestamp(kind):
        return datetime.datetime(2020, 1, 1) + datetime.timedelta(seconds=r.randrange(10**8))
    if pa.types.is_list(kind):
        return [None if r.random() < 0.1 else value(r, kind.value_type) for _ in range(r.choice([0, 1, 2, 4, 10]))]
    if pa.types.is_struct(kind):
        return {f.name: None if r.random() < 0.1 else value(r, f.type) for f in kind}
    return " ".join(r.choice(WORDS) for _ in range(r.randrange(4)))


SINGLE = [pa.string(), pa.string(), pa.large_string(), pa.int8(), pa.int32(), pa.int64(), pa.uint16(), pa.uint32(), pa.uint64(), pa.bool_(), pa.float32(), pa.float64()]


def kind(r, depth=0):
    x = r.random()
    if depth < 2 and x < 0.2:
        return pa.list_(kind(r, depth + 1))
    if depth < 2 and x < 0.35:
        return pa.struct([(f"f{i}", kind(r, depth + 1)) for i in range(r.randrange(1, 4))])
    if depth == 0 and x < 0.4:
        return r.choice([pa.null(), pa.list_(pa.null()), pa.timestamp("us")])
    return r.choice(SINGLE)


def column(r, n):
    k, nulls = kind(r), r.choice([0, 0, 0.1, 0.9])
    if pa.types.is_null(k):
        return pa.nulls(n)
    if r.random() < 0.3:  # runs and few values, which take less than a byte for a row
        some = [value(r, k) for _ in range(3)]
        values = [some[i * 3 // max(n, 1)] if nulls else some[i % 3] for i in range(n)]
    else:
        values = [None if r.random() < nulls else value(r, k) for _ in range(n)]
    if pa.types.is_null(getattr(k, "value_type", k)):
        values = [v if v is None else [] for v in values]
    array = pa.array(values, k)
    return array.dictionary_encode() if pa.types.is_string(k) and r.random() < 0.3 else array


def table(r):
    n = r.choice([0, 1, 2, 7, 8, 9, 63, 64, 65, 128, 129, 300, 1000]) if r.random() < 0.9 else 12000
    return pa.table({f"c{i}": column(r, n) for i in range(r.randrange(1, 6 if n < 5000 else 2))})


ENCODINGS = [
    (pa.types.is_integer, ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"]),
    (pa.types.is_floating, ["PLAIN", "BYTE_STREAM_SPLIT"]),
    (pa.types.is_boolean, ["PLAIN", "RLE"]),
    (lambda k: pa.types.is_string(k) or pa.types.is_large_string(k), ["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]),
]


def leaf_paths(name, k):
    if pa.types.is_struct(k):
        for f in k:
            yield from leaf_paths(f"{name}.{f.name}", f.type)
    elif pa.types.is_list(k):
        yield from leaf_paths(f"{name}.list.element", k.value_type)
    else:
        yield name, k


def encodings(r, t):
    chosen = {}
    for f in t.schema:
        for path, k in leaf_paths(f.name, f.type):
            for fits, names in ENCODINGS:
                if fits(k):
                    chosen[path] = r.choice(names)
    return chosen


def by_pyarrow(r, t, path):
    dictionary = r.random() < 0.5
    how = dict(
        compression=r.choice(["none", "snappy", "gzip", "brotli", "zstd", "lz4"]), use_dictionary=dictionary, data_page_version=r.choice(["1.0", "2.0"]),
        data_page_size=r.choice([64, 1024, None]), write_batch_size=r.choice([1, 7, 64, 1024]), version=r.choice(["1.0", "2.4", "2.6"]),
        write_page_index=r.random() < 0.3, write_page_checksum=r.random() < 0.3, store_schema=r.random() < 0.5, write_statistics=r.random() < 0.7,
        dictionary_pagesize_limit=r.choice([100, 2**20]), use_byte_stream_split=False,
    )
    if not dictionary:
        how["column_encoding"] = encodings(r, t)
    if r.random() < 0.3 and t.num_rows:
        with pq.ParquetWriter(path, t.schema, **how) as w:
            at = 0
            while at < t.num_rows:
                step = r.choice([0, 1, 50, 400])
                w.write_table(t[at : at + step])
                at += step
    else:
        pq.write_table(t, path, row_group_size=r.choice([11, 100, 2**20]) if t.num_rows < 5000 else None, **how)


def by_pandas(r, t, path):
    t.to_pandas(types_mapper=pd_types if r.random() < 0.3 else None).to_parquet(path, compression=r.choice([None, "snappy", "gzip", "brotli", "zstd", "lz4"]), index=r.choice([None, False]))


def pd_types(k):
    import pandas

    return pandas.ArrowDtype(k)


def by_polars(r, t, path):
    frame = pl.from_arrow(t)
    frame.write_parquet(path, compression=r.choice(["uncompressed", "snappy", "gzip", "brotli", "zstd", "lz4"]), row_group_size=r.choice([None, 13, 200]) if t.num_rows < 5000 else None, data_page_size=r.choice([None, 64, 4096]), statistics=r.random() < 0.5)


def by_duckdb(r, t, path):
    columns = ["*"] + [f"to_json({c}) as json_{c}" for c in t.column_names if r.random() < 0.3]
    version = r.choice(["v1", "v2"])
    codec = r.choice(["uncompressed", "snappy", "gzip", "brotli", "zstd", "lz4_raw"])
    duckdb.execute(f"copy (select {', '.join(columns)} from t) to '{path}' (format parquet, compression {codec}, parquet_version {version}, row_group_size {r.choice([2048, 122880])}, dictionary_size_limit {r.choice([1, 1000, 1000000])})")


def by_datasets(r, t, path):
    datasets.Dataset(t).to_parquet(path, batch_size=r.choice([None, 17, 1000]))


writers = [by_pyarrow, by_pyarrow, by_pandas, by_polars, by_polars, by_duckdb, by_duckdb, by_datasets]
counts, refused, seed = {}, {}, 0
while sum(counts.values()) < files:
    seed += 1
    r = random.Random(seed)
    writer = r.choice(writers)
    path = f"{folder}/{seed:05d}-{writer.__name__[3:]}.parquet"
    try:  # not every writer takes every table
        writer(r, table(r), path)
        note(path)
        counts[writer.__name__] = counts.get(writer.__name__, 0) + 1
    except Exception as e:
        refused[writer.__name__] = refused.get(writer.__name__, 0) + 1
        if os.path.exists(path):
            os.remove(path)
        if refused[writer.__name__] < 4:
            print(path, repr(e)[:300])
print(counts, "refused by the writer or pyarrow:", refused)
