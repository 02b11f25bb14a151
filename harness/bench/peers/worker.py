"""The arguments of the Python side and the loop that compare.py talks to."""

import argparse
import json
import resource
import time

parser = argparse.ArgumentParser()
parser.add_argument("--shape", default="tiny")
parser.add_argument("--rows", type=int, default=32)
parser.add_argument("--seq", type=int, default=32)
parser.add_argument("--answer", type=int, default=12)
parser.add_argument("--lora", type=int, default=0)
parser.add_argument("--half", default="", help="bfloat16: autocast; weights, of all; frozen, of what is below adapters, and autocast")
parser.add_argument("--shared", action="store_true", help="the two answers of a random pair have one prompt")
parser.add_argument("--way", default="")
parser.add_argument("--pairs", default="")
parser.add_argument("--count", type=int, default=0)
parser.add_argument("--texts", default="")
parser.add_argument("--tokenizer", default="")
parser.add_argument("--fresh", action="store_true")
parser.add_argument("--threads", type=int, default=1)
w = parser.parse_args()


def pairs():
    with open(w.pairs) as f:
        return json.load(f)[: w.count or None]


def serve(once):
    """Do a task once for each line of the standard input, and say what that took."""
    print(json.dumps({"ready": True}), flush=True)
    while input_line():
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        once()
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(json.dumps({"wall": time.perf_counter() - start, "cpu": cpu, "peak": 1024 * after.ru_maxrss}), flush=True)


def input_line():
    try:
        return input() or True
    except EOFError:
        return False
