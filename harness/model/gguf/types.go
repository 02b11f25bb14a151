package gguf

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Type is a tensor's type, by ggml's number.
type Type uint32

// layout is how a type stores a run of entries: block entries in bytes bytes.
type layout struct {
	block, bytes int
	// dequantise turns one block into its entries; where a block is one entry, any number of them.
	dequantise func(b []byte, y []float32)
}

// The types that are read.
var layouts = map[Type]layout{
	0:  {1, 4, f32},
	1:  {1, 2, f16},
	30: {1, 2, bf16},
	2:  {32, 2 + 16, q4_0},
	3:  {32, 2 + 2 + 16, q4_1},
	6:  {32, 2 + 4 + 16, q5_0},
	7:  {32, 2 + 2 + 4 + 16, q5_1},
	8:  {32, 2 + 32, q8_0},
	10: {256, 16 + 64 + 2 + 2, q2_K},
	11: {256, 32 + 64 + 12 + 2, q3_K},
	12: {256, 2 + 2 + 12 + 128, q4_K},
	13: {256, 2 + 2 + 12 + 32 + 128, q5_K},
	14: {256, 128 + 64 + 16 + 2, q6_K},
}

// The names of these and of those that are not read.
var names = map[Type]string{
	0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1",
	10: "Q2_K", 11: "Q3_K", 12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K",
	16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 29: "IQ1_M",
	24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64", 30: "BF16", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4", 40: "NVFP4",
}

// String is the type's name.
func (t Type) String() string {
	if name, ok := names[t]; ok {
		return name
	}
	return fmt.Sprintf("number %d", uint32(t))
}

// supported lists the names of the types that are read.
func supported() string {
	var list []string
	for _, t := range slices.Sorted(maps.Keys(layouts)) {
		list = append(list, t.String())
	}
	return strings.Join(list, ", ")
}
