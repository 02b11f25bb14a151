#!/usr/bin/env bash
# github.com/gomlx/gomlx v0.26.0, pkg/core/graph: an Exec keeps one compiled graph per input shape, and several goroutines may call it.
# A call with a compiled shape waits while another call of the same Exec builds and compiles a new shape. The reason: the lookup of
# a graph needs the lock that is held during the whole compilation. A caller expects to wait for its own shape only. Workaround:
# one Exec per shape; then no call waits for another's compilation.
#
# Prints whether the call waited, and fails if it no longer does.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'GO'
module finding

go 1.26

require github.com/gomlx/gomlx v0.26.0
GO
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/graph"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	backend, err := simplego.New("")
	check(err)
	building, goOn := make(chan bool), make(chan bool)
	exec, err := graph.NewExec(backend, func(x *graph.Node) *graph.Node {
		if x.Shape().Dim(0) == 2 { // the graph of the second shape takes its time
			building <- true
			<-goOn
		}
		return graph.AddScalar(x, 1)
	})
	check(err)
	_, err = exec.Exec([]float32{1}) // compiles the first shape
	check(err)

	second, first := make(chan error), make(chan error)
	go func() { _, err := exec.Exec([]float32{1, 2}); second <- err }()
	<-building
	go func() { _, err := exec.Exec([]float32{3}); first <- err }()
	waited := false
	select {
	case err := <-first:
		check(err)
	case <-time.After(2 * time.Second):
		waited = true
	}
	close(goOn)
	check(<-second)
	if waited {
		check(<-first)
	}
	fmt.Println("a compiled shape waited for the compilation of another:", waited)
	if !waited {
		os.Exit(1)
	}
}
GO
go mod tidy >/dev/null 2>&1
go run .
