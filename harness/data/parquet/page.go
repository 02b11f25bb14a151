package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// Read returns the cells of a column that is not a list, one for each row.
func (f *File) Read(c Column) ([]Cell, error) {
	cells, _, err := f.cells(c)
	return cells, err
}

// ReadLists returns what every row has in a column of lists. A null list is read as empty.
func (f *File) ReadLists(c Column) ([][]Cell, error) {
	cells, starts, err := f.cells(c)
	if err != nil {
		return nil, err
	}
	lists := make([][]Cell, len(starts))
	for i, from := range starts {
		to := len(cells)
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		lists[i] = cells[from:to:to]
	}
	return lists, nil
}

// cells reads a column; starts are the first cells of the rows in a column of lists.
func (f *File) cells(c Column) (cells []Cell, starts []int, err error) {
	k := chunk{column: c, left: max(leastRoom, 64*f.size), most: f.most(), entries: f.most()}
	stored := int64(0)
	for i := range f.meta.RowGroups {
		g := &f.meta.RowGroups[i]
		m := &g.Columns[c.leaf].MetaData
		if stored += m.TotalCompressedSize; m.TotalCompressedSize < 0 || stored > f.size {
			return nil, nil, fmt.Errorf("row group %d: claims %d bytes, in a file of %d", i+1, m.TotalCompressedSize, f.size)
		}
		if g.NumRows == 0 { // what some writers note of an empty batch; it has no page
			continue
		}
		if file := g.Columns[c.leaf].FilePath; file != "" {
			return nil, nil, fmt.Errorf("row group %d: is in another file, %q", i+1, file)
		}
		if m.Type != c.physical {
			return nil, nil, fmt.Errorf("row group %d: has the type %s, the schema %s", i+1, m.Type, c.physical)
		}
		k.codec, k.rows, k.dictionary = m.Codec, k.have()+int(g.NumRows), nil
		if err := k.read(f, m); err != nil {
			return nil, nil, fmt.Errorf("row group %d, %w", i+1, err)
		}
	}
	return k.cells, k.starts, nil
}

// leastRoom is what a column's pages may be when they are decompressed, however small the file is. A text of which a file
// repeats thousands takes a thousandth of itself.
const leastRoom = 128 << 20

var errLarge = errors.New("the pages are too large when decompressed")

// chunk is a column as it is read, one row group after the other.
type chunk struct {
	column     Column
	codec      format.CompressionCodec
	most       int   // values that any page may have
	rows       int   // of the row groups up to this one
	entries    int   // of lists, that may still come
	left       int64 // bytes of decompressed pages that may still come
	dictionary []string
	cells      []Cell
	starts     []int // of the rows' lists among the cells
}

// have is the number of rows that were read.
func (k *chunk) have() int {
	if k.column.List {
		return len(k.starts)
	}
	return len(k.cells)
}

// read goes over the pages of a row group.
func (k *chunk) read(f *File, m *format.ColumnMetaData) error {
	start := m.DataPageOffset
	if d := m.DictionaryPageOffset; d > 0 && d < start {
		start = d
	}
	if start < 4 || start > f.size || m.TotalCompressedSize > f.size-start {
		return fmt.Errorf("page 1: is outside of the file")
	}
	before := k.have()
	data := make([]byte, m.TotalCompressedSize)
	if _, err := f.r.ReadAt(data, start); err != nil {
		return fmt.Errorf("page 1: %w", err)
	}
	for page := 1; len(data) > 0; page++ {
		size, err := k.page(data)
		if err != nil {
			return fmt.Errorf("page %d: %w", page, err)
		}
		data = data[size:]
	}
	if have := k.have(); have != k.rows {
		return fmt.Errorf("its pages have %d rows, the row group has %d", have-before, k.rows-before)
	}
	return nil
}

// page reads the page that data begins with and returns its size.
func (k *chunk) page(data []byte) (size int, err error) {
	w := walker{data: data}
	if err := w.structure(0); err != nil {
		return 0, fmt.Errorf("its head is broken: %w", err)
	}
	var head format.PageHeader
	if err := thrift.Unmarshal(&thrift.CompactProtocol{}, data[:w.at], &head); err != nil {
		return 0, fmt.Errorf("its head is broken: %w", err)
	}
	body := data[w.at:]
	if head.CompressedPageSize < 0 || int(head.CompressedPageSize) > len(body) || head.UncompressedPageSize < 0 {
		return 0, fmt.Errorf("claims %d bytes where there are %d", head.CompressedPageSize, len(body))
	}
	body = body[:head.CompressedPageSize]
	if k.left -= int64(head.UncompressedPageSize); k.left < 0 {
		return 0, errLarge
	}
	whole := int(head.UncompressedPageSize)
	switch {
	case head.Type == format.DictionaryPage && head.DictionaryPageHeader.Valid:
		err = k.readDictionary(body, whole, head.DictionaryPageHeader.V)
	case head.Type == format.DataPage && head.DataPageHeader.Valid:
		err = k.readV1(body, whole, head.DataPageHeader.V)
	case head.Type == format.DataPageV2 && head.DataPageHeaderV2.Valid:
		err = k.readV2(body, whole, head.DataPageHeaderV2.V)
	case head.Type == format.IndexPage:
	default:
		err = errors.New("is of an unknown type")
	}
	return w.at + int(head.CompressedPageSize), err
}

func (k *chunk) readDictionary(body []byte, whole int, head format.DictionaryPageHeader) error {
	if head.Encoding != format.Plain && head.Encoding != oldDictionary {
		return k.unreadable(head.Encoding)
	}
	if n, most := int(head.NumValues), k.most; n > most {
		return fmt.Errorf("claims a dictionary of %d values where there is room for %d", n, most)
	}
	data, err := decompress(k.codec, body, whole)
	if err != nil {
		return err
	}
	k.dictionary, err = k.plain(data, int(head.NumValues))
	return err
}

// readV1 reads a page whose levels are compressed with the values.
func (k *chunk) readV1(body []byte, whole int, head format.DataPageHeader) error {
	data, err := decompress(k.codec, body, whole)
	if err != nil {
		return err
	}
	var repeated, defined []byte
	for _, l := range []struct {
		into     *[]byte
		most     int
		encoding format.Encoding
	}{{&repeated, k.column.repeated, head.RepetitionLevelEncoding}, {&defined, k.column.defined, head.DefinitionLevelEncoding}} {
		if l.most == 0 {
			continue
		}
		if l.encoding != format.RLE {
			return k.unreadable(l.encoding)
		}
		if len(data) < 4 || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-4) {
			return errShort
		}
		n := 4 + int(binary.LittleEndian.Uint32(data))
		*l.into, data = data[4:n], data[n:]
	}
	return k.add(repeated, defined, data, int(head.NumValues), head.Encoding)
}

// readV2 reads a page whose levels are in front of the compressed values.
func (k *chunk) readV2(body []byte, whole int, head format.DataPageHeaderV2) error {
	r, d := int(head.RepetitionLevelsByteLength), int(head.DefinitionLevelsByteLength)
	if r < 0 || d < 0 || r+d > len(body) || r+d > whole {
		return errShort
	}
	repeated, defined, data := body[:r], body[r:r+d], body[r+d:]
	if !head.IsCompressed.Valid || head.IsCompressed.V {
		var err error
		if data, err = decompress(k.codec, data, whole-r-d); err != nil {
			return err
		}
	}
	return k.add(repeated, defined, data, int(head.NumValues), head.Encoding)
}

// oldDictionary is what older writers call the encodings of a dictionary and of the pages that use it.
const oldDictionary format.Encoding = 2

// unreadable names an encoding that the column's type cannot have, or that nobody writes.
func (k *chunk) unreadable(e format.Encoding) error {
	return fmt.Errorf("values of the type %s are encoded by %s, which is not read here", k.column.physical, e)
}
