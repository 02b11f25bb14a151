package gguf

import (
	"encoding/binary"
	"math"

	"congrad/harness/model/narrow"
)

// A block's entries are q·d, q·d + m or q·d − m: q small whole numbers, d and m scales of the block, which the K types
// multiply by small whole numbers for each sixteenth or eighth of it. Products are rounded to float32 before they are added
// (the conversions say so: a compiler may fuse otherwise), which makes the entries bit-equal to those of llama.cpp's Python.

// The unquantised types take any number of blocks, which are entries, at a time.
func f32(b []byte, y []float32) {
	for i := range y {
		y[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
}

func f16(b []byte, y []float32) {
	for i := range y {
		y[i] = half(b[2*i:])
	}
}

func bf16(b []byte, y []float32) {
	for i := range y {
		y[i] = narrow.BFloat16(binary.LittleEndian.Uint16(b[2*i:]))
	}
}

func half(b []byte) float32 { return narrow.Half(binary.LittleEndian.Uint16(b)) }

// q4_0: d, 16 bytes of two q + 8 each, the second half of the entries in the upper bits.
func q4_0(b []byte, y []float32) {
	d := half(b)
	for i, q := range b[2:18] {
		y[i] = d * float32(int(q&15)-8)
		y[i+16] = d * float32(int(q>>4)-8)
	}
}

// q4_1: d, m, 16 bytes of two q each.
func q4_1(b []byte, y []float32) {
	d, m := half(b), half(b[2:])
	for i, q := range b[4:20] {
		y[i] = float32(d*float32(q&15)) + m
		y[i+16] = float32(d*float32(q>>4)) + m
	}
}

// q5_0: d, the fifth bits of the 32 entries, the other four as in q4_0; q + 16 is stored.
func q5_0(b []byte, y []float32) {
	d, high := half(b), binary.LittleEndian.Uint32(b[2:])
	for i, q := range b[6:22] {
		y[i] = d * float32(int(q&15)|int(high>>i&1)<<4-16)
		y[i+16] = d * float32(int(q>>4)|int(high>>(i+16)&1)<<4-16)
	}
}

// q5_1: d, m, then as q5_0.
func q5_1(b []byte, y []float32) {
	d, m, high := half(b), half(b[2:]), binary.LittleEndian.Uint32(b[4:])
	for i, q := range b[8:24] {
		y[i] = float32(d*float32(int(q&15)|int(high>>i&1)<<4)) + m
		y[i+16] = float32(d*float32(int(q>>4)|int(high>>(i+16)&1)<<4)) + m
	}
}

// q8_0: d, 32 signed bytes.
func q8_0(b []byte, y []float32) {
	d := half(b)
	for i, q := range b[2:34] {
		y[i] = d * float32(int8(q))
	}
}

// q2_K: 16 bytes of a scale and a minimum of 4 bits each for 16 entries, 64 bytes of four q each, d, m. Each 32 bytes hold
// 128 entries, the first 32 of them in their lowest two bits.
func q2_K(b []byte, y []float32) {
	scales, qs, d, m := b[:16], b[16:80], half(b[80:]), half(b[82:])
	for i := range 16 {
		scale, low := d*float32(scales[i]&15), m*float32(scales[i]>>4)
		at, shift := i/8*32+i%2*16, i/2%4*2
		for j := range 16 {
			y[16*i+j] = float32(scale*float32(qs[at+j]>>shift&3)) - low
		}
	}
}

// q3_K: 32 bytes of third bits, the q's other two bits as in q2_K, 12 bytes of 16 scales + 32 of 6 bits each, d. The third bit
// counts -4 where it is not set.
func q3_K(b []byte, y []float32) {
	high, qs, packed, d := b[:32], b[32:96], b[96:108], half(b[108:])
	for i := range 16 {
		low4, high2 := packed[i%8]>>(i/8*4)&15, packed[8+i%4]>>(i/4*2)&3
		scale := d * float32(int(low4|high2<<4)-32)
		at, shift := i/8*32+i%2*16, i/2%4*2
		for j := range 16 {
			q := int(qs[at+j]>>shift&3) | int(high[i%2*16+j]>>(i/2)&1)<<2
			y[16*i+j] = scale * float32(q-4)
		}
	}
}

// scaleMin unpacks the i-th of eight scales and minimums of 6 bits each from the 12 bytes that q4_K and q5_K keep them in: the
// first four of both lie in the lower bits of eight bytes, whose upper two bits and the last four bytes hold the others.
func scaleMin(p []byte, i int) (scale, low float32) {
	if i < 4 {
		return float32(p[i] & 63), float32(p[i+4] & 63)
	}
	return float32(p[i+4]&15 | p[i-4]>>6<<4), float32(p[i+4]>>4 | p[i]>>6<<4)
}

// q4_K: d, m, 8 scales and minimums, 128 bytes of two q each. Each 32 bytes hold 64 entries, the first 32 in the lower bits.
func q4_K(b []byte, y []float32) {
	d, m, packed, qs := half(b), half(b[2:]), b[4:16], b[16:144]
	for i := range 8 {
		scale, low := scaleMin(packed, i)
		scale, low = d*scale, m*low
		for j, q := range qs[i/2*32 : i/2*32+32] {
			y[32*i+j] = float32(scale*float32(q>>(i%2*4)&15)) - low
		}
	}
}

// q5_K: as q4_K, with 32 bytes of fifth bits before the q.
func q5_K(b []byte, y []float32) {
	d, m, packed, high, qs := half(b), half(b[2:]), b[4:16], b[16:48], b[48:176]
	for i := range 8 {
		scale, low := scaleMin(packed, i)
		scale, low = d*scale, m*low
		for j, q := range qs[i/2*32 : i/2*32+32] {
			y[32*i+j] = float32(scale*float32(q>>(i%2*4)&15|high[j]>>i&1<<4)) - low
		}
	}
}

// q6_K: 128 bytes of two lower four bits each, 64 bytes of four upper two bits each, 16 signed scales, d; q + 32 is stored.
// Each half of the bytes holds 128 entries.
func q6_K(b []byte, y []float32) {
	low, high, scales, d := b[:128], b[128:192], b[192:208], half(b[208:])
	for i := range 16 {
		scale := d * float32(int8(scales[i]))
		quarter, at := i/2%4, i%2*16 // of the half i/8
		for j := range 16 {
			l := low[i/8*64+quarter%2*32+at+j] >> (quarter / 2 * 4) & 15
			h := high[i/8*32+at+j] >> (quarter * 2) & 3
			y[16*i+j] = scale * float32(int(l|h<<4)-32)
		}
	}
}
