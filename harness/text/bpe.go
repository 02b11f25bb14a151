package text

import (
	"fmt"
	"sync"
	"unicode/utf8"
)

// bpe merges the symbols of a piece into tokens (Sennrich et al. 2016). A symbol is a byte where the pre-tokenizer is
// ByteLevel, else a character.
type bpe struct {
	ranks    pairs          // two neighbours -> rank of their merge
	product  []int32        // rank -> the token that the merge makes
	whole    map[string]int // pieces that are a token without merging (ignore_merges); nil without
	bytes    *[256]int32    // byte -> symbol, -1 where there is none; nil where symbols are characters
	chars    map[rune]int32 // character -> symbol
	fallback *[256]int32    // byte -> the token <0xNN>, -1 where there is none; nil without byte_fallback
	unknown  int32          // the token of a character that is not in the vocabulary, -1 without
	fuse     bool           // neighbouring unknown characters are one token
	cache    *cache
	scratch  sync.Pool // *work
}

// work is the memory of one merge.
type work struct {
	ids        []int32
	prev, next []int32
	queue      []uint64
}

// learn takes the file's merges, in the order of their ranks.
func (m *bpe) learn(merges [][2]string, vocab map[string]int) error {
	if len(vocab) > mostTokens || len(merges) > mostMerges {
		return fmt.Errorf("%d tokens and %d merges are more than the %d and %d that are supported", len(vocab), len(merges), mostTokens, mostMerges)
	}
	m.ranks = newPairs(len(merges))
	m.product = make([]int32, len(merges))
	for rank, pair := range merges {
		var ids [3]int
		for i, token := range []string{pair[0], pair[1], pair[0] + pair[1]} {
			id, ok := vocab[token]
			if !ok {
				return fmt.Errorf("merges: number %d: %q is not in the vocabulary", rank+1, token)
			}
			ids[i] = id
		}
		m.ranks.set(int32(ids[0]), int32(ids[1]), int32(rank)) // of a pair listed twice the last place counts
		m.product[rank] = int32(ids[2])
	}
	return nil
}

// piece appends the ids of a piece.
func (m *bpe) piece(ids []int, s string) []int {
	if m.whole != nil {
		if id, ok := m.whole[s]; ok {
			return append(ids, id)
		}
	}
	if known, ok := m.cache.get(s); ok {
		return append(ids, known...)
	}
	start := len(ids)
	w, _ := m.scratch.Get().(*work)
	if w == nil {
		w = new(work)
	}
	m.symbols(w, s)
	if len(w.ids) > 1 {
		m.merge(w)
	}
	for _, id := range w.ids {
		ids = append(ids, int(id))
	}
	m.scratch.Put(w)
	m.cache.put(s, ids[start:])
	return ids
}

// symbols writes the symbols of a piece into w.ids.
func (m *bpe) symbols(w *work, s string) {
	w.ids = w.ids[:0]
	if m.bytes != nil {
		for i := range len(s) {
			if id := m.bytes[s[i]]; id >= 0 { // a byte that the vocabulary lacks is dropped, as the reference does
				w.ids = append(w.ids, id)
			}
		}
		return
	}
	waiting := false // for the end of a run of unknown characters
	for i, r := range s {
		if id, ok := m.chars[r]; ok {
			if waiting {
				w.ids, waiting = append(w.ids, m.unknown), false
			}
			w.ids = append(w.ids, id)
			continue
		}
		// the reference lets bytes overtake an unknown character that still waits
		if m.fall(w, s[i:i+utf8.RuneLen(r)]) || m.unknown < 0 {
			continue
		}
		if waiting && !m.fuse {
			w.ids = append(w.ids, m.unknown)
		}
		waiting = true
	}
	if waiting {
		w.ids = append(w.ids, m.unknown)
	}
}

// fall appends a character as byte tokens, if there is one for each of its bytes.
func (m *bpe) fall(w *work, char string) bool {
	if m.fallback == nil {
		return false
	}
	for i := range len(char) {
		if m.fallback[char[i]] < 0 {
			return false
		}
	}
	for i := range len(char) {
		w.ids = append(w.ids, m.fallback[char[i]])
	}
	return true
}

// merge joins the pair of lowest rank, the leftmost first, until no pair is left that the file merges. The queue holds
// rank<<32 | position; an entry whose neighbours have changed since is dropped, unless they make the same token.
func (m *bpe) merge(w *work) {
	n := int32(len(w.ids))
	w.prev, w.next, w.queue = w.prev[:0], w.next[:0], w.queue[:0]
	for i := range n {
		w.prev, w.next = append(w.prev, i-1), append(w.next, i+1)
		if i+1 < n {
			m.propose(w, i, i+1)
		}
	}
	for len(w.queue) > 0 {
		top := pop(&w.queue)
		at, made := int32(uint32(top)), m.product[top>>32]
		if w.ids[at] < 0 || w.next[at] >= n {
			continue
		}
		right := w.next[at]
		if rank, ok := m.ranks.get(w.ids[at], w.ids[right]); !ok || m.product[rank] != made {
			continue
		}
		w.ids[at], w.ids[right] = made, -1
		w.next[at] = w.next[right]
		if w.next[at] < n {
			w.prev[w.next[at]] = at
			m.propose(w, at, w.next[at])
		}
		if w.prev[at] >= 0 {
			m.propose(w, w.prev[at], at)
		}
	}
	kept := w.ids[:0]
	for _, id := range w.ids {
		if id >= 0 {
			kept = append(kept, id)
		}
	}
	w.ids = kept
}

// propose queues the merge of two neighbours, if the file has it.
func (m *bpe) propose(w *work, left, right int32) {
	if rank, ok := m.ranks.get(w.ids[left], w.ids[right]); ok {
		push(&w.queue, uint64(rank)<<32|uint64(left))
	}
}

// push and pop are a binary heap, smallest first.
func push(h *[]uint64, x uint64) {
	q := append(*h, x)
	i := len(q) - 1
	for i > 0 && q[(i-1)/2] > x {
		q[i] = q[(i-1)/2]
		i = (i - 1) / 2
	}
	q[i] = x
	*h = q
}

func pop(h *[]uint64) uint64 {
	q := *h
	top, x := q[0], q[len(q)-1]
	q = q[:len(q)-1]
	for i := 0; len(q) > 0; {
		child := 2*i + 1
		if child+1 < len(q) && q[child+1] < q[child] {
			child++
		}
		if child >= len(q) || q[child] >= x {
			q[i] = x
			break
		}
		q[i] = q[child]
		i = child
	}
	*h = q
	return top
}
