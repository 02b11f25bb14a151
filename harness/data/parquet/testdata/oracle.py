"""What pyarrow reads from a Parquet file, by the names that package parquet gives to its columns."""

import json

import pyarrow as pa
import pyarrow.parquet as pq


def text(x):
    """A value as a Cell has it."""
    if x is None:
        return None
    return str(int(x)) if isinstance(x, bool) else repr(x) if isinstance(x, float) else str(x)


def leaves(name, kind, values, listed):
    """Yields (name, is a list, values) of the columns in a field. A list that is null reads as an empty one."""
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_struct(kind):
        for field in kind:
            pick = lambda x: None if x is None else x[field.name]
            yield from leaves(f"{name}.{field.name}", field.type, [[pick(x) for x in v] for v in values] if listed else [pick(v) for v in values], listed)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        if not listed:
            yield from leaves(name, kind.value_type, [v or [] for v in values], True)
    elif not pa.types.is_map(kind) and not pa.types.is_temporal(kind):
        yield name, listed, [[text(x) for x in v] for v in values] if listed else [text(v) for v in values]


def note(path):
    """Writes path.json: the file's rows, and its columns."""
    table = pq.read_table(path)
    columns = []
    for field, column in zip(table.schema, table.columns):
        for name, listed, values in leaves(field.name, field.type, column.to_pylist(), False):
            columns.append({"name": name, "lists" if listed else "cells": values})
    with open(path + ".json", "w") as f:
        json.dump({"rows": table.num_rows, "columns": columns}, f, ensure_ascii=False)
