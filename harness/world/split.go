package world

import (
	"encoding/binary"

	"congrad/harness/rng"
)

// Split says what a fact is used for, in every language alike.
type Split string

// The core facts are cut into three; those of tax kinds are all for the tax.
const (
	Preference Split = "preference" // prompts that are answered, judged and trained on
	Dev        Split = "dev"        // for every choice made while building
	Eval       Split = "eval"       // for what is reported
	Tax        Split = "tax"        // multiple choice, never trained on
)

// Splits lists them in the order of reports.
var Splits = []Split{Preference, Dev, Eval, Tax}

// split depends on the seed of the world and on the fact, and on nothing else: facts that are added move no other.
func (s Settings) split(f fact) Split {
	if f.kind.Tax() {
		return Tax
	}
	key := rng.Key(s.Seed, "world/split", f.id())
	at := float64(binary.LittleEndian.Uint64(key[:])>>11) / (1 << 53) // uniform in [0, 1)
	switch {
	case at < s.DevShare:
		return Dev
	case at < s.DevShare+s.EvalShare:
		return Eval
	}
	return Preference
}
