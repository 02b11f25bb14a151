package parquet

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// Read returns the cells of a column of text or whole numbers that is no list.
func (f *File) Read(c Column) ([]Cell, error) {
	cells, _, err := f.cells(c)
	return cells, err
}

// ReadLists returns what every row has in a column of lists. A list that is null is an empty one.
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

// cells reads a column, and of one of lists where each row's begins.
func (f *File) cells(c Column) (cells []Cell, starts []int, err error) {
	left := 16<<20 + 64*f.size // what the column's pages may be when they are decompressed
	stored := int64(0)
	for i := range f.meta.RowGroups {
		g := &f.meta.RowGroups[i]
		m := &g.Columns[c.leaf].MetaData
		if stored += m.TotalCompressedSize; m.TotalCompressedSize < 0 || stored > f.size {
			return nil, nil, fmt.Errorf("row group %d: claims %d bytes, in a file of %d", i+1, m.TotalCompressedSize, f.size)
		}
		if file := g.Columns[c.leaf].FilePath; file != "" {
			return nil, nil, fmt.Errorf("row group %d: lies in another file, %q", i+1, file)
		}
		if m.Type != c.physical {
			return nil, nil, fmt.Errorf("row group %d: has the type %s, the schema %s", i+1, m.Type, c.physical)
		}
		k := chunk{column: c, codec: m.Codec, rows: int(g.NumRows), left: left}
		if c.List {
			k.entries = int(f.size) - len(cells) // no entry of text takes less than a byte either
		}
		if err := k.read(f, m); err != nil {
			return nil, nil, fmt.Errorf("row group %d, %w", i+1, err)
		}
		for _, at := range k.starts {
			starts = append(starts, len(cells)+at)
		}
		cells, left = append(cells, k.cells...), k.left
	}
	return cells, starts, nil
}

// chunk is a column's part of a row group.
type chunk struct {
	column     Column
	codec      format.CompressionCodec
	rows       int
	entries    int // of lists, beyond one for each row, that the file may have
	left       int64
	dictionary []string
	slots      int // values and what stands in the place of some
	cells      []Cell
	starts     []int // of the rows' lists among the cells
}

// read goes over the pages of a chunk.
func (k *chunk) read(f *File, m *format.ColumnMetaData) error {
	start := m.DataPageOffset
	if d := m.DictionaryPageOffset; d > 0 && d < start {
		start = d
	}
	if start < 4 || start > f.size || m.TotalCompressedSize > f.size-start {
		return fmt.Errorf("page 1: lies outside of the file")
	}
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
	have := len(k.cells)
	if k.column.List {
		have = len(k.starts)
	}
	if have != k.rows {
		return fmt.Errorf("its pages have values of %d rows, and there are %d", have, k.rows)
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
		return 0, errors.New("the pages are too large when decompressed")
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
		err = errors.New("is of no known type")
	}
	return w.at + int(head.CompressedPageSize), err
}

func (k *chunk) readDictionary(body []byte, whole int, head format.DictionaryPageHeader) error {
	if head.Encoding != format.Plain && head.Encoding != oldDictionary {
		return unreadable(head.Encoding)
	}
	data, err := k.decompress(body, whole)
	if err != nil {
		return err
	}
	k.dictionary, err = k.plain(data, int(head.NumValues))
	return err
}

// readV1 reads a page whose levels are compressed with the values.
func (k *chunk) readV1(body []byte, whole int, head format.DataPageHeader) error {
	data, err := k.decompress(body, whole)
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
			return unreadable(l.encoding)
		}
		if len(data) < 4 || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-4) {
			return errShort
		}
		n := 4 + int(binary.LittleEndian.Uint32(data))
		*l.into, data = data[4:n], data[n:]
	}
	return k.add(repeated, defined, data, int(head.NumValues), head.Encoding)
}

// readV2 reads a page whose levels stand in front of the compressed values.
func (k *chunk) readV2(body []byte, whole int, head format.DataPageHeaderV2) error {
	r, d := int(head.RepetitionLevelsByteLength), int(head.DefinitionLevelsByteLength)
	if r < 0 || d < 0 || r+d > len(body) || r+d > whole {
		return errShort
	}
	repeated, defined, data := body[:r], body[r:r+d], body[r+d:]
	if !head.IsCompressed.Valid || head.IsCompressed.V {
		var err error
		if data, err = k.decompress(data, whole-r-d); err != nil {
			return err
		}
	}
	return k.add(repeated, defined, data, int(head.NumValues), head.Encoding)
}

// decompress returns what the page says it is: no more and no less.
func (k *chunk) decompress(data []byte, whole int) ([]byte, error) {
	var r io.Reader
	switch k.codec {
	case format.Uncompressed:
		r = bytes.NewReader(data)
	case format.Snappy:
		if n, err := snappy.DecodedLen(data); err != nil || n != whole {
			return nil, fmt.Errorf("does not decompress to %d bytes", whole)
		}
		out, err := snappy.Decode(nil, data)
		if err != nil {
			return nil, fmt.Errorf("does not decompress: %w", err)
		}
		return out, nil
	case format.Gzip:
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("does not decompress: %w", err)
		}
		r = z
	case format.Zstd:
		if len(data) == 0 && whole == 0 {
			return nil, nil
		}
		z, err := zstd.NewReader(bytes.NewReader(data), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(64<<20))
		if err != nil {
			return nil, fmt.Errorf("does not decompress: %w", err)
		}
		defer z.Close()
		r = z
	default:
		return nil, fmt.Errorf("is compressed by %s; want snappy, gzip, zstd or none", k.codec)
	}
	var out bytes.Buffer // grows with what comes, not with what is claimed
	switch n, err := io.Copy(&out, io.LimitReader(r, int64(whole)+1)); {
	case err != nil:
		return nil, fmt.Errorf("does not decompress: %w", err)
	case n != int64(whole):
		return nil, fmt.Errorf("does not decompress to %d bytes", whole)
	}
	return out.Bytes(), nil
}

// oldDictionary is what older writers call the encodings of a dictionary and of the pages that use it.
const oldDictionary format.Encoding = 2

func unreadable(e format.Encoding) error {
	return fmt.Errorf("is encoded by %s; want PLAIN or a dictionary", e)
}
