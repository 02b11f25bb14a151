"""Measure congrad next to other libraries and write the table of docs/performance.md.

Two programs of one task run at the same time and are asked for it in turn, so that whatever else the machine does meets both. Processor
seconds are compared, not wall time: they hardly depend on how busy the machine is.

    python3 harness/bench/peers/compare.py --python build/bench/venv/bin/python [--only WORDS] [--repeats N]
"""

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys

HERE = "harness/bench/peers"
GO = "build/bench/congrad-peers"
PAIRS = "build/bench/pairs.json"
RESULTS = "build/bench/results.json"
GROWTH = "build/bench/growth.md"
DOC = "docs/performance.md"

REAL = f"--pairs {PAIRS}"
SMOL = "--shape smollm2 --rows 8 --seq 128 --answer 48 --shared"
TEXTS = "--texts harness/text/testdata/lines.json"

# A row: what is done, what the peer is, the arguments of congrad's side, the peer's program with its arguments, what is particular.
STEP = [
    ("DPO step, tiny model, 32 rows of 32 tokens, nothing shared", "PyTorch", "-task step", "step.py --way eager"),
    ("DPO step, tiny model, 32 rows of 32 tokens, nothing shared", "PyTorch, answers only", "-task step", "step.py"),
    ("4 DPO steps, tiny model, 64 real pairs", "PyTorch, answers only", f"-task epoch -count 64 {REAL}", f"step.py --count 64 {REAL}"),
    ("DPO step, SmolLM2's shape, 4 pairs of 128 tokens", "PyTorch, answers only", f"-task step {SMOL}", f"step.py {SMOL}"),
    ("DPO step, SmolLM2's shape, 4 pairs of 128 tokens, bfloat16", "PyTorch, autocast", f"-task step -half {SMOL}", f"step.py --half autocast {SMOL}"),
    ("DPO step, SmolLM2's shape, 4 pairs of 128 tokens, adapters of rank 16, bfloat16", "peft", f"-task step -half -lora 16 {SMOL}", f"step.py --half frozen --lora 16 {SMOL}"),
    ("DPO epoch, 512 real pairs, reference included, warm", "TRL", f"-task epoch -reference {REAL}", f"epoch.py {REAL}"),
]
SCORE = [
    ("sketches of 128 real pairs, tiny model", f"PyTorch, {name}", f"-task score -count 128 {REAL}", f"score.py --way {way} --count 128 {REAL}")
    for way, name in (("loop", "pair by pair"), ("vmap", "vmap of grad"), ("hooks", "hooks, written by hand"))
]
GENERATE = [
    ("greedy, SmolLM2's shape, 8 rows, 64 + 16 tokens", "transformers", "-task greedy -shape smollm2 -rows 8 -seq 64 -answer 16",
     "generate.py --shape smollm2 --rows 8 --seq 64 --answer 16"),
    ("greedy, SmolLM2's shape, 8 rows, 64 + 16 tokens, bfloat16", "transformers", "-task greedy -half -shape smollm2 -rows 8 -seq 64 -answer 16",
     "generate.py --half weights --shape smollm2 --rows 8 --seq 64 --answer 16"),
    ("greedy, SmolLM2's shape, 32 rows, 64 + 16 tokens", "transformers", "-task greedy -shape smollm2 -rows 32 -seq 64 -answer 16",
     "generate.py --shape smollm2 --rows 32 --seq 64 --answer 16"),
    ("4 answers to each of 128 real prompts, tiny model", "transformers", f"-task sample -count 128 {REAL}", f"generate.py --shape embedded --count 128 {REAL}"),
    ("sampling with flat logits, 49,152 entries, 32 rows, 16 tokens", "transformers", "-task flat -shape wide -rows 32 -seq 16 -answer 16",
     "generate.py --shape wide --way flat --rows 32 --seq 16 --answer 16"),
]
TOKENIZE = [
    (f"tokenizer of {name}, {text}", "tokenizers", f"-task tokenize {TEXTS} -tokenizer {path}", f"tokenize_texts.py {TEXTS} --tokenizer {path}")
    for name, path, text in (
        ("the tiny model", "experiments/tiny/base-1/tokenizer.json", "warm"),
        ("Qwen's kind", "harness/text/testdata/families/qwen.json", "warm"),
        ("Gemma's kind", "harness/text/testdata/families/gemma.json", "warm"),
    )
]
ROWS = STEP + SCORE + GENERATE + TOKENIZE
TWO_CORES = [STEP[1], STEP[3], GENERATE[0]]
FRESH = ("DPO epoch, 512 real pairs, reference included, fresh process", "TRL", f"-task epoch -reference -fresh {REAL}", f"epoch.py --fresh {REAL}")


class Side:
    """A program that does the task once for each line that it is sent."""

    def __init__(self, command, cores):
        env = dict(os.environ, OMP_NUM_THREADS=str(cores), OMP_WAIT_POLICY="passive", TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1")
        pinned = ["taskset", "-c", "1" if cores == 1 else "0,1", *command]
        self.log = open(f"build/bench/{os.path.basename(command[1] if command[0] != GO else GO)}.log", "w+")
        self.process = subprocess.Popen(pinned, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, env=env)

    def read(self):
        for line in self.process.stdout:
            if line.startswith('{"'):  # libraries print as well, TRL a dictionary of Python's
                return json.loads(line)
        self.log.seek(0)
        said = [line.strip() for line in self.log if line.strip()]
        raise RuntimeError(said[-1] if said else "ended without a word")

    def once(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.read()

    def close(self):
        """End the program; its processor seconds in all."""
        self.process.stdin.close()
        self.process.stdout.read()
        _, _, used = os.wait4(self.process.pid, 0)
        self.process.returncode = 0
        self.log.close()
        return used.ru_utime + used.ru_stime


def sides(row, python, cores):
    _, _, ours, peer = row
    program, *args = peer.split()
    return [GO, *ours.split()], [python, f"{HERE}/{program}", *args, "--threads", str(cores)]


def measure(row, python, cores, repeats):
    """Medians of both sides, asked in turn."""
    running = []
    try:
        for command in sides(row, python, cores):
            running.append(Side(command, cores))
            running[-1].read()  # one gets ready after the other
        times = ([], [])
        for i in range(repeats):
            for k in (0, 1) if i % 2 == 0 else (1, 0):
                times[k].append(running[k].once())
    finally:
        for side in running:
            side.close()
    return [{what: statistics.median(t[what] for t in side) for what in ("cpu", "wall", "peak")} for side in times]


def fresh(row, python, repeats):
    """Processor seconds of whole processes, from their start to their end; of ours without kept programs too."""
    ours, peer = sides(row, python, 1)
    took = {"cold": [], "kept": [], "peer": []}
    cache = os.path.abspath("build/bench/cache")
    home = os.environ.get("CONGRAD_CACHE") or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "congrad")
    for _ in range(repeats):
        subprocess.run(["rm", "-rf", cache], check=True)
        os.makedirs(cache)
        subprocess.run(["cp", os.path.join(home, "plugin.json"), cache], check=True)
        os.environ["CONGRAD_CACHE"] = cache
        for name, command in (("cold", ours), ("kept", ours), ("peer", peer)):
            side = Side(command, 1)
            try:
                side.read()
                side.once()
            finally:
                took[name].append(side.close())
        del os.environ["CONGRAD_CACHE"]
    return {name: statistics.median(list) for name, list in took.items()}


def figure(seconds):
    return f"{seconds:.2f}" if seconds >= 1 else f"{1000 * seconds:.0f} ms" if seconds >= 0.01 else f"{1000 * seconds:.1f} ms"


def line(row, cores, result):
    what, peer = row[0], row[1]
    if "failed" in result:
        return f"| {what} | {peer} | {cores} | | | failed: {result['failed']} | |"
    ours, theirs = result["congrad"], result["peer"]
    memory = f"{theirs['peak'] / ours['peak']:.2f}" if "peak" in ours else ""
    return f"| {what} | {peer} | {cores} | {figure(ours['cpu'])} | {figure(theirs['cpu'])} | {theirs['cpu'] / ours['cpu']:.2f} | {memory} |"


def versions(python):
    names = ["torch", "transformers", "trl", "peft", "tokenizers"]
    ask = "import importlib.metadata as m\nfor n in %r:\n try: print(n, m.version(n))\n except m.PackageNotFoundError: pass" % names
    return subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.split("\n")[:-1]


def processor():
    with open("/proc/cpuinfo") as f:
        found = [l.split(":")[1].strip() for l in f if l.startswith("model name")]
    return f"{len(found)} cores of {found[0]}"


def kept():
    if not os.path.exists(RESULTS):
        return {}
    with open(RESULTS) as f:
        return json.load(f)


def write(results, python):
    """Put the table in the place of the last one."""
    with open(DOC) as f:
        text = f.read()
    head, own = text.split("<!-- measured -->")[0], ""
    if "<!-- growth -->" in text:
        own = "\n<!-- growth -->" + text.split("<!-- growth -->")[1]
    if os.path.exists(GROWTH):
        with open(GROWTH) as f:
            own = "\n<!-- growth -->\n\n" + f.read()
    loads = [load for r in results.values() for load in r["load"]]
    days = sorted({r["date"] for r in results.values()})
    busy = " That is far too busy: take the ratios as rough, and measure again.\n" if max(loads) > 2 * os.cpu_count() + 2 else "\n"
    lines = [
        f"Measured {' to '.join(dict.fromkeys((days[0], days[-1])))} on {processor()} with {', '.join(versions(python))}.",
        f"The load average was {min(loads):.1f} to {max(loads):.1f} on {os.cpu_count()} cores.{busy}",
        "| work | peer | cores | congrad [CPU s] | peer [CPU s] | CPU ratio | memory ratio |", "|---|---|--:|--:|--:|--:|--:|",
    ]
    for row, cores in tasks():
        key = f"{cores} {row[0]} {row[1]}"
        if key not in results:
            lines.append(f"| {row[0]} | {row[1]} | {cores} | | | not measured yet | |")
        elif "kept" in results[key]:
            r = results[key]
            for name, what in (("cold", "nothing kept"), ("kept", "programs kept by an earlier process")):
                lines.append(line((f"{row[0]}, {what}", row[1]), cores, {"congrad": {"cpu": r[name]}, "peer": {"cpu": r["peer"]}}))
        else:
            lines.append(line(row, cores, results[key]))
    with open(DOC, "w") as f:
        f.write(head + "<!-- measured -->\n\n" + "\n".join(lines) + "\n" + own)


def grow():
    """How congrad's own work grows, and how much of the best matrix product it reaches."""
    parts = [
        "## How much of a matrix product's speed is reached", "",
        "Counted are the products with weights alone, in processor seconds of one core. Norms, attention, the loss and the optimiser take the rest.", "",
        task("roofline"),
        "## How work grows", "", "congrad alone, one core, medians of three. Sketches of the gather are random numbers.", "", task("growth"),
    ]
    with open(GROWTH, "w") as f:
        f.write("\n".join(parts))


def task(name):
    return subprocess.run(["taskset", "-c", "1", GO, "-task", name], check=True, capture_output=True, text=True).stdout


def tasks():
    return [(row, 1) for row in STEP] + [(FRESH, 1)] + [(row, 1) for row in SCORE + GENERATE + TOKENIZE] + [(row, 2) for row in TWO_CORES]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", required=True, help="with PyTorch, transformers, TRL, peft and tokenizers")
    parser.add_argument("--only", default="", help="rows with these words alone; the others stay as they were measured")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--growth", action="store_true", help="measure growth and the share of a product's speed as well")
    args = parser.parse_args()
    if args.growth:
        grow()
    if not os.path.exists(PAIRS):
        subprocess.run([GO, "-task", "pairs", "-count", "512", "-pairs", PAIRS], check=True)
    for row, cores in tasks():
        key = f"{cores} {row[0]} {row[1]}"
        if args.only not in key:
            continue
        before = os.getloadavg()[0]
        try:
            if row is FRESH:
                result = fresh(row, args.python, args.repeats)
            else:
                ours, theirs = measure(row, args.python, cores, args.repeats)
                result = {"congrad": ours, "peer": theirs}
        except (RuntimeError, BrokenPipeError) as e:
            result = {"failed": str(e)}
        result |= {"load": [before, os.getloadavg()[0]], "date": datetime.date.today().isoformat()}
        results = kept() | {key: result}
        print(key, json.dumps(result), file=sys.stderr, flush=True)
        with open(RESULTS, "w") as f:
            json.dump(results, f, indent=1)
    if kept():
        write(kept(), args.python)


main()
