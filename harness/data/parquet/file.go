// Package parquet reads columns of text, numbers, booleans and JSON, and of lists of them, from Parquet files.
//
// The format's structures come from parquet-go; its pages are decoded here. parquet-go believes the counts of a file: a run
// length of six bytes makes it ask for gigabytes. Here rows, entries and decompressed bytes of a column are bounded by a
// multiple of the file's size or, for small files, by a constant (leastRows, leastRoom).
package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// The largest footer, in bytes and in entries of its lists. A column chunk takes about seven entries.
const (
	footerBytes   = 64 << 20
	footerEntries = 1 << 19
)

// File is an opened file. It keeps nothing in memory but its footer.
type File struct {
	Columns []Column
	Rows    int

	r    io.ReaderAt
	size int64
	meta format.FileMetaData
}

// Cell is one value of a column, or of a list in it: a number in decimal digits, a boolean as 0 or 1.
type Cell struct {
	Text string
	Null bool
}

// Open reads the footer of a file.
func Open(r io.ReaderAt, size int64) (*File, error) {
	footer, err := readFooter(r, size)
	if err != nil {
		return nil, err
	}
	w := walker{data: footer, entries: footerEntries}
	if err := w.structure(0); err != nil {
		return nil, fmt.Errorf("its footer is broken: %w", err)
	}
	f := &File{r: r, size: size}
	if err := thrift.Unmarshal(&thrift.CompactProtocol{}, footer[:w.at], &f.meta); err != nil {
		return nil, fmt.Errorf("its footer is broken: %w", err)
	}
	rows := int64(0)
	for i, g := range f.meta.RowGroups {
		if g.NumRows < 0 || g.NumRows > int64(f.most())-rows {
			return nil, fmt.Errorf("row group %d claims %d rows, in a file of %d bytes", i+1, g.NumRows, size)
		}
		rows += g.NumRows
	}
	if rows != f.meta.NumRows {
		return nil, fmt.Errorf("claims %d rows, its row groups have %d", f.meta.NumRows, rows)
	}
	f.Rows = int(rows)
	return f, f.readSchema()
}

// leastRows is how many rows and entries of lists any file may have. A run of equal values takes a few bytes, however long
// it is: a thousand rows of the options A to J take less than one byte for an entry.
const leastRows = 1 << 22

// most is how many rows, or entries of lists in one column, the file may have.
func (f *File) most() int { return max(leastRows, int(f.size)) }

// readFooter returns the bytes before the file's last eight, of which the first four are its length.
func readFooter(r io.ReaderAt, size int64) ([]byte, error) {
	var head, tail [8]byte
	if size < 12 {
		return nil, errors.New("is not a Parquet file: it is too short")
	}
	if _, err := r.ReadAt(head[:4], 0); err != nil {
		return nil, fmt.Errorf("reading its head: %w", err)
	}
	if _, err := r.ReadAt(tail[:], size-8); err != nil {
		return nil, fmt.Errorf("reading its end: %w", err)
	}
	switch first, last := string(head[:4]), string(tail[4:]); {
	case last == "PARE":
		return nil, errors.New("is encrypted")
	case first != "PAR1":
		return nil, errors.New("is not a Parquet file: it does not begin with PAR1")
	case last != "PAR1":
		return nil, errors.New("does not end with PAR1: it is cut off or damaged")
	}
	n := int64(binary.LittleEndian.Uint32(tail[:]))
	if n > size-12 || n > footerBytes {
		return nil, fmt.Errorf("its footer is broken: it claims %d bytes, in a file of %d", n, size)
	}
	footer := make([]byte, n)
	if _, err := r.ReadAt(footer, size-8-n); err != nil {
		return nil, fmt.Errorf("reading its footer: %w", err)
	}
	return footer, nil
}
