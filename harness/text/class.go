package text

import (
	"sync"
	"unicode"
)

// class says to which of the classes that splitting patterns name a character belongs.
type class uint8

const (
	letter  class = 1 << iota // \p{L}
	mark                      // \p{M}
	number                    // \p{N}
	space                     // \s: White_Space
	numeric                   // what the Digits pre-tokenizer isolates: Rust's char::is_numeric
)

// later are characters that Go's tables (Unicode 15) lack and the reference's have: its regular expressions are at
// Unicode 16, its is_numeric at 17. Found by asking the Python package tokenizers 0.23.3 for every code point.
var later = []struct {
	class  class
	ranges [][2]rune
}{
	{letter, [][2]rune{
		{0x1C89, 0x1C8A},
		{0xA7CB, 0xA7CD},
		{0xA7DA, 0xA7DC},
		{0x105C0, 0x105F3},
		{0x10D4A, 0x10D65},
		{0x10D6F, 0x10D85},
		{0x10EC2, 0x10EC4},
		{0x11380, 0x11389},
		{0x1138B, 0x1138B},
		{0x1138E, 0x1138E},
		{0x11390, 0x113B5},
		{0x113B7, 0x113B7},
		{0x113D1, 0x113D1},
		{0x113D3, 0x113D3},
		{0x11BC0, 0x11BE0},
		{0x13460, 0x143FA},
		{0x16100, 0x1611D},
		{0x16D40, 0x16D6C},
		{0x18CFF, 0x18CFF},
		{0x1E5D0, 0x1E5ED},
		{0x1E5F0, 0x1E5F0},
		{0x2EBF0, 0x2EE5D},
	}},
	{mark, [][2]rune{
		{0x897, 0x897},
		{0x10D69, 0x10D6D},
		{0x10EFC, 0x10EFC},
		{0x113B8, 0x113C0},
		{0x113C2, 0x113C2},
		{0x113C5, 0x113C5},
		{0x113C7, 0x113CA},
		{0x113CC, 0x113D0},
		{0x113D2, 0x113D2},
		{0x113E1, 0x113E2},
		{0x11F5A, 0x11F5A},
		{0x1611E, 0x1612F},
		{0x1E5EE, 0x1E5EF},
	}},
	{number | numeric, [][2]rune{
		{0x10D40, 0x10D49},
		{0x116D0, 0x116E3},
		{0x11BF0, 0x11BF9},
		{0x16130, 0x16139},
		{0x16D70, 0x16D79},
		{0x1CCF0, 0x1CCF9},
		{0x1E5F1, 0x1E5FA},
	}},
	{numeric, [][2]rune{{0x11DE0, 0x11DE9}, {0x16FF4, 0x16FF6}}},
}

// classes has the class of every code point: one megabyte, made once, for one look-up a character.
var classes = sync.OnceValue(func() *[unicode.MaxRune + 1]class {
	t := new([unicode.MaxRune + 1]class)
	for _, c := range []struct {
		class class
		table *unicode.RangeTable
	}{{letter, unicode.L}, {mark, unicode.M}, {number | numeric, unicode.N}, {space, unicode.White_Space}} {
		for _, r := range c.table.R16 {
			for x := rune(r.Lo); x <= rune(r.Hi); x += rune(r.Stride) {
				t[x] |= c.class
			}
		}
		for _, r := range c.table.R32 {
			for x := rune(r.Lo); x <= rune(r.Hi); x += rune(r.Stride) {
				t[x] |= c.class
			}
		}
	}
	for _, c := range later {
		for _, r := range c.ranges {
			for x := r[0]; x <= r[1]; x++ {
				t[x] |= c.class
			}
		}
	}
	return t
})
