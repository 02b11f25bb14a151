package train

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"congrad/harness/rng"
)

// order is that in which an epoch meets n pairs, as indices: a permutation, or at a temperature other than 1 as many draws.
//
// At temperature T a language with n_l of the n pairs is met n·p_l times, p_l ∝ n_l^(1/T) (Arivazhagan et al. 2019; Conneau
// et al. 2020, XLM-R, write the exponent α = 1/T): above 1 scarce languages weigh more, and without bound all alike. Those
// works draw every example independently; here the numbers n·p_l are rounded to whole ones by largest remainders, a language's pairs
// are all met equally often as far as that goes, and the rest is a draw without repetition. So T = 1 is every pair once,
// and chance decides no more than it has to.
func order(language []int, temperature float64, stream *rand.Rand) []int {
	if temperature == 0 || temperature == 1 {
		return stream.Perm(len(language))
	}
	var members [][]int
	for i, l := range language {
		for len(members) <= l {
			members = append(members, nil)
		}
		members[l] = append(members[l], i)
	}
	var met []int
	for l, times := range quotas(members, temperature) {
		for ; times > 0; times -= min(times, len(members[l])) {
			for _, at := range stream.Perm(len(members[l]))[:min(times, len(members[l]))] {
				met = append(met, members[l][at])
			}
		}
	}
	stream.Shuffle(len(met), func(i, j int) { met[i], met[j] = met[j], met[i] })
	return met
}

// quotas are how often each language is met: n·p_l, rounded so that they add up to n.
func quotas(members [][]int, temperature float64) []int {
	n, total := 0, 0.0
	shares := make([]float64, len(members))
	for l, list := range members {
		n += len(list)
		if len(list) > 0 {
			shares[l] = math.Pow(float64(len(list)), 1/temperature)
			total += shares[l]
		}
	}
	times, byRemainder, left := make([]int, len(members)), make([]int, len(members)), n
	for l := range members {
		byRemainder[l] = l
		shares[l] *= float64(n) / total
		times[l] = int(shares[l])
		left -= times[l]
	}
	slices.SortStableFunc(byRemainder, func(a, b int) int {
		return cmp.Compare(shares[b]-float64(times[b]), shares[a]-float64(times[a]))
	})
	for _, l := range byRemainder[:left] {
		times[l]++
	}
	return times
}

// Met counts how often training meets each of the pairs, which have these languages.
func (s Settings) Met(language []int, seed uint64, round string) []int {
	times := make([]int, len(language))
	for epoch, left := 0, s.Steps(len(language)); left > 0; epoch++ {
		met := order(language, s.Temperature, orderStream(seed, round, epoch))
		for batch := range slices.Chunk(met, s.BatchPairs) {
			if left--; left < 0 {
				break
			}
			for _, i := range batch {
				times[i]++
			}
		}
	}
	return times
}

func orderStream(seed uint64, round string, epoch int) *rand.Rand {
	return rng.Stream(seed, "training order", round, strconv.Itoa(epoch))
}
