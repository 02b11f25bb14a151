package record

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"reflect"
	"slices"
	"sync"
)

// header is the first line of every record file.
type header struct {
	Schema int    `json:"schema"`
	Record string `json:"record"`
	Count  *int   `json:"count,omitempty"` // of the records below, so that a file that was cut is known; older files do not tell
}

// Encode writes the records of one kind ("answers", "pairs", ...) as JSON lines behind a line with the schema.
func Encode[T any](w io.Writer, kind string, records []T) error {
	b := bufio.NewWriter(w)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	n := len(records)
	if err := enc.Encode(header{Schema, kind, &n}); err != nil {
		return fmt.Errorf("writing the head of %s records: %w", kind, err)
	}
	for i := range records {
		if err := enc.Encode(&records[i]); err != nil {
			return fmt.Errorf("writing %s record %d: %w", kind, i+1, err)
		}
	}
	return b.Flush()
}

// Decode reads what Encode wrote, now or under an earlier schema: stages keep lists of records, which are the same in all of
// them. name is used in errors, which carry the line.
func Decode[T any](data []byte, name, kind string) ([]T, error) {
	return decode[T](bytes.NewReader(data), int64(len(data)), name, kind, 1)
}

// decode reads records from the oldest schema on, line by line: size bytes at most.
func decode[T any](from io.Reader, size int64, name, kind string, oldest int) ([]T, error) {
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 1<<16), int(max(1<<16, min(size+1, math.MaxInt))))
	if !lines.Scan() {
		return nil, fmt.Errorf("%s:1: want the line with the schema; %w", name, cmp.Or(lines.Err(), errors.New("the file is empty")))
	}
	var h header
	if err := newLineReader(reflect.TypeFor[header]()).read(lines.Bytes(), reflect.ValueOf(&h).Elem()); err != nil {
		return nil, fmt.Errorf("%s:1: want the line with the schema: %w", name, err)
	}
	if h.Record == kind && h.Schema > 0 && h.Schema < oldest {
		return nil, fmt.Errorf("%s:1: the records are from an earlier version of congrad (schema %d, this version reads %d)", name, h.Schema, Schema)
	}
	if h.Schema < oldest || h.Schema > Schema || h.Record != kind {
		return nil, fmt.Errorf("%s:1: holds %q records of schema %d; this version reads %q of schema %d", name, h.Record, h.Schema, kind, Schema)
	}
	var records []T
	if h.Count != nil && int64(*h.Count) <= size && *h.Count > 0 {
		records = make([]T, 0, *h.Count) // growing step by step takes as long as reading
	}
	reader := newLineReader(reflect.TypeFor[T]())
	for line := 2; lines.Scan(); line++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		records = slices.Grow(records, 1)[:len(records)+1]
		if err := reader.read(lines.Bytes(), reflect.ValueOf(&records[len(records)-1]).Elem()); err != nil {
			return nil, fmt.Errorf("%s:%d: not a record of kind %q: %w", name, line, kind, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: reading records: %w", name, err)
	}
	if h.Count != nil && *h.Count != len(records) {
		return nil, fmt.Errorf("%s: has %d records, but its first line says %d: it was cut or changed", name, len(records), *h.Count)
	}
	return records, nil
}

// Set is everything that one run recorded.
type Set struct {
	Study       Study
	Prompts     []Prompt
	Answers     []Answer
	Pairing     []Pairing
	Pairs       []Pair
	Consensus   []Consensus
	Steps       []Step
	Evaluations []Evaluation
	Choices     []Choice
	Passages    []Passage
	Fidelity    []Fidelity
	Replies     []Reply      // no file where there are none
	Trials      []Evaluation // the same
	Drift       []Drift      // the same
	Matched     []Matched    // the same
	Rates       []Rate       // the same
}

// Load reads the records of a run from the folder that holds them (runs/<experiment>/records).
func Load(dir fs.FS) (*Set, error) {
	var s Set
	var studies []Study
	if err := load(dir, "study", &studies); err != nil { // alone, or each file would say that it is of an earlier version
		return nil, err
	}
	kinds := []func() error{
		func() error { return load(dir, "prompts", &s.Prompts) },
		func() error { return load(dir, "answers", &s.Answers) },
		func() error { return load(dir, "pairing", &s.Pairing) },
		func() error { return load(dir, "pairs", &s.Pairs) },
		func() error { return load(dir, "consensus", &s.Consensus) },
		func() error { return load(dir, "steps", &s.Steps) },
		func() error { return load(dir, "evaluation", &s.Evaluations) },
		func() error { return load(dir, "choices", &s.Choices) },
		func() error { return load(dir, "passages", &s.Passages) },
		func() error { return load(dir, "fidelity", &s.Fidelity) },
	}
	for kind, read := range map[string]func() error{
		"replies": func() error { return load(dir, "replies", &s.Replies) },
		"trials":  func() error { return load(dir, "trials", &s.Trials) },
		"drift":   func() error { return load(dir, "drift", &s.Drift) },
		"matched": func() error { return load(dir, "matched", &s.Matched) },
		"rates":   func() error { return load(dir, "rates", &s.Rates) },
	} {
		if _, err := fs.Stat(dir, kind+".jsonl"); !errors.Is(err, fs.ErrNotExist) {
			kinds = append(kinds, read)
		}
	}
	faults := make([]error, len(kinds))
	var wait sync.WaitGroup
	for i, read := range kinds {
		wait.Go(func() { faults[i] = read() })
	}
	wait.Wait()
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	if len(studies) != 1 {
		return nil, fmt.Errorf("study.jsonl: has %d studies instead of one", len(studies))
	}
	s.Study = studies[0]
	return &s, nil
}

func load[T any](dir fs.FS, kind string, into *[]T) error {
	file, err := dir.Open(kind + ".jsonl")
	if err != nil {
		return fmt.Errorf("reading records: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("reading records: %w", err)
	}
	*into, err = decode[T](file, info.Size(), kind+".jsonl", kind, Schema)
	return err
}

// Files encodes the set, one entry per file of the records folder.
func (s *Set) Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	err := errors.Join(
		file(files, "study", []Study{s.Study}),
		file(files, "prompts", s.Prompts),
		file(files, "answers", s.Answers),
		file(files, "pairing", s.Pairing),
		file(files, "pairs", s.Pairs),
		file(files, "consensus", s.Consensus),
		file(files, "steps", s.Steps),
		file(files, "evaluation", s.Evaluations),
		file(files, "choices", s.Choices),
		file(files, "passages", s.Passages),
		file(files, "fidelity", s.Fidelity),
	)
	if len(s.Replies) > 0 {
		err = errors.Join(err, file(files, "replies", s.Replies))
	}
	if len(s.Trials) > 0 {
		err = errors.Join(err, file(files, "trials", s.Trials))
	}
	if len(s.Drift) > 0 {
		err = errors.Join(err, file(files, "drift", s.Drift))
	}
	if len(s.Matched) > 0 {
		err = errors.Join(err, file(files, "matched", s.Matched))
	}
	if len(s.Rates) > 0 {
		err = errors.Join(err, file(files, "rates", s.Rates))
	}
	return files, err
}

func file[T any](files map[string][]byte, kind string, records []T) error {
	var b bytes.Buffer
	err := Encode(&b, kind, records)
	files[kind+".jsonl"] = b.Bytes()
	return err
}
