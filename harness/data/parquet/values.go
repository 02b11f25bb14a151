package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go/format"
)

// add decodes a data page of n slots. Of each the levels say whether it begins a row, and whether there is a value, a null or a
// list without entries.
func (k *chunk) add(repeated, defined, data []byte, n int, encoding format.Encoding) error {
	room := k.rows - k.have()
	if k.column.List {
		room += k.entries
	}
	if n < 0 || n > room {
		return fmt.Errorf("claims %d values where there is room for %d", n, room)
	}
	c := k.column
	again, err := levels(repeated, c.repeated, 0, n)
	if err != nil {
		return err
	}
	depth, err := levels(defined, c.defined, uint32(c.defined), n)
	if err != nil {
		return err
	}
	there := n
	for _, d := range depth {
		if int(d) < c.defined {
			there--
		}
	}
	texts, err := k.texts(data, there, encoding)
	if err != nil {
		return err
	}
	k.cells = slices.Grow(k.cells, n)
	for i := range n {
		if c.List {
			if again[i] == 0 {
				k.starts = append(k.starts, len(k.cells))
			} else if len(k.starts) == 0 {
				return errors.New("continues a row that was not started")
			} else {
				k.entries--
			}
			if int(depth[i]) < c.entry {
				continue
			}
		}
		if int(depth[i]) < c.defined {
			k.cells = append(k.cells, Cell{Null: true})
			continue
		}
		k.cells, texts = append(k.cells, Cell{Text: texts[0]}), texts[1:]
	}
	return nil
}

// levels decodes n levels up to most; all are absent's where the page has none.
func levels(data []byte, most int, absent uint32, n int) ([]uint32, error) {
	if most == 0 || len(data) == 0 {
		return slices.Repeat([]uint32{absent}, n), nil
	}
	list, err := hybrid(data, bits.Len(uint(most)), n)
	for _, l := range list {
		if int(l) > most {
			return nil, fmt.Errorf("has a level %d where the schema has %d", l, most)
		}
	}
	return list, err
}

// texts decodes n values that are not null.
func (k *chunk) texts(data []byte, n int, encoding format.Encoding) ([]string, error) {
	switch {
	case n == 0:
		return nil, nil
	case k.column.null:
		return nil, errors.New("has values in a column of the type NULL")
	}
	switch encoding {
	case format.Plain:
		return k.plain(data, n)
	case format.DeltaBinaryPacked:
		return k.deltaWhole(data, n)
	case format.DeltaLengthByteArray, format.DeltaByteArray:
		return k.deltaTexts(data, n, encoding)
	case format.ByteStreamSplit:
		return k.split(data, n)
	case format.RLE:
		return k.flags(data, n)
	case oldDictionary, format.RLEDictionary:
		return k.looked(data, n)
	}
	return nil, k.unreadable(encoding)
}

// looked looks n values up in the dictionary. The first byte is the bit width of what follows.
func (k *chunk) looked(data []byte, n int) ([]string, error) {
	if len(data) == 0 || data[0] > 32 {
		return nil, errShort
	}
	indices := make([]uint32, n)
	if width := int(data[0]); width > 0 { // else there is one entry, and runs say nothing more
		var err error
		if indices, err = hybrid(data[1:], width, n); err != nil {
			return nil, err
		}
	}
	texts := make([]string, n)
	for i, at := range indices {
		if int64(at) >= int64(len(k.dictionary)) {
			return nil, fmt.Errorf("names entry %d of a dictionary of %d", at, len(k.dictionary))
		}
		texts[i] = k.dictionary[at] // one string, however many rows have it
	}
	return texts, nil
}

// plain decodes n values, one after the other.
func (k *chunk) plain(data []byte, n int) ([]string, error) {
	width := map[format.Type]int{format.Int32: 4, format.Float: 4, format.Int64: 8, format.Double: 8}[k.column.physical]
	bits := 8 * width
	switch k.column.physical {
	case format.Boolean:
		bits = 1
	case format.ByteArray:
		bits = 8 * 4 // its length
	}
	switch {
	case bits == 0:
		return nil, k.unreadable(format.Plain)
	case n < 0 || n > 8*len(data)/bits:
		return nil, errShort
	}
	texts := make([]string, n)
	switch k.column.physical {
	case format.Boolean:
		for i := range texts {
			texts[i] = flag[bitsAt(data, i, 1)]
		}
	case format.ByteArray:
		all := string(data) // once, and not for each text
		for i := range texts {
			if len(all) < 4 {
				return nil, errShort
			}
			length := uint64(binary.LittleEndian.Uint32(data[len(data)-len(all):]))
			if length > uint64(len(all)-4) {
				return nil, errShort
			}
			texts[i], all = all[4:4+length], all[4+length:]
		}
	default:
		for i := range texts {
			texts[i] = k.number(data[i*width:])
		}
	}
	return texts, nil
}

// number is the text of the number that data begins with.
func (k *chunk) number(data []byte) string {
	switch k.column.physical {
	case format.Int32:
		return k.whole(uint64(binary.LittleEndian.Uint32(data)))
	case format.Int64:
		return k.whole(binary.LittleEndian.Uint64(data))
	case format.Float:
		return strconv.FormatFloat(float64(math.Float32frombits(binary.LittleEndian.Uint32(data))), 'f', -1, 32)
	}
	return strconv.FormatFloat(math.Float64frombits(binary.LittleEndian.Uint64(data)), 'f', -1, 64)
}

// whole is the text of a whole number, of which a column of 32 bits has the lower ones.
func (k *chunk) whole(x uint64) string {
	narrow := k.column.physical == format.Int32
	switch {
	case k.column.unsigned && narrow:
		return strconv.FormatUint(uint64(uint32(x)), 10)
	case k.column.unsigned:
		return strconv.FormatUint(x, 10)
	case narrow:
		return strconv.FormatInt(int64(int32(x)), 10)
	}
	return strconv.FormatInt(int64(x), 10)
}
