package main

import (
	"fmt"
	"os"
	"path/filepath"

	"congrad/harness/record"
	"congrad/results"
)

func main() {
	set, err := record.Load(os.DirFS(filepath.Join(os.Args[1], "records")))
	if err != nil {
		panic(err)
	}
	files, err := results.Render(set)
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		p := filepath.Join(os.Args[2], f.Path)
		os.MkdirAll(filepath.Dir(p), 0o755)
		os.WriteFile(p, f.Data, 0o644)
	}
	fmt.Println(len(files))
}
