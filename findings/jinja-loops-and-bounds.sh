#!/bin/sh
# github.com/ardanlabs/jinja v1.8.0 against Jinja2 3.1.6: a variable that is set in a loop, `is` after `+`, what is undefined, the date.
# Needs Go and the network (the module); with python3 and jinja2 it prints what Jinja2 says, too.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >main.go <<'EOF'
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
		fmt.Printf("%s\n  ardanlabs/jinja: %q %v\n", source, text, err)
	}
}
EOF
go mod init example >/dev/null 2>&1
go get github.com/ardanlabs/jinja@v1.8.0 >/dev/null 2>&1
set -- \
	'{% for m in list %}{% if loop.first %}{% set s = "one" %}{% endif %}[{{ s }}]{% endfor %}' \
	'{{ n + 1 is string }}' \
	'{{ missing + "a" }}' \
	'{{ -7 // 2 }}' \
	'{{ strftime_now("%Y-%m-%d") }}'
go run . "$@"
python3 - "$@" <<'EOF' || true
import sys
from jinja2.sandbox import ImmutableSandboxedEnvironment
for source in sys.argv[1:]:
    try:
        text = repr(ImmutableSandboxedEnvironment().from_string(source).render(list=[1, 2], n=7))
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
    print(f"{source}\n  Jinja2: {text}")
EOF
