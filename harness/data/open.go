package data

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"congrad/harness/record"
	"congrad/harness/suggest"
	"congrad/harness/userfile"
)

// endings are those of the files that are read, with their readers.
var endings = map[string]func(f *os.File, size int64, name string, columns []wanted) ([]row, error){
	".jsonl": func(f *os.File, _ int64, name string, columns []wanted) ([]row, error) {
		return readJSONL(f, name, columns)
	},
	".csv": func(f *os.File, _ int64, name string, columns []wanted) ([]row, error) {
		return readCSV(f, name, columns)
	},
	".parquet": func(f *os.File, size int64, name string, columns []wanted) ([]row, error) {
		return readParquet(f, size, name, columns)
	},
}

// readFile reads a file of prompts and notes that it did. table is the experiment's that names it.
func (f *Files) readFile(path, table string, columns Columns) ([]row, error) {
	rows, sum, err := readRows(path, table+".path", columns.wanted(table+".columns"))
	if err != nil {
		return nil, err
	}
	f.read = append(f.read, record.PromptFile{Path: path, SHA256: sum, Rows: len(rows)})
	return rows, nil
}

// readRows reads a file, or all shards of a table of the hub, and returns the rows, at least one, and its SHA-256: of several files that of
// their sums. key is the experiment's key for the file, for errors.
func readRows(path, key string, columns []wanted) ([]row, string, error) {
	if endings[strings.ToLower(filepath.Ext(path))] == nil {
		return nil, "", fmt.Errorf("%s: want a file that ends in %s (%s)", path, strings.Join(slices.Sorted(maps.Keys(endings)), ", "), key)
	}
	shards, err := shardsOf(path)
	if err != nil {
		return nil, "", fmt.Errorf("%w (%s)", err, key)
	}
	var all []row
	var sums []string
	for _, shard := range shards {
		rows, sum, err := readShard(shard, path, key, columns)
		if err != nil {
			return nil, "", err
		}
		for i := range rows {
			rows[i].line += len(all)
		}
		all, sums = append(all, rows...), append(sums, sum)
	}
	if len(all) == 0 {
		return nil, "", fmt.Errorf("%s: has no rows", path)
	}
	if len(sums) == 1 {
		return all, sums[0], nil
	}
	sum := sha256.Sum256([]byte(strings.Join(sums, "\n")))
	return all, hex.EncodeToString(sum[:]), nil
}

// readShard reads one file and returns its rows and its SHA-256.
func readShard(shard shard, path, key string, columns []wanted) ([]row, string, error) {
	file, err := userfile.Open(shard.disk)
	if errors.Is(err, fs.ErrNotExist) && shard.disk == path {
		return nil, "", notThere(path, key)
	}
	if err != nil {
		return nil, "", fmt.Errorf("%w (%s)", err, key)
	}
	defer file.Close()
	h := sha256.New()
	size, err := io.Copy(h, file)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", key, err)
	}
	rows, err := endings[strings.ToLower(filepath.Ext(path))](file, size, shard.name, columns)
	return rows, hex.EncodeToString(h.Sum(nil)), err
}

// notThere says from which folder a path is taken, and which file in it was probably meant.
func notThere(path, key string) error {
	var names []string
	entries, _ := os.ReadDir(filepath.Dir(path)) // without a folder there is nothing to suggest
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return fmt.Errorf("%w (%s is taken from the working folder)%s", userfile.Worded(path, fs.ErrNotExist), key, suggest.DidYouMean(filepath.Base(path), names))
}

// quoted lists words for an error, the first few of many.
func quoted(words []string) string {
	const most = 10
	list := make([]string, 0, most+1)
	for _, w := range words[:min(most, len(words))] {
		list = append(list, fmt.Sprintf("%q", w))
	}
	if more := len(words) - most; more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, ", ")
}

// counted lists the values of a column with their counts.
func counted(found map[string]int) string {
	const most = 20
	var list []string
	for _, word := range slices.Sorted(maps.Keys(found)) {
		if len(list) == most {
			list = append(list, fmt.Sprintf("and %d more", len(found)-most))
			break
		}
		list = append(list, fmt.Sprintf("%q (%d)", word, found[word]))
	}
	return strings.Join(list, ", ")
}
