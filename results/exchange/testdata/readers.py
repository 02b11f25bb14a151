"""Reads the five exports of a run with the tools that they are for, and prints what they found as JSON. make exchange installs them."""

import glob
import json
import os
import subprocess
import sys

import mlflow
import pandas as pd
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

os.chdir(sys.argv[1])
found = {}
for path in sorted(glob.glob("parquet/*.parquet")):
    kind = os.path.basename(path)[: -len(".parquet")]
    a = pd.read_parquet(path)
    b = pd.read_csv(f"csv/{kind}.csv")
    assert list(a.columns) == list(b.columns), path
    found[kind] = len(a)
    assert len(a) == len(b), path
evaluation = pd.read_parquet("parquet/evaluation.parquet")
found["wins"] = evaluation.groupby("arm").win.mean().to_dict()

loss = {}
for path in sorted(glob.glob("tensorboard/*/seed-*")):
    events = EventAccumulator(path)
    events.Reload()
    loss["/".join(path.split("/")[1:])] = [(e.step, e.value) for e in events.Scalars("train/loss")]
found["tensorboard"] = loss

client = mlflow.MlflowClient("file:" + os.path.abspath("mlflow"))
metrics = {}
for run in client.search_runs([e.experiment_id for e in client.search_experiments()], max_results=1000):
    if "seed" in run.data.params:
        history = client.get_metric_history(run.info.run_id, "train/loss")
        metrics[f"{run.data.params['arm']}/seed-{run.data.params['seed']}"] = [(m.step, m.value) for m in history]
found["mlflow"] = metrics

os.chdir("every-eval-ever")
files = glob.glob("data/*/*/*/*.json") + glob.glob("data/*/*/*/*.jsonl")
checked = subprocess.run(
    [os.path.join(os.path.dirname(sys.executable), "every_eval_ever"), "validate", *files], capture_output=True, text=True
)
found["every-eval-ever"] = "" if checked.returncode == 0 else checked.stdout[-4000:] + checked.stderr[-2000:]
found["files"] = len(files)
print(json.dumps(found))
