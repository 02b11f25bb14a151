package text

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
)

// splitPattern cuts text into words with the space before them, single digits, and runs of other signs. Vowel signs and
// tone marks (\p{M}) belong to their word, without which Hindi, Bengali and Thai fall apart. It means the same to Go and
// to the reference's regex engine; \s would not.
const splitPattern = ` ?[\p{L}\p{M}]+|\p{N}| ?[^\p{L}\p{M}\p{N} ]+| +`

// Train makes a byte-level BPE of the given size from texts and returns its tokenizer.json. The special tokens take the
// first ids. Each step merges the commonest pair of neighbours within a piece (Sennrich et al. 2016), among equals the
// one that sorts first, so that the file depends on nothing but the texts.
func Train(texts []string, size int, special []string) ([]byte, error) {
	split := regexp.MustCompile(splitPattern)
	counts := map[string]int{}
	for _, s := range texts {
		for _, piece := range split.FindAllString(s, -1) {
			counts[piece]++
		}
	}
	c := newCorpus(counts)
	// special tokens stand in the vocabulary too: without that, the reference gives them other ids
	vocab := map[string]int{}
	add := func(token string) { vocab[token] = len(vocab) }
	for _, token := range slices.Concat(special, byteSymbol[:]) {
		add(token)
	}
	if size < len(vocab) {
		return nil, fmt.Errorf("training a tokenizer of %d tokens: bytes and special tokens alone are %d", size, len(vocab))
	}
	var merges []string
	for len(vocab) < size {
		best := c.commonest()
		if c.count[best] < 2 {
			return nil, fmt.Errorf("training a tokenizer of %d tokens: the texts give only %d", size, len(vocab))
		}
		merged := best[0] + best[1]
		if _, twice := vocab[merged]; !twice { // two pairs can spell one token
			add(merged)
		}
		merges = append(merges, best[0]+" "+best[1])
		c.merge(best)
	}
	return encodeFile(vocab, merges, special)
}

// corpus is the training text as words with their counts, and the count of every pair of neighbours.
type corpus struct {
	words [][]string
	times []int
	count map[[2]string]int
	in    map[[2]string]map[int]bool // the words in which a pair has occurred
}

func newCorpus(counts map[string]int) *corpus {
	c := &corpus{count: map[[2]string]int{}, in: map[[2]string]map[int]bool{}}
	for piece, n := range counts {
		var symbols []string
		for _, b := range []byte(piece) {
			symbols = append(symbols, byteSymbol[b])
		}
		c.words, c.times = append(c.words, symbols), append(c.times, n)
		c.tally(len(c.words)-1, 1)
	}
	return c
}

// tally adds a word's pairs to the counts, or takes them out with sign -1.
func (c *corpus) tally(word, sign int) {
	symbols := c.words[word]
	for i := range len(symbols) - 1 {
		pair := [2]string{symbols[i], symbols[i+1]}
		c.count[pair] += sign * c.times[word]
		if c.in[pair] == nil {
			c.in[pair] = map[int]bool{}
		}
		c.in[pair][word] = true
	}
}

// commonest is the pair with the highest count, among equals the one that sorts first.
func (c *corpus) commonest() (best [2]string) {
	for pair, n := range c.count {
		if n > c.count[best] || n == c.count[best] && (pair[0] < best[0] || pair[0] == best[0] && pair[1] < best[1]) {
			best = pair
		}
	}
	return best
}

// merge joins every occurrence of the pair, from the left.
func (c *corpus) merge(pair [2]string) {
	for word := range c.in[pair] {
		c.tally(word, -1)
		symbols := c.words[word]
		for i := 0; i+1 < len(symbols); i++ {
			if symbols[i] == pair[0] && symbols[i+1] == pair[1] {
				symbols[i] += pair[1]
				symbols = append(symbols[:i+1], symbols[i+2:]...)
			}
		}
		c.words[word] = symbols
		c.tally(word, 1)
	}
	delete(c.count, pair)
	delete(c.in, pair)
}

// encodeFile writes a tokenizer.json as the reference library does, vocabulary by id.
func encodeFile(vocab map[string]int, merges, special []string) ([]byte, error) {
	type object = map[string]any
	var added []object
	for id, token := range special {
		added = append(added, object{"id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true})
	}
	tokens := make([]string, 0, len(vocab))
	for token := range vocab {
		tokens = append(tokens, token)
	}
	sort.Slice(tokens, func(i, j int) bool { return vocab[tokens[i]] < vocab[tokens[j]] })
	var v bytes.Buffer
	for i, token := range tokens {
		quoted, err := json.Marshal(token)
		if err != nil {
			return nil, fmt.Errorf("writing token %q: %w", token, err)
		}
		fmt.Fprintf(&v, "%s%s:%d", map[bool]string{true: "{", false: ","}[i == 0], quoted, vocab[token])
	}
	v.WriteByte('}')
	out, err := json.MarshalIndent(object{
		"version": "1.0", "truncation": nil, "padding": nil, "added_tokens": added, "normalizer": nil,
		"pre_tokenizer": object{"type": "Sequence", "pretokenizers": []object{
			{"type": "Split", "pattern": object{"Regex": splitPattern}, "behavior": "Isolated", "invert": false},
			{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false},
		}},
		"post_processor": nil,
		"decoder":        object{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
		"model": object{
			"type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": nil, "end_of_word_suffix": nil,
			"fuse_unk": false, "byte_fallback": false, "ignore_merges": false, "vocab": json.RawMessage(v.Bytes()), "merges": merges,
		},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the tokenizer: %w", err)
	}
	return append(out, '\n'), nil
}
