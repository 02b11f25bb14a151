package parquet

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
)

// The most bytes that one stored byte can stand for. Three bytes of snappy copy at most 64; a byte of LZ4 lengthens a copy by
// at most 255. Room is made only for what the stored bytes can hold.
const (
	snappyRatio = 32
	lz4Ratio    = 256
)

// decompress returns exactly whole bytes, the size that the page claims, or an error.
func decompress(codec format.CompressionCodec, data []byte, whole int) ([]byte, error) {
	if whole == 0 { // some writers store nothing at all here
		return nil, nil
	}
	var r io.Reader
	switch codec {
	case format.Uncompressed:
		if len(data) != whole {
			return nil, fmt.Errorf("has %d bytes and claims %d", len(data), whole)
		}
		return data, nil
	case format.Snappy:
		if n, err := snappy.DecodedLen(data); err != nil || n != whole || whole > snappyRatio*len(data) {
			return nil, fmt.Errorf("does not decompress to %d bytes", whole)
		}
		out, err := snappy.Decode(nil, data)
		if err != nil {
			return nil, fmt.Errorf("does not decompress: %w", err)
		}
		return out, nil
	case format.Lz4Raw:
		if whole > lz4Ratio*len(data) {
			return nil, fmt.Errorf("does not decompress to %d bytes", whole)
		}
		return lz4(data, whole)
	case format.Gzip:
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("does not decompress: %w", err)
		}
		r = z
	case format.Brotli:
		r = brotli.NewReader(bytes.NewReader(data))
	case format.Zstd:
		z, err := zstd.NewReader(bytes.NewReader(data), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(64<<20))
		if err != nil {
			return nil, fmt.Errorf("does not decompress: %w", err)
		}
		defer z.Close()
		r = z
	default:
		return nil, fmt.Errorf("is compressed by %s; want snappy, gzip, zstd, brotli, LZ4_RAW or none", codec)
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

var errLZ4 = errors.New("does not decompress: its LZ4 block is broken")

// lz4 decompresses a block of LZ4 to whole bytes: sequences of literal bytes and of a copy from further back, the last without
// a copy (github.com/lz4/lz4, doc/lz4_Block_format.md).
func lz4(data []byte, whole int) ([]byte, error) {
	out := make([]byte, 0, whole)
	for len(data) > 0 {
		token := data[0]
		literals, rest, ok := lz4Length(data[1:], int(token>>4))
		if !ok || literals > len(rest) || literals > whole-len(out) {
			return nil, errLZ4
		}
		out, data = append(out, rest[:literals]...), rest[literals:]
		if len(data) == 0 {
			break
		}
		if len(data) < 2 {
			return nil, errLZ4
		}
		back := int(data[0]) | int(data[1])<<8
		length, rest, ok := lz4Length(data[2:], int(token&15))
		length += 4
		if !ok || back == 0 || back > len(out) || length > whole-len(out) {
			return nil, errLZ4
		}
		for length > 0 { // a copy may overlap what it writes
			from := out[len(out)-back:]
			n := min(length, len(from))
			out = append(out, from[:n]...)
			length -= n
		}
		data = rest
	}
	if len(out) != whole {
		return nil, fmt.Errorf("does not decompress to %d bytes", whole)
	}
	return out, nil
}

// lz4Length reads on a length whose four bits are all set.
func lz4Length(data []byte, n int) (length int, rest []byte, ok bool) {
	if n < 15 {
		return n, data, true
	}
	for i, b := range data {
		if n += int(b); b != 255 {
			return n, data[i+1:], true
		}
	}
	return 0, nil, false
}
