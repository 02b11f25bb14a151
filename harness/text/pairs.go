package text

import "math/bits"

// pairs maps two neighbouring symbols to the rank of their merge: an open-addressing table, since nearly all the time of
// merging is look-ups, and most of them find nothing. An entry is left (21 bits), right (21), rank plus one (22), so that
// a look-up touches one word; 0 is an empty place.
type pairs struct {
	entries []uint64
	shift   int
}

// What the bits of an entry hold.
const (
	mostTokens = 1 << 21
	mostMerges = 1<<22 - 2
)

func newPairs(n int) pairs {
	width := bits.Len(uint(2*n) | 1) // at most half full
	return pairs{make([]uint64, 1<<width), 64 - width}
}

// slot is where a pair is, or where it would stand.
func (p *pairs) slot(key uint64) int {
	for i := int(key * 0x9E3779B97F4A7C15 >> p.shift); ; i = (i + 1) & (len(p.entries) - 1) { // multiplicative hashing (Knuth)
		if e := p.entries[i]; e>>22 == key || e == 0 {
			return i
		}
	}
}

func (p *pairs) set(left, right, rank int32) {
	key := uint64(left)<<21 | uint64(right)
	p.entries[p.slot(key)] = key<<22 | uint64(rank+1)
}

func (p *pairs) get(left, right int32) (int32, bool) {
	e := p.entries[p.slot(uint64(left)<<21|uint64(right))]
	return int32(e&(1<<22-1)) - 1, e != 0
}
