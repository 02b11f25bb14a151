package text

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync/atomic"
)

// cache remembers the ids of short pieces. It has a fixed number of places and a piece has one of them, so it neither
// grows nor locks; what it holds changes no result.
type cache struct {
	seed   maphash.Seed
	places [1 << cacheBits]atomic.Pointer[cached]
}

type cached struct {
	piece string
	ids   []int
}

const (
	cacheBits    = 16
	cachedLength = 64 // bytes of a piece
)

func newCache() *cache { return &cache{seed: maphash.MakeSeed()} }

func (c *cache) place(piece string) *atomic.Pointer[cached] {
	return &c.places[maphash.String(c.seed, piece)>>(64-cacheBits)]
}

func (c *cache) get(piece string) ([]int, bool) {
	if len(piece) > cachedLength {
		return nil, false
	}
	if e := c.place(piece).Load(); e != nil && e.piece == piece {
		return e.ids, true
	}
	return nil, false
}

// put remembers copies: a piece is part of a text that may be long.
func (c *cache) put(piece string, ids []int) {
	if len(piece) <= cachedLength {
		c.place(piece).Store(&cached{strings.Clone(piece), slices.Clone(ids)})
	}
}
