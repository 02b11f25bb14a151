package data

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"congrad/eval/task"
	"congrad/harness/rng"
)

// prompt puts description and solved items before every question.
func (x *Exam) prompt(shots map[string][]examItem) error {
	s := x.task.Spec
	for _, code := range slices.Sorted(maps.Keys(x.items)) { // always the same one of several errors
		list, from := x.items[code], shots[code]
		if s.Shots.Draw == "random" { // one order for all languages, whatever the order of their files
			from = slices.Clone(from)
			slices.SortStableFunc(from, func(a, b examItem) int { return cmp.Compare(a.cluster, b.cluster) })
		}
		there := index(from)
		texts := make([]string, len(list)) // of all, before any is changed: items may be each other's shots
		for i, item := range list {
			chosen, err := x.shots(item, from, there)
			if err != nil {
				return err
			}
			texts[i] = s.Prompt.Description + chosen + item.question
		}
		for i := range list {
			list[i].question = texts[i]
		}
	}
	return nil
}

// shelf finds solved items by what they match, their cluster and their question: a search through all of them for every item
// takes minutes for ten thousand items.
type shelf struct {
	matching            map[string]int
	clusters, questions map[string][]int // positions
}

func index(items []examItem) shelf {
	s := shelf{map[string]int{}, map[string][]int{}, map[string][]int{}}
	for k, i := range items {
		s.matching[i.match]++
		s.clusters[i.cluster] = append(s.clusters[i.cluster], k)
		q := bare(i.question)
		s.questions[q] = append(s.questions[q], k)
	}
	return s
}

// bare is what two spellings of one question have in common: letters, marks, digits and symbols after NFKC and case folding.
// Equal bare questions count as the same question. That may leave out a solved item that is a different question, which
// does no harm; a solved item that is the same question tells the answer.
func bare(question string) string {
	folded := task.Caseless(question)
	kept := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.S) && !unicode.Is(unicode.Variation_Selector, r) {
			return r
		}
		return -1
	}, folded)
	if kept == "" {
		return folded
	}
	return kept
}

// shots are the solved items before one that is asked: never itself, a translation of it, or an item with the same question.
func (x *Exam) shots(asked examItem, from []examItem, there shelf) (string, error) {
	s := x.task.Spec
	out := map[int]bool{}                                  // positions that this item must not see
	if s.Shots.Path == "" || s.Shots.Path == s.Data.Path { // in another file equal names mean nothing
		for _, k := range there.clusters[asked.cluster] {
			out[k] = true
		}
	}
	twins := 0
	for _, k := range there.questions[bare(asked.question)] {
		if !out[k] && from[k].match == asked.match {
			twins++
		}
		out[k] = true
	}
	fitting := there.matching[asked.match]
	for k := range out {
		if from[k].match == asked.match {
			fitting--
		}
	}
	if fitting < s.Shots.Number {
		return "", x.tooFew(asked, fitting, twins)
	}
	next := 0
	at := func() int { next++; return next - 1 }
	if s.Shots.Draw == "random" {
		stream := rng.Stream(0, "solved items", x.task.Name, asked.cluster) // its own for each item, the same for its translations
		at = func() int { return stream.IntN(len(from)) }
	}
	var b strings.Builder
	for taken := 0; taken < s.Shots.Number; {
		k := at()
		if i := from[k]; !out[k] && i.match == asked.match {
			out[k] = true
			taken++
			b.WriteString(i.question + s.Prompt.Delimiter + i.answer() + s.Shots.Separator)
		}
	}
	return b.String(), nil
}

// tooFew says that there are not enough solved items for one that is asked, and why.
func (x *Exam) tooFew(asked examItem, fitting, twins int) error {
	s, with := x.task.Spec.Shots, ""
	if s.Match != "" {
		with = fmt.Sprintf(" with %q in column %q", asked.match, s.Match)
	}
	if twins > 0 {
		with += fmt.Sprintf(", without the %d that ask the same question", twins)
	}
	return fmt.Errorf("%s: shots.number of task %s asks for %d solved items before it; there are %d in its language (%s)%s", asked.place, x.task.Name, s.Number, fitting, asked.lang, with)
}
