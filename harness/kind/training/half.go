package training

import (
	"slices"
	"strconv"

	"congrad/harness/method"
	"congrad/harness/rng"
)

// Half draws the number-th random half of each language's pairs, given the pairs' languages [pairs] as indices into codes, and returns the
// drawn pairs' indices in ascending order. Of n pairs it draws as many as keep.share = 0.5 keeps, rounded half up.
//
// Halves differ in which pairs of a language they have and never in how many, as selections with a quota for each language do: so
// a score is not credited with the number of a language's pairs, which every score that differs between languages would predict.
func Half(language []int, codes []string, seed uint64, number int) (drawn []int) {
	members := make([][]int, len(codes))
	for i, l := range language {
		members[l] = append(members[l], i)
	}
	for l, list := range members {
		stream := rng.Stream(seed, "half of the pairs", codes[l], strconv.Itoa(number))
		for _, k := range stream.Perm(len(list))[:method.Count(0.5, len(list))] {
			drawn = append(drawn, list[k])
		}
	}
	slices.Sort(drawn)
	return drawn
}
