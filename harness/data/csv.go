package data

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// readCSV reads the wanted columns of comma-separated values, whose first line names them.
func readCSV(r io.Reader, name string, columns []wanted) ([]row, error) {
	buffered := bufio.NewReader(r)
	if err := notText(buffered, name); err != nil {
		return nil, err
	}
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" {
		_, _ = buffered.Discard(3)
	}
	first, _ := buffered.Peek(buffered.Size())
	first, _, _ = bytes.Cut(first, []byte("\n"))
	line := string(first)
	c := csv.NewReader(&keepCRLF{from: buffered})
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, cmp.Or(otherDelimiter(name, line, columns), csvFault(name, err))
	}
	columns = slices.DeleteFunc(slices.Clone(columns), func(w wanted) bool { return w.optional && !slices.Contains(head, w.name) })
	at := make([]int, len(columns))
	for i, w := range columns {
		if at[i] = slices.Index(head, w.name); at[i] < 0 {
			return nil, cmp.Or(otherDelimiter(name, line, columns), fmt.Errorf("%s:1: %w", name, w.missing(head)))
		}
		if slices.Contains(head[at[i]+1:], w.name) {
			return nil, fmt.Errorf("%s:1: %w", name, w.twice())
		}
		if w.list != nil {
			return nil, fmt.Errorf("%s:1: %w; lists are read from .jsonl and .parquet", name, w.mistyped("the text of CSV"))
		}
	}
	var rows []row
	f := &faults{name: name}
	for !f.enough() {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.Is(err, csv.ErrFieldCount) {
			line, _ := c.FieldPos(0)
			f.at(line, fmt.Errorf("has %s where the header has %d", fields(len(cells)), len(head)))
			continue
		}
		if err != nil {
			f.list = append(f.list, csvFault(name, err))
			break
		}
		x := row{}
		x.line, _ = c.FieldPos(0)
		whole := true
		for i, w := range columns {
			if err := w.put(&x, cells[at[i]]); err != nil {
				f.at(x.line, err)
				whole = false
				break
			}
		}
		if whole {
			rows = append(rows, x)
		}
	}
	return rows, f.err()
}

// otherDelimiter is the error for a first line that has the wanted columns between other delimiters than commas, or nil.
func otherDelimiter(name, line string, columns []wanted) error {
	for _, d := range []struct{ delimiter, what string }{{";", "semicolons"}, {"\t", "tabs"}, {"|", "vertical bars"}} {
		for _, cell := range strings.Split(line, d.delimiter) {
			cell = strings.Trim(strings.TrimSpace(cell), `"`)
			if cell != line && slices.ContainsFunc(columns, func(w wanted) bool { return w.name == cell }) {
				return fmt.Errorf("%s:1: its columns are separated by %s (%q); want commas: save the file as CSV with commas, or as .jsonl or .parquet", name, d.what, d.delimiter)
			}
		}
	}
	return nil
}

// keepCRLF doubles the CR of every CR LF within quotes: encoding/csv makes CR LF a LF there too, and the text in a quoted cell
// is to stay as it is.
type keepCRLF struct {
	from   *bufio.Reader
	quoted bool
	again  bool // the CR is to be given again
}

func (k *keepCRLF) Read(p []byte) (int, error) {
	for n := range p {
		if k.again {
			p[n], k.again = '\r', false
			continue
		}
		b, err := k.from.ReadByte()
		if err != nil {
			return n, err
		}
		switch p[n] = b; b {
		case '"':
			k.quoted = !k.quoted
		case '\r':
			next, _ := k.from.Peek(1)
			k.again = k.quoted && string(next) == "\n"
		}
	}
	return len(p), nil
}

func fields(n int) string {
	if n == 1 {
		return "1 field"
	}
	return fmt.Sprintf("%d fields", n)
}

// csvFault words a parser's error with its place.
func csvFault(name string, err error) error {
	var at *csv.ParseError
	if errors.As(err, &at) {
		what := "is not valid CSV"
		switch {
		case errors.Is(at.Err, csv.ErrQuote):
			what += `: a cell in quotes does not end, or has a single " in it; write "" for a quote`
		case errors.Is(at.Err, csv.ErrBareQuote):
			what += `: a cell without quotes has a " in it; put the cell in quotes and write "" for a quote`
		}
		return fmt.Errorf("%s:%d: %s", name, at.Line, what)
	}
	return fmt.Errorf("reading %s: %w", name, err)
}
