#!/usr/bin/env bash
# lm-evaluation-harness (lm_eval) 0.4.13 asks the multiple-choice questions of INCLUDE with a space before option D and before no other: the prompt
# of its task files is a double-quoted YAML text that goes on in a second line, and YAML folds that line's end, which stands behind an escaped
# newline, to a space. Options A to C begin their lines. So whoever writes the prompt down as it looks in a browser asks another question than
# the harness does, and scores that are compared with published ones differ. Observed on 2026-12-01 in every default template, below as `want`.
#
# Renders the prompt of each language's template with made-up options, and fails if the number of templates or the text changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jinja2==3.1.6 pyyaml==6.0.3
venv/bin/pip download --quiet --disable-pip-version-check --no-deps lm_eval==0.4.13
venv/bin/python - <<'PY' >got.txt
import collections
import pathlib
import zipfile

import jinja2
import yaml

wheel = zipfile.ZipFile(next(pathlib.Path(".").glob("lm_eval-*.whl")))
prompts = collections.Counter()
for name in wheel.namelist():
    if name.startswith("lm_eval/tasks/include/default/") and name.endswith("_template_yaml"):
        task = yaml.safe_load(wheel.read(name))
        row = {"question": "Which letter comes last?", "option_a": "a", "option_b": "b", "option_c": "c", "option_d": "d"}
        prompts[jinja2.Template(task["doc_to_text"]).render(**row)] += 1
for prompt, count in prompts.items():
    print(count, "templates:")
    print(prompt)
PY
cat >want.txt <<'TXT'
44 templates:
Which letter comes last?
A. a
B. b
C. c
 D. d
Answer:
TXT
cat got.txt
diff want.txt got.txt
