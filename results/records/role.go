package records

import "congrad/harness/record"

// Role is what an arm is in a study, by what it does. Figures give each role a look of its own.
type Role int

// The roles. Other is every arm that has none.
const (
	Other    Role = iota
	Baseline      // the base model as it is
	Joint         // one model for all languages, trained on all pairs
	Congrad       // picks pairs by the consensus of the languages
	Random        // draws pairs at random
	Oracle        // keeps the right pairs, by the reference answers
	Mono          // one model per language, trained on all pairs
)

// Role is an arm's role.
func (s *Study) Role(a record.Arm) Role {
	switch {
	case a.Name == s.Baseline:
		return Baseline
	case a.Policy == "mono" && a.Select == "all":
		return Mono
	case a.Policy == "mono":
		return Other
	case a.Select == "all" && len(a.Without) == 0:
		return Joint
	case a.Select == "congrad":
		return Congrad
	case a.Select == "random":
		return Random
	case a.Select == "oracle":
		return Oracle
	}
	return Other
}
