package parquet

import (
	"encoding/binary"
	"errors"
)

// walker goes over a structure in Thrift's compact protocol and checks that every length and count is covered by the bytes
// that are there, before a decoder makes room for them.
type walker struct {
	data    []byte
	at      int
	entries int // of lists, that may still come
}

// The types of the compact protocol that are not numbers in a varint.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
	thriftUUID   = 13

	deepest = 32
)

var errShort = errors.New("it ends too early")

// structure goes over fields until the one that says stop.
func (w *walker) structure(depth int) error {
	if depth > deepest {
		return errors.New("it is nested too deeply")
	}
	for {
		b, err := w.byte()
		if err != nil || b == 0 {
			return err
		}
		if b>>4 == 0 {
			if _, err := w.varint(); err != nil { // the field's number
				return err
			}
		}
		if kind := b & 0xf; kind != thriftTrue && kind != thriftFalse { // of which a field is the value
			if err := w.value(kind, depth); err != nil {
				return err
			}
		}
	}
}

func (w *walker) value(kind byte, depth int) error {
	switch kind {
	case thriftTrue, thriftFalse, thriftByte:
		return w.skip(1)
	case 4, 5, 6:
		_, err := w.varint()
		return err
	case thriftDouble:
		return w.skip(8)
	case thriftUUID:
		return w.skip(16)
	case thriftBinary:
		n, err := w.varint()
		if err != nil {
			return err
		}
		return w.skip(n)
	case thriftList, thriftSet:
		b, err := w.byte()
		n := uint64(b >> 4)
		if err == nil && n == 15 {
			n, err = w.varint()
		}
		if err != nil {
			return err
		}
		return w.repeated(n, depth, b&0xf)
	case thriftMap:
		n, err := w.varint()
		if err != nil || n == 0 {
			return err
		}
		b, err := w.byte()
		if err != nil {
			return err
		}
		return w.repeated(n, depth, b>>4, b&0xf)
	case thriftStruct:
		return w.structure(depth + 1)
	}
	return errors.New("it has a field of an unknown type")
}

// repeated goes over n times the given types.
func (w *walker) repeated(n uint64, depth int, kinds ...byte) error {
	if n > uint64(len(w.data)-w.at) {
		return errShort
	}
	if w.entries -= int(n); w.entries < 0 {
		return errors.New("it is too large")
	}
	for range n {
		for _, kind := range kinds {
			if depth >= deepest {
				return errors.New("it is nested too deeply")
			}
			if err := w.value(kind, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walker) byte() (byte, error) {
	if w.at >= len(w.data) {
		return 0, errShort
	}
	w.at++
	return w.data[w.at-1], nil
}

func (w *walker) varint() (uint64, error) {
	x, n := binary.Uvarint(w.data[w.at:])
	if n <= 0 {
		return 0, errShort
	}
	w.at += n
	return x, nil
}

func (w *walker) skip(n uint64) error {
	if n > uint64(len(w.data)-w.at) {
		return errShort
	}
	w.at += int(n)
	return nil
}
