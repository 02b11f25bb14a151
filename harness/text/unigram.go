package text

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// unigram cuts a piece into the tokens whose scores have the largest sum (Kudo 2018).
type unigram struct {
	tokens   []scoredToken // in the order of their bytes
	first    [257]int      // where in tokens those begin that start with a byte; behind them their number
	ids      map[string]int32
	fallback *[256]int32 // byte -> the token <0xNN>, -1 where there is none; nil without byte_fallback
	unknown  int32       // the token of a character that no token covers
	least    float64     // what such a character scores
	cache    *cache
	scratch  sync.Pool // *[]reached
}

// reached is the best way to cover a piece up to one of its bytes.
type reached struct {
	score float64
	from  int // -1: not reached yet
	id    int32
}

// unigramFile is a Unigram of a tokenizer.json.
type unigramFile struct {
	Type         string          `json:"type"`
	Unknown      *int            `json:"unk_id"`
	Vocab        []scoredToken   `json:"vocab"`
	ByteFallback bool            `json:"byte_fallback"`
	FuseUnknown  *bool           `json:"fuse_unk"` // the reference fuses always
	Dropout      json.RawMessage `json:"dropout"`
}

// scoredToken is a token and its score, which the file has as a list of the two.
type scoredToken struct {
	token string
	score float64
	id    int32
}

func (s *scoredToken) UnmarshalJSON(data []byte) error {
	var pair []json.RawMessage
	if err := json.Unmarshal(data, &pair); err != nil || len(pair) != 2 {
		return fmt.Errorf("vocab: %.80s is not a token and its score", data)
	}
	if err := json.Unmarshal(pair[0], &s.token); err != nil {
		return fmt.Errorf("vocab: %.80s: %w", data, err)
	}
	if err := json.Unmarshal(pair[1], &s.score); err != nil {
		return fmt.Errorf("vocab: %.80s: %w", data, err)
	}
	return nil
}

// unknownPenalty is how far below the worst token an uncovered character scores, in SentencePiece and in the reference.
const unknownPenalty = 10

// newUnigram takes the tokens of a file. Those in outside are never found in a text: special tokens have the best score of all, and a
// text that spells one must not become one.
func newUnigram(f *unigramFile, outside map[string]int) (*unigram, error) {
	switch {
	case f.FuseUnknown != nil && !*f.FuseUnknown:
		return nil, fmt.Errorf("model.fuse_unk false is not supported of a Unigram; true is")
	case !null(f.Dropout) && string(f.Dropout) != "0" && string(f.Dropout) != "0.0":
		return nil, fmt.Errorf("model.dropout %.40s is not supported; null is", f.Dropout)
	case f.Unknown == nil || *f.Unknown < 0 || *f.Unknown >= len(f.Vocab): // the reference would fail later, at a text that needs it
		return nil, fmt.Errorf("model.unk_id: a Unigram needs the id of one of its %d tokens", len(f.Vocab))
	case len(f.Vocab) > mostTokens:
		return nil, fmt.Errorf("%d tokens are more than the %d that are supported", len(f.Vocab), mostTokens)
	}
	u := &unigram{ids: make(map[string]int32, len(f.Vocab)), unknown: int32(*f.Unknown), least: math.Inf(1), cache: newCache()}
	for id, t := range f.Vocab {
		u.least = min(u.least, t.score)
		if _, special := outside[t.token]; special || t.token == "" {
			continue
		}
		u.ids[t.token] = int32(id)
		u.tokens = append(u.tokens, scoredToken{t.token, t.score, int32(id)})
	}
	u.least -= unknownPenalty
	slices.SortFunc(u.tokens, func(a, b scoredToken) int { return strings.Compare(a.token, b.token) })
	for b := range 256 {
		u.first[b+1], _ = slices.BinarySearchFunc(u.tokens, byte(b), func(t scoredToken, b byte) int {
			if t.token[0] <= b {
				return -1
			}
			return 1
		})
	}
	if f.ByteFallback {
		u.fallback = byteTokens(func(token string) (int, bool) { id, ok := u.ids[token]; return int(id), ok })
	}
	return u, nil
}

// piece appends the ids of a piece.
func (u *unigram) piece(ids []int, s string) []int {
	if known, ok := u.cache.get(s); ok {
		return append(ids, known...)
	}
	start := len(ids)
	ways, _ := u.scratch.Get().(*[]reached)
	if ways == nil {
		ways = new([]reached)
	}
	u.search(ways, s)
	ids = u.follow(ids, *ways, s)
	u.scratch.Put(ways)
	u.cache.put(s, ids[start:])
	return ids
}

// search finds the best way to every character of s. Of two ways with equal scores the one found first stays, as in the reference.
func (u *unigram) search(ways *[]reached, s string) {
	w := (*ways)[:0]
	for range len(s) + 1 {
		w = append(w, reached{from: -1})
	}
	for at := 0; at < len(s); {
		_, length := utf8.DecodeRuneInString(s[at:])
		covered := false
		u.starting(s[at:], func(t scoredToken) {
			improve(&w[at+len(t.token)], w[at].score+t.score, at, t.id)
			covered = covered || len(t.token) == length
		})
		if !covered {
			improve(&w[at+length], w[at].score+u.least, at, u.unknown)
		}
		at += length
	}
	*ways = w
}

// starting finds the tokens that a text starts with, the shortest first.
func (u *unigram) starting(s string, found func(t scoredToken)) {
	among := u.tokens[u.first[s[0]]:u.first[int(s[0])+1]]
	for n := 1; len(among) > 0; n++ {
		if len(among[0].token) == n {
			found(among[0])
			among = among[1:]
		}
		if n == len(s) {
			return
		}
		// all of them are longer than n and start with s[:n]
		from := sort.Search(len(among), func(i int) bool { return among[i].token[n] >= s[n] })
		to := from + sort.Search(len(among)-from, func(i int) bool { return among[from+i].token[n] > s[n] })
		among = among[from:to]
	}
}

func improve(r *reached, score float64, from int, id int32) {
	if r.from < 0 || score > r.score {
		*r = reached{score, from, id}
	}
}

// follow appends the tokens of the best way through s. Neighbouring characters without a token are one unknown one, or their bytes.
func (u *unigram) follow(ids []int, ways []reached, s string) []int {
	var ends []int
	for end := len(s); end > 0; end = ways[end].from {
		ends = append(ends, end)
	}
	for i := len(ends) - 1; i >= 0; i-- {
		end := ends[i]
		if id := ways[end].id; id != u.unknown {
			ids = append(ids, int(id))
			continue
		}
		start := ways[end].from
		for i > 0 && ways[ends[i-1]].id == u.unknown {
			i--
			end = ends[i]
		}
		ids = u.uncovered(ids, s[start:end])
	}
	return ids
}

// uncovered appends what stands for text without tokens. Trap: the reference looks up a run of such characters once more as a whole.
func (u *unigram) uncovered(ids []int, s string) []int {
	if id, ok := u.ids[s]; ok {
		return append(ids, int(id))
	}
	start := len(ids)
	for i := range len(s) {
		if u.fallback == nil || u.fallback[s[i]] < 0 {
			return append(ids[:start], int(u.unknown))
		}
		ids = append(ids, int(u.fallback[s[i]]))
	}
	return ids
}

// byteTokens are the ids of the tokens <0xNN>, -1 where there is none.
func byteTokens(find func(token string) (int, bool)) *[256]int32 {
	list := new([256]int32)
	for b := range 256 {
		list[b] = -1
		if id, ok := find(fmt.Sprintf("<0x%02X>", b)); ok {
			list[b] = int32(id)
		}
	}
	return list
}

// everyMetaspace cuts before every ▁.
func everyMetaspace(s string, piece func(string)) {
	start := 0
	for at := 0; ; {
		i := strings.Index(s[at:], metaspace)
		if i < 0 {
			break
		}
		if at += i; at > start {
			piece(s[start:at])
			start = at
		}
		at += len(metaspace)
	}
	if start < len(s) {
		piece(s[start:])
	}
}
