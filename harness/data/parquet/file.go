// Package parquet reads columns of text and of whole numbers out of Parquet files.
//
// The format's structures come from parquet-go; its pages are decoded here. parquet-go believes the counts of a file: a run
// length of six bytes has it ask for gigabytes. Here nothing is larger than the rows that the file has bytes for, and what it
// decompresses to stays within a multiple of its size.
package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/deprecated"
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
	Columns []Column // of the top level
	Rows    int

	r    io.ReaderAt
	size int64
	meta format.FileMetaData
}

// Kind is what a column holds.
type Kind int

// Columns of other kinds can be listed but not read.
const (
	Other Kind = iota
	Text
	Whole
)

// Column is one of the top level.
type Column struct {
	Name string
	Kind Kind
	Type string // for people

	leaf     int // of all leaves, in the order of chunks
	optional bool
	physical format.Type
	unsigned bool
}

// Cell is one value of a column.
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
		if g.NumRows < 0 || rows+g.NumRows > size { // no row of text takes less than a byte
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

// readFooter returns what lies before the file's last eight bytes, of which the first four are its length.
func readFooter(r io.ReaderAt, size int64) ([]byte, error) {
	var head, tail [8]byte
	if size < 12 {
		return nil, errors.New("is no Parquet file: it is too short")
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
		return nil, errors.New("is no Parquet file: it does not begin with PAR1")
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

// readSchema lists the columns of the top level: the schema is a tree in the order of its walk, root first.
func (f *File) readSchema() error {
	schema := f.meta.Schema
	if len(schema) == 0 {
		return errors.New("has no schema")
	}
	at, leaves := 1, 0
	for range schema[0].NumChildren.V {
		if at >= len(schema) {
			return errors.New("its schema has fewer columns than it says")
		}
		first, leaf := at, leaves
		for left := 1; left > 0; at, left = at+1, left-1 { // over the column and all below it
			if at >= len(schema) {
				return errors.New("its schema has fewer columns than it says")
			}
			if s := schema[at]; s.Type.Valid {
				leaves++
			} else if s.NumChildren.V < 0 || int(s.NumChildren.V) > len(schema) {
				return errors.New("its schema has fewer columns than it says")
			} else {
				left += int(s.NumChildren.V)
			}
		}
		f.Columns = append(f.Columns, column(schema[first], leaf))
	}
	for i, g := range f.meta.RowGroups {
		if len(g.Columns) != leaves {
			return fmt.Errorf("row group %d has %d columns, the schema %d", i+1, len(g.Columns), leaves)
		}
	}
	return nil
}

// column describes an element of the schema.
func column(s format.SchemaElement, leaf int) Column {
	c := Column{Name: s.Name, leaf: leaf, physical: s.Type.V}
	repetition := format.Required
	if s.RepetitionType.Valid {
		repetition = s.RepetitionType.V
	}
	c.optional = repetition == format.Optional
	switch {
	case !s.Type.Valid || repetition == format.Repeated:
		c.Type = "nested values"
	default:
		c.Type = "values of the type " + s.Type.V.String()
	}
	_, isText := s.LogicalType.Value.(*format.StringType)
	number, isNumber := s.LogicalType.Value.(*format.IntType)
	plain := s.LogicalType.Value == nil && (!s.ConvertedType.Valid || s.ConvertedType.V == deprecated.UTF8 || s.ConvertedType.V >= deprecated.Uint8 && s.ConvertedType.V <= deprecated.Int64)
	switch {
	case !s.Type.Valid || repetition == format.Repeated || !plain && !isText && !isNumber:
	case s.Type.V == format.ByteArray:
		c.Kind = Text
	case s.Type.V == format.Int32 || s.Type.V == format.Int64:
		c.Kind = Whole
		c.unsigned = isNumber && !number.IsSigned || s.ConvertedType.Valid && s.ConvertedType.V >= deprecated.Uint8 && s.ConvertedType.V <= deprecated.Uint64
	}
	if value := s.LogicalType.Value; value != nil && c.Kind == Other {
		c.Type = "values of the type " + value.String()
	}
	return c
}
