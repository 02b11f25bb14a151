package text

import "math/bits"

// pairs maps two neighbouring symbols to the rank of their merge: an open-addressing table, since nearly all the time of
// merging is look-ups, and half of them find nothing.
type pairs struct {
	keys  []uint64 // left<<32 | right, plus one: 0 is an empty place
	ranks []int32
	shift int
}

func newPairs(n int) pairs {
	width := bits.Len(uint(2*n)) + 1 // at most half full
	return pairs{make([]uint64, 1<<width), make([]int32, 1<<width), 64 - width}
}

// slot is where a key is, or where it would stand.
func (p *pairs) slot(key uint64) int {
	for i := int(key * 0x9E3779B97F4A7C15 >> p.shift); ; i = (i + 1) & (len(p.keys) - 1) { // multiplicative hashing (Knuth)
		if p.keys[i] == key || p.keys[i] == 0 {
			return i
		}
	}
}

func (p *pairs) set(left, right, rank int32) {
	key := (uint64(left)<<32 | uint64(right)) + 1
	i := p.slot(key)
	p.keys[i], p.ranks[i] = key, rank
}

func (p *pairs) get(left, right int32) (int32, bool) {
	i := p.slot((uint64(left)<<32 | uint64(right)) + 1)
	return p.ranks[i], p.keys[i] != 0
}
