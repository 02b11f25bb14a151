package gguf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// Metadata are a file's settings. A value is one of Go's sized integers, float32, float64, bool or string, a slice of one of
// these, or, for an array of arrays, a []any of such slices.
type Metadata map[string]any

// Int is the value of a whole number of whatever width; false says that there is none.
func (m Metadata) Int(key string) (int, bool, error) {
	var n int64
	switch v := m[key].(type) {
	case nil:
		return 0, false, nil
	case uint8:
		n = int64(v)
	case int8:
		n = int64(v)
	case uint16:
		n = int64(v)
	case int16:
		n = int64(v)
	case uint32:
		n = int64(v)
	case int32:
		n = int64(v)
	case uint64:
		if v > math.MaxInt64 {
			return 0, true, fmt.Errorf("%s is %d, which is too large", key, v)
		}
		n = int64(v)
	case int64:
		n = v
	default:
		return 0, true, fmt.Errorf("%s is a %T instead of a whole number", key, v)
	}
	if n != int64(int(n)) {
		return 0, true, fmt.Errorf("%s is %d, which is too large", key, n)
	}
	return int(n), true, nil
}

// Float is the value of a number. That of a float32 is the shortest decimal that rounds to it: 1e-5 was meant, not
// 9.99999974e-06.
func (m Metadata) Float(key string) (float64, bool, error) {
	switch v := m[key].(type) {
	case nil:
		return 0, false, nil
	case float64:
		return v, true, nil
	case float32:
		x, err := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
		return x, true, err
	}
	n, _, err := m.Int(key)
	if err != nil {
		return 0, true, fmt.Errorf("%s is a %T instead of a number", key, m[key])
	}
	return float64(n), true, nil
}

// Get is the value of exactly the type T; false says that there is none.
func Get[T any](m Metadata, key string) (T, bool, error) {
	var none T
	v, ok := m[key]
	if !ok {
		return none, false, nil
	}
	x, ok := v.(T)
	if !ok {
		return none, true, fmt.Errorf("%s is a %T instead of a %T", key, v, none)
	}
	return x, true, nil
}

// reader reads the numbers of a header. The first mistake stays in err, after which it only returns zeros.
type reader struct {
	from *bufio.Reader
	left int64 // bytes up to the end of the file
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

// room reports whether count things of at least size bytes each can follow. Nothing is allocated for a count without it.
func (r *reader) room(count, size uint64) bool { return r.err == nil && count <= uint64(r.left)/size }

func (r *reader) bytes(n uint64) []byte {
	if !r.room(n, 1) {
		r.fail("want %d bytes, but only %d are left in the file", n, r.left)
		return nil
	}
	p := make([]byte, n)
	if _, err := io.ReadFull(r.from, p); err != nil {
		r.err = err
		return nil
	}
	r.left -= int64(n)
	return p
}

// fixed reads n bytes into the scratch p of that length; all zeros after a mistake.
func (r *reader) fixed(p []byte) []byte {
	if r.err == nil {
		if _, err := io.ReadFull(r.from, p); err != nil {
			clear(p)
			r.err = errors.New("the file ends too early")
		} else {
			r.left -= int64(len(p))
		}
	}
	return p
}

func (r *reader) uint8() uint8 {
	var p [1]byte
	return r.fixed(p[:])[0]
}

func (r *reader) uint16() uint16 {
	var p [2]byte
	return binary.LittleEndian.Uint16(r.fixed(p[:]))
}

func (r *reader) uint32() uint32 {
	var p [4]byte
	return binary.LittleEndian.Uint32(r.fixed(p[:]))
}

func (r *reader) uint64() uint64 {
	var p [8]byte
	return binary.LittleEndian.Uint64(r.fixed(p[:]))
}

func (r *reader) text() string { return string(r.bytes(r.uint64())) }

func (r *reader) bool() bool {
	b := r.uint8()
	if b > 1 {
		r.fail("a boolean is %d; want 0 or 1", b)
	}
	return b == 1
}

// maxNesting is how deep arrays may stand in arrays.
const maxNesting = 4

// value reads a value of the type with the given number.
func (r *reader) value(typ uint32, depth int) any {
	switch typ {
	case 0:
		return r.uint8()
	case 1:
		return int8(r.uint8())
	case 2:
		return r.uint16()
	case 3:
		return int16(r.uint16())
	case 4:
		return r.uint32()
	case 5:
		return int32(r.uint32())
	case 6:
		return math.Float32frombits(r.uint32())
	case 7:
		return r.bool()
	case 8:
		return r.text()
	case 9:
		return r.array(depth)
	case 10:
		return r.uint64()
	case 11:
		return int64(r.uint64())
	case 12:
		return math.Float64frombits(r.uint64())
	}
	r.fail("the value type %d is unknown", typ)
	return nil
}

// array reads an array's element type, length and elements.
func (r *reader) array(depth int) any {
	typ, n := r.uint32(), r.uint64()
	switch typ {
	case 0:
		return list(r, n, 1, r.uint8)
	case 1:
		return list(r, n, 1, func() int8 { return int8(r.uint8()) })
	case 2:
		return list(r, n, 2, r.uint16)
	case 3:
		return list(r, n, 2, func() int16 { return int16(r.uint16()) })
	case 4:
		return list(r, n, 4, r.uint32)
	case 5:
		return list(r, n, 4, func() int32 { return int32(r.uint32()) })
	case 6:
		return list(r, n, 4, func() float32 { return math.Float32frombits(r.uint32()) })
	case 7:
		return list(r, n, 1, r.bool)
	case 8:
		return list(r, n, 8, r.text)
	case 9:
		if depth == maxNesting {
			r.fail("arrays are nested more than %d deep", maxNesting)
			return nil
		}
		return list(r, n, 12, func() any { return r.array(depth + 1) })
	case 10:
		return list(r, n, 8, r.uint64)
	case 11:
		return list(r, n, 8, func() int64 { return int64(r.uint64()) })
	case 12:
		return list(r, n, 8, func() float64 { return math.Float64frombits(r.uint64()) })
	}
	r.fail("the element type %d is unknown", typ)
	return nil
}

// list reads n elements, which take at least size bytes each.
func list[T any](r *reader, n, size uint64, read func() T) []T {
	if !r.room(n, size) {
		r.fail("an array claims %d elements, but only %d bytes are left in the file", n, r.left)
		return nil
	}
	out := make([]T, n)
	for i := range out {
		if out[i] = read(); r.err != nil {
			return nil
		}
	}
	return out
}
