"""Writes golden.gguf with llama.cpp's own Python package: metadata of every value type, and for every tensor type that is
read a tensor of random blocks beside what the package dequantises it to (its name with .f32 behind).

    pip install gguf==0.19.0 && python make.py
"""

import gguf
import numpy as np
from gguf import GGMLQuantizationType as T, GGUFValueType as V

rng = np.random.default_rng(1)
w = gguf.GGUFWriter("golden.gguf", "test")
w.add_custom_alignment(64)
for key, value, kind in [
    ("v.uint8", 200, V.UINT8),
    ("v.int8", -100, V.INT8),
    ("v.uint16", 60000, V.UINT16),
    ("v.int16", -30000, V.INT16),
    ("v.uint32", 4000000000, V.UINT32),
    ("v.int32", -2000000000, V.INT32),
    ("v.float32", 1e-5, V.FLOAT32),
    ("v.bool", True, V.BOOL),
    ("v.string", "ἀλήθεια", V.STRING),
    ("v.uint64", 2**63 + 1, V.UINT64),
    ("v.int64", -(2**63), V.INT64),
    ("v.float64", 0.1, V.FLOAT64),
]:
    w.add_key_value(key, value, kind)
w.add_array("a.strings", ["", "Ġthe", "▁x"])
w.add_array("a.ints", [-1, 0, 7])
w.add_array("a.floats", [0.5, -2.0])
w.add_array("a.bools", [True, False])
w.add_array("a.arrays", [[1, 2], [3]])

# where the float16 scales stand in a block: they have to be finite for equality to mean something
scales = {
    T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q8_0: [0],
    T.Q2_K: [80, 82], T.Q3_K: [108], T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208],
}  # fmt: skip
rows = 2
for kind, places in scales.items():
    block, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = 512 // block
    data = rng.integers(0, 256, (rows, blocks, size)).astype(np.uint8)
    for at in places:
        scale = (rng.standard_normal((rows, blocks)) * 10.0 ** rng.integers(-6, 2, (rows, blocks))).astype(np.float16)
        data[:, :, at : at + 2] = scale[..., None].view(np.uint8)
    data = data.reshape(rows, -1)
    want = gguf.dequantize(data, kind)
    assert want.shape == (rows, 512) and np.isfinite(want).all()
    w.add_tensor(kind.name, data, raw_dtype=kind)
    w.add_tensor(kind.name + ".f32", want)

half = rng.integers(0, 1 << 16, 200).astype(np.uint16)
half = half[np.isfinite(half.view(np.float16))][:150].reshape(3, 5, 10)
w.add_tensor("F16", half.view(np.float16))
w.add_tensor("F16.f32", half.view(np.float16).astype(np.float32))
brain = rng.integers(0, 1 << 16, 200).astype(np.uint16)
brain = brain[(brain >> 7 & 255) != 255][:150].reshape(3, 5, 10)
w.add_tensor("BF16", brain.view(np.uint8), raw_dtype=T.BF16)
w.add_tensor("BF16.f32", gguf.dequantize(brain.view(np.uint8), T.BF16))

w.write_header_to_file()
w.write_kv_data_to_file()
w.write_tensors_to_file()
w.close()
