package record

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
)

// LDS is what a validation of scores recorded: of many random halves of the pairs, the sums of the pairs' scores and what a model that was
// trained on the half does on held-out prompts (after Park et al. 2023, https://arxiv.org/abs/2303.14186: the linear datamodelling score).
type LDS struct {
	Study   LDSStudy
	Subsets []Subset
}

// LDSStudy describes the experiment whose pairs these are (lds-study.jsonl, one line).
type LDSStudy struct {
	Name      string     `json:"name"`
	Title     string     `json:"title"`
	Partial   string     `json:"partial,omitempty"` // why it is not the whole experiment
	Seeds     []uint64   `json:"seeds"`
	Subsets   int        `json:"subsets"` // under each seed
	Split     string     `json:"split"`   // of the held-out prompts
	Languages []Language `json:"languages"`
	Rounds    []LDSRound `json:"rounds"` // one for each seed
}

// LDSRound is what all subsets of a seed have in common.
type LDSRound struct {
	Seed   uint64  `json:"seed"`
	Pairs  int     `json:"pairs"`
	Half   int     `json:"half"`   // pairs of a subset
	Scores []Rated `json:"scores"` // in display order
}

// Rated is a score with how many of the pairs it rates; the others, held back to compute it, count as their language's mean.
type Rated struct {
	Score string `json:"score"`
	Kind  string `json:"kind"` // ScoresBySelector, ScoresAsControl or ScoresByAnswers
	Pairs int    `json:"pairs"`
}

// The kinds of scores.
const (
	ScoresBySelector = "selector"
	ScoresAsControl  = "control"
	ScoresByAnswers  = "held-out answers" // which it knows
)

// Subset is one half of a seed's pairs (lds.jsonl).
type Subset struct {
	Seed    uint64    `json:"seed"`
	Number  int       `json:"number"` // from 1
	Sums    []Sum     `json:"sums"`
	Results []Outcome `json:"results"` // by language
}

// Sum is that of a score over the pairs of a subset.
type Sum struct {
	Score string  `json:"score"`
	Value float64 `json:"value"`
	// Languages are the sums for each language of the results, of a score that says which language a pair helps; Value is then their mean.
	Languages []float64 `json:"languages,omitempty"`
}

// Outcome is what a subset's model does on the held-out prompts of a language: means over prompts.
type Outcome struct {
	Lang        string  `json:"lang"`
	N           int     `json:"n"`
	LogProb     float64 `json:"logprob"`     // of the whole reference answer, nats
	Probability float64 `json:"probability"` // the same, not its logarithm
	Exact       float64 `json:"exact"`       // share of greedy answers that equal the reference answer
}

// LoadLDS reads a validation from the folder that holds it.
func LoadLDS(dir fs.FS) (*LDS, error) {
	var studies []LDSStudy
	var x LDS
	if err := errors.Join(load(dir, "lds-study", &studies), load(dir, "lds", &x.Subsets)); err != nil {
		return nil, err
	}
	if len(studies) != 1 {
		return nil, fmt.Errorf("lds-study.jsonl: has %d studies instead of one", len(studies))
	}
	x.Study = studies[0]
	return &x, nil
}

// Files encodes the validation, one entry per file of the records folder.
func (x LDS) Files() (map[string][]byte, error) {
	var study, subsets bytes.Buffer
	err := errors.Join(Encode(&study, "lds-study", []LDSStudy{x.Study}), Encode(&subsets, "lds", x.Subsets))
	return map[string][]byte{"lds-study.jsonl": study.Bytes(), "lds.jsonl": subsets.Bytes()}, err
}
