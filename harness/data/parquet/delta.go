package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/format"
)

// Encodings of the format's second version (github.com/apache/parquet-format, Encodings.md).

var errDelta = errors.New("its deltas are broken")

// deltas decodes n whole numbers of DELTA_BINARY_PACKED and returns the bytes after them. Blocks have the smallest difference,
// and what each difference has above it in miniblocks of a bit width of their own. Sums wrap, as writers have them do.
func deltas(data []byte, n int) (values []int64, rest []byte, err error) {
	if n == 0 && len(data) == 0 {
		return nil, nil, nil
	}
	var head [3]uint64 // values in a block, miniblocks in a block, values
	for i := range head {
		var used int
		if head[i], used = binary.Uvarint(data); used <= 0 {
			return nil, nil, errDelta
		}
		data = data[used:]
	}
	value, used := binary.Varint(data)
	if used <= 0 {
		return nil, nil, errDelta
	}
	data = data[used:]
	if head[2] != uint64(n) {
		return nil, nil, fmt.Errorf("has %d deltas for %d values", head[2], n)
	}
	const most = 1 << 20
	block, minis := int(min(head[0], most)), int(min(head[1], most))
	if minis == 0 || block == most || block%(8*minis) != 0 || block == 0 {
		return nil, nil, errDelta
	}
	values = make([]int64, 0, n)
	if n > 0 {
		values = append(values, value)
	}
	for len(values) < n {
		least, used := binary.Varint(data)
		if used <= 0 || len(data)-used < minis {
			return nil, nil, errDelta
		}
		widths := data[used : used+minis]
		data = data[used+minis:]
		for _, width := range widths {
			count := min(block/minis, n-len(values))
			if count == 0 {
				break // of miniblocks without values there are only the widths
			}
			if width > 64 || len(data) < (count*int(width)+7)/8 {
				return nil, nil, errDelta
			}
			for i := range count {
				value += least + int64(bitsAt(data, i*int(width), int(width)))
				values = append(values, value)
			}
			data = data[min(len(data), block/minis*int(width)/8):] // the last one is full of padding, or cut off
		}
	}
	return values, data, nil
}

// deltaWhole decodes n numbers of DELTA_BINARY_PACKED.
func (k *chunk) deltaWhole(data []byte, n int) ([]string, error) {
	if k.column.physical != format.Int32 && k.column.physical != format.Int64 {
		return nil, k.unreadable(format.DeltaBinaryPacked)
	}
	values, _, err := deltas(data, n)
	texts := make([]string, len(values))
	for i, x := range values {
		texts[i] = k.whole(uint64(x))
	}
	return texts, err
}

// deltaTexts decodes n texts: DELTA_LENGTH_BYTE_ARRAY has all lengths in front of all texts. DELTA_BYTE_ARRAY has in front of
// that how much each text has in common with the start of the text before it.
func (k *chunk) deltaTexts(data []byte, n int, encoding format.Encoding) (texts []string, err error) {
	if k.column.physical != format.ByteArray {
		return nil, k.unreadable(encoding)
	}
	var common []int64
	if encoding == format.DeltaByteArray {
		if common, data, err = deltas(data, n); err != nil {
			return nil, err
		}
	}
	lengths, data, err := deltas(data, n)
	if err != nil {
		return nil, err
	}
	all := string(data)
	texts = make([]string, n)
	before := ""
	for i, length := range lengths {
		if length < 0 || length > int64(len(all)) {
			return nil, errShort
		}
		texts[i], all = all[:length], all[length:]
		if common == nil {
			continue
		}
		if common[i] < 0 || common[i] > int64(len(before)) {
			return nil, errDelta
		}
		if k.left -= common[i]; k.left < 0 { // a few bytes can ask for a long start again and again
			return nil, errLarge
		}
		if common[i] > 0 {
			texts[i] = before[:common[i]] + texts[i]
		}
		before = texts[i]
	}
	return texts, nil
}

// split decodes n values of BYTE_STREAM_SPLIT: first the first bytes of all values, then the second ones, and so on.
func (k *chunk) split(data []byte, n int) ([]string, error) {
	width := map[format.Type]int{format.Int32: 4, format.Float: 4, format.Int64: 8, format.Double: 8}[k.column.physical]
	if width == 0 {
		return nil, k.unreadable(format.ByteStreamSplit)
	}
	if n > len(data)/width {
		return nil, errShort
	}
	joined := make([]byte, 0, n*width)
	for i := range n {
		for j := range width {
			joined = append(joined, data[j*n+i])
		}
	}
	return k.plain(joined, n)
}

// flags decodes n booleans in runs, with their length in front.
func (k *chunk) flags(data []byte, n int) ([]string, error) {
	if k.column.physical != format.Boolean {
		return nil, k.unreadable(format.RLE)
	}
	if n == 0 {
		return nil, nil
	}
	if len(data) < 4 || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-4) {
		return nil, errShort
	}
	list, err := hybrid(data[4:4+binary.LittleEndian.Uint32(data)], 1, n)
	texts := make([]string, len(list))
	for i, bit := range list {
		if int(bit) >= len(flag) { // a run has a byte for its bit
			return nil, fmt.Errorf("has %d for a boolean", bit)
		}
		texts[i] = flag[bit]
	}
	return texts, err
}

// flag is the text of a boolean.
var flag = [2]string{"0", "1"}
