#!/usr/bin/env bash
# github.com/ardanlabs/jinja v1.8.0 renders the chat templates of language models. In four places it gives another text than Jinja2 3.1.6
# (the reference), without an error:
#   - a variable set in one round of a loop is still set in the next round; Jinja2 ends it with the round;
#   - `is` binds weaker than `+`; in Jinja2 a test binds stronger, so n + 1 is string means n + (1 is string);
#   - an undefined variable counts as an empty text in a sum; Jinja2 raises an error;
#   - // rounds towards zero; Jinja2, as Python, rounds down.
# A chat template that uses one of these gives a model another prompt than transformers does. Observed on 2026-11-30, below as `want`.
#
# Prints both renderings of each template, and fails if one of them changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'GO'
module finding

go 1.26

require github.com/ardanlabs/jinja v1.8.0
GO
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/ardanlabs/jinja"
)

func main() {
	for _, source := range os.Args[1:] {
		text := ""
		t, err := jinja.Compile(source)
		if err == nil {
			text, err = t.Render(map[string]any{"list": []any{1, 2}, "n": 7})
		}
		if err != nil {
			text = "an error"
		}
		fmt.Println(text)
	}
}
GO
cat >reference.py <<'PY'
import sys
from jinja2.sandbox import ImmutableSandboxedEnvironment

environment = ImmutableSandboxedEnvironment()
for source in sys.argv[1:]:
    try:
        print(environment.from_string(source).render(list=[1, 2], n=7))
    except Exception:
        print("an error")
PY
templates=(
	'{% for m in list %}{% if loop.first %}{% set s = "one" %}{% endif %}[{{ s }}]{% endfor %}'
	'{{ n + 1 is string }}'
	'{{ missing + "a" }}'
	'{{ -7 // 2 }}'
)
go mod tidy >/dev/null 2>&1
python3 -m venv venv && venv/bin/pip install --quiet jinja2==3.1.6
go run . "${templates[@]}" >go.txt
venv/bin/python reference.py "${templates[@]}" >python.txt
paste -d '|' <(printf '%s\n' "${templates[@]}") go.txt python.txt | tee seen.txt
cat >want.txt <<'WANT'
{% for m in list %}{% if loop.first %}{% set s = "one" %}{% endif %}[{{ s }}]{% endfor %}|[one][one]|[one][]
{{ n + 1 is string }}|False|7
{{ missing + "a" }}|a|an error
{{ -7 // 2 }}|-3|-4
WANT
diff want.txt seen.txt
