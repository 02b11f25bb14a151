package data

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

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
		there := count(from)
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

// tally counts solved items by what they match, and those of one cluster by that too: looking through all of them for every item
// takes minutes where there are ten thousand.
type tally struct {
	matching map[string]int
	clusters map[[2]string]int // by match and cluster
}

func count(items []examItem) tally {
	t := tally{map[string]int{}, map[[2]string]int{}}
	for _, i := range items {
		t.matching[i.match]++
		t.clusters[[2]string{i.match, i.cluster}]++
	}
	return t
}

// shots are the solved items before one that is asked, never itself or a translation of it.
func (x *Exam) shots(asked examItem, from []examItem, there tally) (string, error) {
	s := x.task.Spec
	own := s.Shots.Path == "" // otherwise equal names mean nothing
	fits := func(i examItem) bool { return i.match == asked.match && (!own || i.cluster != asked.cluster) }
	fitting := there.matching[asked.match]
	if own {
		fitting -= there.clusters[[2]string{asked.match, asked.cluster}]
	}
	if fitting < s.Shots.Number {
		with := ""
		if s.Shots.Match != "" {
			with = fmt.Sprintf(" with %q in column %q", asked.match, s.Shots.Match)
		}
		return "", fmt.Errorf("%s: shots.number of task %s asks for %d solved items before it; there are %d in its language (%s)%s", asked.place, x.task.Name, s.Shots.Number, fitting, asked.lang, with)
	}
	next := 0
	at := func() int { next++; return next - 1 }
	if s.Shots.Draw == "random" {
		stream := rng.Stream(0, "solved items", x.task.Name, asked.cluster) // its own for each item, the same for its translations
		at = func() int { return stream.IntN(len(from)) }
	}
	var b strings.Builder
	taken := map[int]bool{}
	for len(taken) < s.Shots.Number {
		k := at()
		if i := from[k]; !taken[k] && fits(i) {
			taken[k] = true
			b.WriteString(i.question + s.Prompt.Delimiter + i.answer() + s.Shots.Separator)
		}
	}
	return b.String(), nil
}
