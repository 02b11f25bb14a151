"""The tokenizers library on the lines of a file, one thread, as congrad encodes them."""

import json

import worker
from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file(worker.w.tokenizer)
with open(worker.w.texts) as f:
    lines = json.load(f)


def once():
    for _ in range(20):
        for line in lines:
            tokenizer.encode(line, add_special_tokens=False)


once()
worker.serve(once)
