#!/usr/bin/env bash
# github.com/gomlx/gomlx v0.26.0, pkg/core/graph: an Exec keeps a compiled graph for each shape of its inputs and may be called from
# several goroutines. A call with a shape that is compiled already still waits while another call of the same Exec builds and
# compiles the graph of a new shape, since it looks for its graph under the lock that is held for all of that.
# A caller would expect to wait for its own shape only. With an Exec for each shape nobody waits for another's compilation.
#
# Prints whether the call waited, and fails if it does not any more.
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
