package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go/format"
)

// add decodes a data page of n slots. Of each the levels tell whether it begins a row, and whether there is a value, a null or a
// list without entries.
func (k *chunk) add(repeated, defined, data []byte, n int, encoding format.Encoding) error {
	if room := k.rows + k.entries - k.slots; n < 0 || n > room {
		return fmt.Errorf("claims %d values where there is room for %d", n, room)
	}
	k.slots += n
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
	for i := range n {
		if c.List {
			if again[i] == 0 {
				k.starts = append(k.starts, len(k.cells))
			} else if len(k.starts) == 0 {
				return errors.New("goes on with a row that did not begin")
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

// texts decodes n values that are no nulls.
func (k *chunk) texts(data []byte, n int, encoding format.Encoding) ([]string, error) {
	switch encoding {
	case format.Plain:
		return k.plain(data, n)
	case oldDictionary, format.RLEDictionary:
	default:
		return nil, unreadable(encoding)
	}
	if n == 0 {
		return nil, nil
	}
	if len(data) == 0 || data[0] > 32 {
		return nil, errShort
	}
	indices, err := hybrid(data[1:], int(data[0]), n)
	if err != nil {
		return nil, err
	}
	texts := make([]string, n)
	for i, at := range indices {
		if int64(at) >= int64(len(k.dictionary)) {
			return nil, fmt.Errorf("names entry %d of a dictionary of %d", at, len(k.dictionary))
		}
		texts[i] = k.dictionary[at] // one string, however often it stands there
	}
	return texts, nil
}

// plain decodes n values that stand one behind the other.
func (k *chunk) plain(data []byte, n int) ([]string, error) {
	width := 4 // the least that a value takes
	if k.column.physical == format.Int64 {
		width = 8
	}
	if n < 0 || n > len(data)/width {
		return nil, errShort
	}
	texts := make([]string, n)
	for i := range texts {
		if len(data) < width {
			return nil, errShort
		}
		switch k.column.physical {
		case format.Int32:
			texts[i] = whole(uint64(binary.LittleEndian.Uint32(data)), 32, k.column.unsigned)
		case format.Int64:
			texts[i] = whole(binary.LittleEndian.Uint64(data), 64, k.column.unsigned)
		default:
			length := uint64(binary.LittleEndian.Uint32(data))
			if length > uint64(len(data)-4) {
				return nil, errShort
			}
			texts[i] = string(data[4 : 4+length])
			data = data[length:]
		}
		data = data[width:]
	}
	return texts, nil
}

// whole writes a number of so many bits.
func whole(x uint64, bits int, unsigned bool) string {
	switch {
	case unsigned:
		return strconv.FormatUint(x, 10)
	case bits == 32:
		return strconv.FormatInt(int64(int32(x)), 10)
	}
	return strconv.FormatInt(int64(x), 10)
}

// hybrid decodes n numbers of width bits: runs of one number, and groups of eight packed from the lowest bit on.
func hybrid(data []byte, width, n int) ([]uint32, error) {
	out := make([]uint32, 0, n)
	for len(out) < n {
		head, used := binary.Uvarint(data)
		if used <= 0 || head>>1 == 0 {
			return nil, errors.New("its run lengths are broken")
		}
		data = data[used:]
		if head&1 == 0 {
			size := (width + 7) / 8
			if len(data) < size {
				return nil, errShort
			}
			x := uint32(0)
			for i := range size {
				x |= uint32(data[i]) << (8 * i)
			}
			data = data[size:]
			for range min(head>>1, uint64(n-len(out))) {
				out = append(out, x)
			}
			continue
		}
		count := min(8*min(head>>1, uint64(n)), uint64(n-len(out))) // those of the last group beyond n fill it up
		if uint64(len(data))*8 < count*uint64(width) {
			return nil, errShort
		}
		for i := range int(count) {
			x := uint64(0)
			for bit := range width {
				at := i*width + bit
				x |= uint64(data[at/8]>>(at%8)&1) << bit
			}
			out = append(out, uint32(x))
		}
		data = data[min(uint64(len(data)), min(head>>1, uint64(n))*uint64(width)):]
	}
	return out, nil
}
