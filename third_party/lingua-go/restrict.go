package lingua

import (
	"math"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
)

// RestrictedTo returns a detector of the languages for the given texts alone. Its answers about them are those of any detector of the
// languages, but of each model it keeps the n-grams of the texts only, which takes a fraction of the time and memory.
func RestrictedTo(texts []string, languages ...Language) LanguageDetector {
	d := newLanguageDetector(languages, 0, false, false)
	models := []**sync.Map{
		&d.unigramLanguageModels, &d.bigramLanguageModels, &d.trigramLanguageModels, &d.quadrigramLanguageModels, &d.fivegramLanguageModels,
	}
	wanted := newNgramSet(texts)
	for i, of := range models {
		*of = &sync.Map{}
		for _, language := range languages {
			if data := loadProtobufData(language, i+1); data != nil {
				(*of).Store(language, wanted.read(data))
			}
		}
	}
	return d
}

// ngramSet holds n-grams. Most n-grams of a model are in no text, which mostly one bit tells.
type ngramSet struct {
	ngrams map[string]struct{}
	bits   [1 << 14]uint64
}

// newNgramSet holds all n-grams of the texts' words.
func newNgramSet(texts []string) *ngramSet {
	s := &ngramSet{ngrams: map[string]struct{}{}}
	for _, text := range texts {
		for _, word := range splitTextIntoWords(text) {
			var starts []int
			for at := range word {
				starts = append(starts, at)
			}
			starts = append(starts, len(word))
			for i := range starts {
				for k := i + 1; k < len(starts) && k <= i+maxNgramLength; k++ {
					s.add(word[starts[i]:starts[k]])
				}
			}
		}
	}
	return s
}

func (s *ngramSet) add(ngram string) {
	if _, met := s.ngrams[ngram]; met {
		return
	}
	s.ngrams[ngram] = struct{}{}
	word, bit := s.bit([]byte(ngram))
	*word |= bit
}

// bit is that of an n-gram, by FNV's hash.
func (s *ngramSet) bit(ngram []byte) (word *uint64, bit uint64) {
	hash := uint32(2166136261)
	for _, c := range ngram {
		hash = (hash ^ uint32(c)) * 16777619
	}
	hash ^= hash >> 15
	return &s.bits[hash>>6%uint32(len(s.bits))], 1 << (hash & 63)
}

// read returns the probabilities of those n-grams of a serialized model that are in the set.
func (s *ngramSet) read(data []byte) map[string]float64 {
	model := map[string]float64{}
	forEachField(data, func(number protowire.Number, set []byte) {
		if number != 4 { // ngram_sets
			return
		}
		probability := 0.0
		forEachField(set, func(number protowire.Number, value []byte) {
			if number == 1 {
				probability = fixed64(value)
				return
			}
			if word, bit := s.bit(value); *word&bit == 0 {
				return
			}
			if _, in := s.ngrams[string(value)]; in {
				model[string(value)] = probability
			}
		})
	})
	return model
}

// forEachField calls do with each field of a message: its bytes, or the eight of a double. Other fields are left out.
func forEachField(message []byte, do func(number protowire.Number, value []byte)) {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			panic(protowire.ParseError(n).Error())
		}
		message = message[n:]
		value := message
		switch kind {
		case protowire.BytesType:
			value, n = protowire.ConsumeBytes(message)
		case protowire.Fixed64Type:
			n = 8
		default:
			value, n = nil, protowire.ConsumeFieldValue(number, kind, message)
		}
		if n < 0 || n > len(message) {
			panic("a language model is cut off")
		}
		message = message[n:]
		if value != nil {
			do(number, value)
		}
	}
}

func fixed64(value []byte) float64 {
	bits, _ := protowire.ConsumeFixed64(value)
	return math.Float64frombits(bits)
}
