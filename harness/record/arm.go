package record

// Arm is one way of training that the experiment compares. What it does not use is nil or empty.
type Arm struct {
	Name    string `json:"name"`
	Caption string `json:"caption"`         // one line for tables and legends, in the words of the experiment's file
	Select  string `json:"select"`          // which pairs it trains on: "none", "all", "congrad", "random", ...
	Match   string `json:"match,omitempty"` // of "random" or "oracle": the arm whose count of kept pairs it takes over
	// MatchSteps is the arm that it takes as many optimiser steps as; empty where its epochs decide.
	MatchSteps string `json:"match_steps,omitempty"`
	// MatchKL is the arm that it drifts as far from the base model as; empty where nothing ends its training early.
	MatchKL string `json:"match_kl,omitempty"`
	// Temperature at which its held-out answers are sampled; 0 where it is the experiment's.
	Temperature float64 `json:"temperature,omitempty"`

	Trained bool     `json:"trained"`
	Mode    string   `json:"mode,omitempty"` // of "congrad", when pairs are picked: "offline" before training, "online" during it
	Policy  string   `json:"policy"`         // "shared": one model for all languages; "mono": one for each of Languages, or for each of Groups
	Groups  []string `json:"groups,omitempty"`
	Without []string `json:"without,omitempty"` // seen languages whose pairs it does without
	// Languages for each of which it has a model of its own; it has none for others. Empty where one model answers in all.
	Languages []string `json:"languages,omitempty"`

	Keep      *Keep      `json:"keep,omitempty"`      // nil where it does not rank pairs
	Action    string     `json:"action,omitempty"`    // with ranked pairs that are not kept: "flip", "weight"; empty drops them
	Gradients *Gradients `json:"gradients,omitempty"` // nil where it reads none
	Sketch    *Sketch    `json:"sketch,omitempty"`    // the same
	Loss      *Loss      `json:"loss,omitempty"`      // nil where it meets no pairs
	Train     *Train     `json:"train,omitempty"`     // nil where it is not trained

	// Changed are the settings that it uses and that are not the experiment's, in the order of the file.
	Changed []Setting `json:"changed,omitempty"`
}

// Setting is a key of an arm and its value.
type Setting struct {
	Key   string `json:"key"`   // "loss.beta"
	Value string `json:"value"` // as a file has it, but strings without quotes
}

// Keep says which of the ranked pairs are trained on.
type Keep struct {
	Share     float64   `json:"share,omitempty"`     // of the pairs, those with the highest scores
	Threshold *float64  `json:"threshold,omitempty"` // keeps what scores at least this, in place of a share
	Band      []float64 `json:"band,omitempty"`      // keeps what ranks between these two shares of the pairs, counted from the best, in place of a share
	Quota     string    `json:"quota,omitempty"`     // of whose pairs: "language", "global"; empty where the share is that of a batch
}

// What the gradients of pairs are compared with.
const (
	WithConsensus = "consensus"         // of the languages
	WithLanguage  = "own language"      // the gradient of the pair's language
	WithTrusted   = "trusted languages" // the mean direction of the languages in which the judge is trusted
	WithHeldBack  = "held back"         // the mean gradient of pairs of the language that are held back
)

// Gradients say what an arm compares the gradients of its pairs with, and how.
type Gradients struct {
	With             string   `json:"with"`
	Similarity       string   `json:"similarity"`                  // "cosine", "dot"
	LanguageGradient string   `json:"language_gradient,omitempty"` // "ema", "mean"
	EMADecay         float64  `json:"ema_decay,omitempty"`
	Normalise        string   `json:"normalise,omitempty"`     // of the languages in the consensus: "unit", "none"
	Aggregator       string   `json:"aggregator,omitempty"`    // of the consensus
	Scope            string   `json:"scope,omitempty"`         // in whose parts the consensus is found: "block", "weight"; empty: in the whole model at once
	LeaveOneOut      bool     `json:"leave_one_out,omitempty"` // the pair's own share is left out of its language's gradient
	Trust            []string `json:"trust,omitempty"`         // the trusted languages, where the experiment names them
	TrustPairs       int      `json:"trust_pairs,omitempty"`   // pairs of each language that are checked to find them; 0 and no Trust: by coherence
	HeldBack         float64  `json:"held_back,omitempty"`     // share of each language's pairs
	Adam             bool     `json:"adam,omitempty"`          // the pairs' gradients are scaled as Adam's updates would be
	RenewEvery       int      `json:"renew_every,omitempty"`   // online: batches from one consensus to the next
	ResampleEvery    int      `json:"resample_every,omitempty"`
}

// Sketch says how an arm compresses gradients, and what that takes.
type Sketch struct {
	Kind       string `json:"kind"` // "flora", "logra", "exact"
	Rank       int    `json:"rank,omitempty"`
	Projection string `json:"projection,omitempty"` // the matrices that compress; empty: gaussian
	Layers     string `json:"layers,omitempty"`     // the weights whose gradients are compared; empty: all matrices of the blocks
	Numbers    int    `json:"numbers"`              // of one gradient
	Whole      int    `json:"whole"`                // numbers of one gradient before they are added up to fewer
	// Of an arm that scores all pairs before training: the pairs of its largest round, whose sketches are in memory together, in
	// so many passes of at most so many megabytes.
	Pairs  int `json:"pairs,omitempty"`
	Passes int `json:"passes,omitempty"`
	MB     int `json:"mb,omitempty"`
}
