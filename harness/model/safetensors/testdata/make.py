"""Writes the golden files beside it with the format's reference implementation.

    pip install numpy safetensors && python make.py

python.safetensors: a tensor of each type that is read, values spread over the exponents, and metadata.
python.json: the same values as the bits of float32.
integers.safetensors: a tensor of int64 from the least to the greatest.
python-bf16.json: float32 bits and the bits of their rounding to bfloat16, by numpy alone: nearest of the two neighbours.
"""

import json

import numpy as np
from safetensors import TensorSpec, serialize_file

rng = np.random.default_rng(1)
f32 = (rng.standard_normal(40) * 10.0 ** rng.integers(-38, 38, 40)).astype(np.float32).reshape(5, 8)
f16 = rng.integers(0, 1 << 16, 48).astype(np.uint16)
f16 = f16[np.isfinite(f16.view(np.float16))][:36].reshape(3, 4, 3).view(np.float16)
bf16 = (f32.reshape(-1).view(np.uint32) >> 16).astype(np.uint16)[:7]

empty = np.zeros((0, 3), np.float32)
scalar = np.array(2.5, np.float32)
spec = lambda dtype, x: TensorSpec(dtype=dtype, shape=list(x.shape), data_ptr=x.ctypes.data, data_len=x.nbytes)
serialize_file(
    {
        "a.f32": spec("float32", f32),
        "b.f16": spec("float16", f16),
        "c.bf16": spec("bfloat16", bf16),
        "d.scalar": spec("float32", scalar),
        "e.empty": spec("float32", empty),
    },
    "python.safetensors",
    {"format": "np", "note": 'quoted "text"'},
)
integers = np.array([[-(2**63), -1, 0], [1, 2**40 + 3, 2**63 - 1]], np.int64)
serialize_file({"ids": spec("int64", integers)}, "integers.safetensors", None)
bits = lambda x: np.asarray(x, np.float32).reshape(-1).view(np.uint32).tolist()
with open("python.json", "w") as f:
    json.dump(
        {
            "a.f32": bits(f32),
            "b.f16": bits(f16.astype(np.float32)),
            "c.bf16": (bf16.astype(np.uint32) << 16).tolist(),
            "d.scalar": bits(scalar),
            "e.empty": [],
        },
        f,
    )
x = np.concatenate([f32.reshape(-1), np.array([1, -1.00390625, 1.01171875, 3.4e38, 0, -0.0], np.float32)])
low = x.view(np.uint32) & 0xFFFF0000
wide = lambda b: b.view(np.float32).astype(np.float64)
high = low + 0x10000
below, above = np.abs(wide(low) - x.astype(np.float64)), np.abs(wide(high) - x.astype(np.float64))
odd = (low >> 16) & 1 == 1
# the neighbour above the largest finite bfloat16 counts as 2^128
above = np.where(np.isinf(wide(high)), 2.0**128 - np.abs(x.astype(np.float64)), above)
rounded = np.where((above < below) | ((above == below) & odd), high, low) >> 16
with open("python-bf16.json", "w") as f:
    json.dump({"float32": bits(x), "bfloat16": rounded.tolist()}, f)
