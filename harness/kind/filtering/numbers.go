package filtering

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// encode are the bytes of numbers, little endian.
func encode[T float32 | float64](row []T) []byte {
	size := int(unsafe.Sizeof(*new(T)))
	data := make([]byte, 0, size*len(row))
	for _, x := range row {
		if size == 4 {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(x)))
		} else {
			data = binary.LittleEndian.AppendUint64(data, math.Float64bits(float64(x)))
		}
	}
	return data
}

// decode fills a row with the numbers at the beginning of data; false where there are too few.
func decode[T float32 | float64](data []byte, row []T) (rest []byte, ok bool) {
	size := int(unsafe.Sizeof(*new(T)))
	if len(data) < size*len(row) {
		return nil, false
	}
	for i := range row {
		if size == 4 {
			row[i] = T(math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:])))
		} else {
			row[i] = T(math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:])))
		}
	}
	return data[size*len(row):], true
}
