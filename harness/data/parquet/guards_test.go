package parquet

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"
	"github.com/parquet-go/parquet-go/format"
)

// head is the start of DELTA_BINARY_PACKED: sizes of a block, its number of miniblocks, the number of values, and the first.
func head(block, minis, n uint64, first int64) []byte {
	data := binary.AppendUvarint(binary.AppendUvarint(binary.AppendUvarint(nil, block), minis), n)
	return binary.AppendVarint(data, first)
}

// The two examples of Encodings.md in the format's description, and sums that wrap.
func TestDeltas(t *testing.T) {
	packed := append(head(128, 4, 5, 1), 2, 0, 0, 0, 0) // 1 to 5: the smallest difference is 1, and nothing is above it
	for name, c := range map[string]struct {
		data []byte
		want []int64
	}{
		"steps of one": {packed, []int64{1, 2, 3, 4, 5}},
		// 7, 5, 3, 1, 2, 3, 4, 5: differences -2 (three times) and 1, so 0 or 3 above -2, in two bits each.
		"the mixed example":  {append(append(head(128, 4, 8, 7), 3, 2, 0, 0, 0), 0xc0, 0x3f, 0, 0, 0, 0, 0, 0), []int64{7, 5, 3, 1, 2, 3, 4, 5}},
		"one value":          {head(128, 4, 1, -9), []int64{-9}},
		"no value":           {head(128, 4, 0, 0), []int64{}},
		"beyond the largest": {append(head(128, 4, 2, 1<<62), append(binary.AppendVarint(nil, 1<<62), 0, 0, 0, 0)...), []int64{1 << 62, -1 << 63}},
	} {
		got, rest, err := deltas(append(c.data, "rest"...), len(c.want))
		if err != nil || !slices.Equal(got, c.want) || string(rest) != "rest" {
			t.Errorf("%s: %v, rest %q, %v", name, got, rest, err)
		}
	}
}

// Deltas that claim more than there is are refused before there is room for it.
func TestDeltasClaimNothing(t *testing.T) {
	for name, data := range map[string][]byte{
		"no head":                     {0x80},
		"another number of values":    head(128, 4, 1<<40, 1),
		"no miniblocks":               append(head(128, 0, 9, 1), 0, 0),
		"more miniblocks than bytes":  append(head(1<<19, 1<<16, 9, 1), 0, 0),
		"a block of no multiple":      append(head(100, 4, 9, 1), 0, 0, 0, 0, 0),
		"a block that is too large":   append(head(1<<40, 4, 9, 1), 0, 0, 0, 0, 0),
		"a width beyond 64 bits":      append(head(128, 4, 9, 1), 0, 65, 0, 0, 0),
		"a miniblock that is cut off": append(head(128, 4, 9, 1), 0, 64, 0, 0, 0, 1, 2, 3),
	} {
		if got, _, err := deltas(data, 9); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
	long := head(128, 4, 3, 0)
	prefixes := append(slices.Clone(long), 0, 0, 0, 0, 0) // 0, 0, 0
	k := chunk{column: Column{physical: format.ByteArray}, left: 10}
	for name, data := range map[string][]byte{
		"a negative length":       append(append(slices.Clone(prefixes), head(128, 4, 3, -1)...), 0, 0, 0, 0, 0),
		"a length beyond the end": append(append(slices.Clone(prefixes), head(128, 4, 3, 5)...), 0, 0, 0, 0, 0),
		"a start of nothing":      append(append(head(128, 4, 3, 1), 0, 0, 0, 0, 0), prefixes...),
	} {
		if got, err := k.deltaTexts(data, 3, format.DeltaByteArray); err == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
	// Starts are paid for: "abcdefgh" and twice all of it again is 16 bytes, and there is room for 10.
	again := append(append(head(128, 4, 3, 0), 0, 4, 0, 0, 0, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), head(128, 4, 3, 8)...)
	again = append(again, 15, 4, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	if got, err := k.deltaTexts(append(again, "abcdefgh"...), 3, format.DeltaByteArray); err == nil {
		t.Errorf("%q", got)
	}
}

// A run of booleans has a byte for its value, of which only 0 and 1 mean something.
func TestBooleanRuns(t *testing.T) {
	k := chunk{column: Column{physical: format.Boolean}}
	if got, err := k.flags([]byte{2, 0, 0, 0, 3 << 1, 1}, 3); err != nil || !slices.Equal(got, []string{"1", "1", "1"}) {
		t.Errorf("%q, %v", got, err)
	}
	for _, data := range [][]byte{{2, 0, 0, 0, 3 << 1, 33}, {0, 0, 0, 0}, {9, 0, 0, 0, 3 << 1, 1}, {1, 0}} {
		if got, err := k.flags(data, 3); err == nil {
			t.Errorf("%v: %q", data, got)
		}
	}
}

// Sequences as lz4_Block_format.md describes them: literals, copies that overlap what they write, long lengths.
func TestLZ4(t *testing.T) {
	for want, data := range map[string][]byte{
		"hello":                        append([]byte{0x50}, "hello"...),
		"abababababxyz":                append([]byte{0x24, 'a', 'b', 2, 0, 0x30}, "xyz"...),
		strings.Repeat("q", 305) + "z": {0x1f, 'q', 1, 0, 255, 30, 0x10, 'z'},
	} {
		if got, err := lz4(data, len(want)); err != nil || string(got) != want {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
		for i := range data {
			if got, err := lz4(data[:i], len(want)); err == nil {
				t.Errorf("cut off after %d: %q", i, got)
			}
		}
		if got, err := lz4(data, len(want)-1); err == nil {
			t.Errorf("longer than claimed: %q", got)
		}
	}
	for name, data := range map[string][]byte{"a copy from before the start": {0x10, 'a', 2, 0, 0x00}, "a copy of what is being written": {0x10, 'a', 0, 0, 0x00}} {
		if got, err := lz4(data, 5); err == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A page of a few bytes that claims gigabytes is refused before there is room for them; the largest true ratios are read.
func TestRatios(t *testing.T) {
	for _, codec := range []format.CompressionCodec{format.Snappy, format.Lz4Raw, format.Gzip, format.Zstd, format.Brotli, format.Uncompressed} {
		claim := binary.AppendUvarint(nil, 1<<31-1)
		allocated := testing.AllocsPerRun(1, func() {
			if _, err := decompress(codec, claim, 1<<31-1); err == nil {
				t.Errorf("%s: read", codec)
			}
		})
		if allocated > 1000 {
			t.Errorf("%s: %g allocations", codec, allocated)
		}
	}
	same := make([]byte, 1<<20)
	if got, err := decompress(format.Snappy, snappy.Encode(nil, same), len(same)); err != nil || len(got) != len(same) {
		t.Errorf("snappy: %d, %v", len(got), err)
	}
	tight := append([]byte{0x1f, 0, 1, 0}, append(slices.Repeat([]byte{255}, 4000), 0, 0)...)
	if got, err := decompress(format.Lz4Raw, tight, 1+4+15+255*4000); err != nil || len(got) == 0 {
		t.Errorf("LZ4: %d, %v", len(got), err)
	}
}

// One reader serves all widths, at all offsets of bits.
func TestBitsAt(t *testing.T) {
	data := []byte{0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x11, 0x22, 0x33}
	for width := range 65 {
		for at := 0; at+width <= 8*len(data); at++ {
			want := uint64(0)
			for i := range width {
				bit := at + i
				want |= uint64(data[bit/8]>>(bit%8)&1) << i
			}
			if got := bitsAt(data, at, width); got != want {
				t.Fatalf("%d bits at %d: %x, want %x", width, at, got, want)
			}
		}
	}
}
