package records

import (
	"strings"

	"congrad/harness/record"
)

// scores says what each way of picking pairs ranks them by.
var scores = map[string]string{
	"congrad":              "alignment with the consensus",
	"anti":                 "alignment with the consensus, negated",
	"own_language":         "alignment with the pair's own language",
	"validation":           "alignment with the held-back pairs",
	"validation_adam":      "alignment with the held-back pairs",
	"reward_margin":        "gap of the judge's scores",
	"implicit_margin_high": "log-prob per token, chosen minus rejected",
	"implicit_margin_low":  "log-prob per token, rejected minus chosen",
	"perplexity_band":      "closeness to the language's median perplexity",
	"trusted":              "alignment with the trusted languages",
	"consensus_or_own":     "alignment with the trusted or its own language",
	"oracle":               "reference score, chosen minus rejected",
	"consistent":           "lower of the judge's and the policy's standing",
	"loss_difference":      "margin gained by training on held-back pairs",
	"ifd":                  "perplexity with the instruction / without it",
}

// Score says what an arm ranks pairs by, in words for the axis of a figure; empty if it does not rank pairs.
func Score(a record.Arm) string {
	if words, ok := scores[a.Select]; ok || a.Keep == nil {
		return words
	}
	return "score"
}

// Training says what an arm is trained on, as the object of a sentence.
func Training(a record.Arm) string {
	switch {
	case !a.Trained:
		return "no training"
	case len(a.Groups) > 0:
		return "training a model for each group of languages"
	case a.Policy == "mono":
		return "training a model for each language"
	case a.Select == "oracle":
		return "training on the right pairs"
	case a.Select == "random":
		return "training on pairs drawn at random"
	case a.Select != "all":
		return "training on pairs picked by " + Score(a)
	case len(a.Without) > 0:
		return "training on all pairs except those of " + strings.Join(a.Without, ", ")
	}
	return "training on all pairs"
}

// Family is how an arm compresses gradients, without the rank: "logra, orthonormal, hashed, mlp"; empty if it uses no
// gradients.
func Family(a record.Arm) string {
	if a.Sketch == nil {
		return ""
	}
	words := []string{a.Sketch.Kind}
	if a.Sketch.Projection != "" {
		words = append(words, a.Sketch.Projection)
	}
	if a.Sketch.Numbers < a.Sketch.Whole {
		words = append(words, "hashed")
	}
	if a.Sketch.Layers != "" {
		words = append(words, a.Sketch.Layers)
	}
	return strings.Join(words, ", ")
}

// Key says a setting of the experiment in words, for the axis of a figure; the key itself where no words are known.
func Key(key string) string {
	words := map[string]string{
		"base.shared_share": "share of defects that all languages have",
		"judge.noise":       "share of the judge's scores that are random",
		"keep.share":        "share of pairs kept",
		"pair.flip":         "share of pairs whose answers are swapped",
	}[key]
	if words == "" {
		return key
	}
	return words
}
