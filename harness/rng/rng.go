// Package rng derives every random stream of an experiment from what the stream is for.
//
// There is no shared generator. A consumer names its purpose and its coordinates (language, item, iteration) and gets
// a stream of its own, so that no result depends on the order in which stages run, on the number of workers, or on
// what another consumer drew before.
package rng

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Stream returns the generator of (seed, purpose, coordinates...). Equal arguments give equal streams on every
// platform; any difference, also in how the coordinates are cut ("ab","c" against "a","bc"), gives an unrelated one.
func Stream(seed uint64, purpose string, coordinates ...string) *rand.Rand {
	return rand.New(rand.NewChaCha8(Key(seed, purpose, coordinates...)))
}

// Key is the 256-bit key behind Stream, for consumers that bring their own counter-based generator.
func Key(seed uint64, purpose string, coordinates ...string) [32]byte {
	h := sha256.New()
	var word [8]byte
	put := func(n uint64) {
		binary.LittleEndian.PutUint64(word[:], n)
		h.Write(word[:])
	}
	put(seed)
	for _, part := range append([]string{purpose}, coordinates...) {
		put(uint64(len(part))) // a length prefix keeps ("ab","c") and ("a","bc") apart
		h.Write([]byte(part))
	}
	return [32]byte(h.Sum(nil))
}
