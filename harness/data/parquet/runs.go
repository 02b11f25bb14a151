package parquet

import (
	"encoding/binary"
	"errors"
)

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
			x := uint32(bitsAt(data, 0, 8*size))
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
			out = append(out, uint32(bitsAt(data, i*width, width)))
		}
		data = data[min(uint64(len(data)), min(head>>1, uint64(n))*uint64(width)):]
	}
	return out, nil
}

// bitsAt reads the number of width bits, 64 at most, from bit at on. The lowest bits come first. All of them are in data.
func bitsAt(data []byte, at, width int) uint64 {
	if width == 0 {
		return 0
	}
	data = data[at/8:]
	shift := at % 8
	var x uint64
	if len(data) >= 8 {
		x = binary.LittleEndian.Uint64(data)
	} else {
		for i, b := range data {
			x |= uint64(b) << (8 * i)
		}
	}
	x >>= shift
	if shift+width > 64 {
		x |= uint64(data[8]) << (64 - shift)
	}
	return x << (64 - width) >> (64 - width)
}
