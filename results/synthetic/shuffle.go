package synthetic

import (
	"math/rand/v2"

	"congrad/harness/record"
	"congrad/harness/rng"
)

// Shuffle turns the records of every kind around, in the set itself.
func Shuffle(set *record.Set) {
	r := rng.Stream(0, "synthetic shuffle")
	shuffle(r, set.Answers)
	shuffle(r, set.Pairing)
	shuffle(r, set.Pairs)
	shuffle(r, set.Consensus)
	shuffle(r, set.Steps)
	shuffle(r, set.Evaluations)
	shuffle(r, set.Choices)
	shuffle(r, set.Passages)
	shuffle(r, set.Fidelity)
	shuffle(r, set.Trials)
	shuffle(r, set.Drift)
	shuffle(r, set.Matched)
	shuffle(r, set.Rates)
}

func shuffle[T any](r *rand.Rand, records []T) {
	r.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
}
