package filtering

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/record"
	"congrad/harness/sketch"
	"congrad/harness/stage"
)

// Select ranks a round's pairs by a selector and keeps the best. Of its inputs it has those that the selector reads.
type Select struct {
	Selector  string
	Scoring   Scoring
	Keep      Keep
	Languages []string

	Pairs      stage.Ref
	Reference  stage.Ref `json:",omitempty"`
	Unprompted stage.Ref `json:",omitempty"`
	HeldBack   stage.Ref `json:",omitempty"` // the pairs that a policy was trained on
	Trained    stage.Ref `json:",omitempty"` // what Reference is, under that policy
	Gradients  stage.Ref `json:",omitempty"`
	Round      *Round    `json:",omitempty"` // that Gradients are of, where there is a consensus
	Before     stage.Ref `json:",omitempty"` // the selection that the aggregator goes on from
	kind.Tokenless
}

// Keep is a rule of what to keep, as settings: JSON has no NaN.
type Keep struct {
	Share            float64
	Threshold, Quota string
	Band             []float64 `json:",omitempty"`
	Action           string    `json:",omitempty"` // with ranked pairs that are not kept; empty drops them
}

// KeepOf is an arm's rule.
func KeepOf(k config.Keep) Keep {
	threshold := "none"
	if k.ByThreshold() {
		threshold = strconv.FormatFloat(k.Threshold, 'g', -1, 64)
	}
	keep := Keep{k.Share, threshold, k.Quota, k.Band, ActionOf(k)}
	if k.ByBand() {
		keep.Share = 0
	}
	return keep
}

// ActionOf is what is done with ranked pairs that are not kept; empty drops them.
func ActionOf(k config.Keep) string {
	if k.Action == "drop" {
		return ""
	}
	return k.Action
}

// Rule is the rule to choose by.
func (k Keep) Rule() method.Keep {
	rule := method.Keep{Share: k.Share, Threshold: math.NaN(), Band: k.Band, Global: k.Quota == "global"}
	if k.Threshold != "none" {
		rule.Threshold, _ = strconv.ParseFloat(k.Threshold, 64) // which KeepOf wrote
	}
	return rule
}

// SelectOf selects by an arm's selector and rule; inputs are left to the planner.
func SelectOf(a config.Arm, s method.Selector, languages []string) Select {
	scoring := ScoringOf(a.ConGrad).read(s.Reads)
	if s.Reads == method.ReadsTrust {
		scoring = TrustingOf(a.ConGrad)
	}
	return Select{Selector: s.Name, Scoring: scoring, Keep: KeepOf(a.Keep), Languages: languages}
}

// Kind of the stage.
func (Select) Kind() kind.Kind { return kind.Kind{Name: "select", Version: 5, Title: "selection"} }

// Title says what the stage does.
func (s Select) Title() string { return "select pairs by " + s.Selector }

// Inputs are those that the selector reads; for a consensus all that sketches are made of again.
func (s Select) Inputs() []stage.Ref {
	all := []stage.Ref{s.Pairs, s.Reference, s.Unprompted, s.HeldBack, s.Trained, s.Gradients, s.Before}
	if s.Round != nil {
		all = append(all, s.Round.Policy.Stage)
	}
	var list []stage.Ref
	for _, in := range all {
		if in != "" {
			list = append(list, in)
		}
	}
	return list
}

// OnDevice is true for a consensus: the Gram matrices of mean gradients need the sketches.
func (s Select) OnDevice() bool { return s.Round != nil }

// Do leaves choices.jsonl, and consensus.json where there is a consensus.
func (s Select) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	pairs, err := kind.Pairs(d.Shelf, s.Pairs)
	if err != nil {
		return nil, err
	}
	selector, err := method.FindSelector(s.Selector)
	if err != nil {
		return nil, err
	}
	language, err := kind.Languages(pairs, s.Languages)
	if err != nil {
		return nil, err
	}
	evidence, err := s.evidence(d.Shelf, selector.Reads, pairs, language)
	if err != nil {
		return nil, err
	}
	scores := selector.Scores(evidence)
	rule := s.Keep.Rule()
	list := outcomes(s.Keep.Action, language, rule.Global, scores, rule.Choose(language, scores))
	files, err := stage.Output("choices", list)
	if err != nil || s.Round == nil {
		return files, err
	}
	consensus, err := s.consensus(ctx, d, b, evidence, pairs, list)
	if err != nil {
		return nil, err
	}
	files["consensus.json"], err = json.Marshal(consensus)
	return files, err
}

// evidence is what the selector reads of the pairs.
func (s Select) evidence(shelf stage.Shelf, reads method.Reading, pairs []kind.Pair, language []int) (known method.Evidence, err error) {
	switch {
	case reads.Gradients():
		return s.gradientEvidence(shelf, reads, pairs, language)
	case reads == method.ReadsMargin:
		known.Margin, err = ofLogProbs(shelf, s.Reference, func(p loss.PairLogProb) float64 { return p.Chosen.Mean() - p.Rejected.Mean() })
	case reads == method.ReadsChosen, reads == method.ReadsUnprompted:
		known.Language = language
		if known.Chosen, err = ofLogProbs(shelf, s.Reference, func(p loss.PairLogProb) float64 { return p.Chosen.Mean() }); err != nil {
			return known, err
		}
		if reads == method.ReadsUnprompted {
			known.Unprompted, err = stage.Lines[float64](shelf, s.Unprompted, "unprompted")
		}
	case reads == method.ReadsAgreement:
		known.Language, known.Gap = language, gaps(pairs)
		known.Margin, err = ofLogProbs(shelf, s.Reference, func(p loss.PairLogProb) float64 { return p.Chosen.Mean() - p.Rejected.Mean() })
	case reads == method.ReadsGain:
		known.Gain, err = s.gain(shelf, len(pairs))
	case reads == method.ReadsKnown:
		known.Known = knownGaps(pairs)
	default:
		known.Gap = gaps(pairs)
	}
	return known, err
}

// gaps are those of the judge's scores.
func gaps(pairs []kind.Pair) []float64 {
	list := make([]float64, len(pairs))
	for i, p := range pairs {
		list[i] = p.Gap
	}
	return list
}

// gain is how much a training on the held-back pairs raised the margins of the others.
func (s Select) gain(shelf stage.Shelf, pairs int) ([]float64, error) {
	held, err := kind.Choices(shelf, s.HeldBack, pairs)
	if err != nil {
		return nil, err
	}
	ratio := func(p loss.PairLogProb) float64 { return p.Chosen.Sum - p.Rejected.Sum }
	before, err := ofLogProbs(shelf, s.Reference, ratio)
	if err != nil {
		return nil, err
	}
	gain, err := ofLogProbs(shelf, s.Trained, ratio)
	if err != nil {
		return nil, err
	}
	for i, c := range held {
		gain[i] -= before[i]
		if c.Kept {
			gain[i] = math.NaN()
		}
	}
	return gain, nil
}

// knownGaps are the pairs' gaps by the reference answers.
func knownGaps(pairs []kind.Pair) []float64 {
	gaps := make([]float64, len(pairs))
	for i, p := range pairs {
		gaps[i] = p.KnownGap
	}
	return gaps
}

// gradientEvidence is what the scoring round tells, with the consensus where the selector reads it.
func (s Select) gradientEvidence(shelf stage.Shelf, reads method.Reading, pairs []kind.Pair, language []int) (known method.Evidence, err error) {
	round, err := readRound(shelf, s.Gradients, language)
	if err != nil {
		return known, err
	}
	if s.Round == nil {
		known, err = s.Scoring.evidence(round, Round{}, nil)
		if reads == method.ReadsTrust {
			known.Trust = s.Scoring.trust(round, pairs, s.Languages)
		}
		return known, err
	}
	state, err := stateAfter(shelf, s.Before)
	if err != nil {
		return known, err
	}
	return s.Scoring.evidence(round, *s.Round, state)
}

// ofLogProbs is, for each pair, a number made of its answers' log-probs under a policy.
func ofLogProbs(s stage.Shelf, reference stage.Ref, of func(loss.PairLogProb) float64) ([]float64, error) {
	list, err := stage.Lines[loss.PairLogProb](s, reference, "reference")
	numbers := make([]float64, len(list))
	for i, p := range list {
		numbers[i] = of(p)
	}
	return numbers, err
}

// stateAfter is what the aggregator of a selection remembered, nothing where there was none.
func stateAfter(s stage.Shelf, selection stage.Ref) ([]float64, error) {
	if selection == "" {
		return nil, nil
	}
	c, err := ReadConsensus(s, selection)
	if err != nil || c == nil {
		return nil, err
	}
	return c.State, nil
}

// Record adds the consensus, where there is one. The choices are recorded with the pairs.
func (s Select) Record(shelf stage.Shelf, _ *bench.Bench, at kind.Place, set *record.Set) error {
	if s.Round == nil {
		return nil
	}
	c, err := ReadConsensus(shelf, shelf.Own)
	if err != nil {
		return err
	}
	if c.Squares, err = s.squares(shelf, at.Pairs); err != nil {
		return err
	}
	RecordConsensus(*c, at, set)
	return nil
}

// squares are the mean square lengths of the gradients of each language's pairs; zero without pairs.
func (s Select) squares(shelf stage.Shelf, pairs []kind.Pair) ([]float64, error) {
	language, err := kind.Languages(pairs, s.Languages)
	if err != nil {
		return nil, err
	}
	round, err := readRound(shelf, s.Gradients, language)
	if err != nil {
		return nil, err
	}
	squares, counts := make([]float64, len(s.Languages)), make([]float64, len(s.Languages))
	for i, k := range language {
		squares[k] += round.Pairs.Square[i]
		counts[k]++
	}
	for k, n := range counts {
		if n > 0 {
			squares[k] /= n
		}
	}
	return squares, nil
}

// ReadConsensus reads that of a selection; nil where picking pairs while training ended before there was one.
func ReadConsensus(s stage.Shelf, of stage.Ref) (*record.Consensus, error) {
	data, err := s.Read(of, "consensus.json")
	if err != nil {
		return nil, err
	}
	var c *record.Consensus
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("stage %s: %w", of.Short(), err)
	}
	return c, nil
}

// Forecast is that of the gradients, which a consensus needs once more. Sketches are at hand as a rule; where they are not, they are
// made again, so memory is counted and time is not.
func (s Select) Forecast(size int, b *bench.Bench, l kind.Lengths) forecast.Stage {
	if s.Round == nil {
		return forecast.Stage{}
	}
	f := Gradients{Round: *s.Round}.Forecast(size, b, l)
	if s.Round.Sketch.Kind != sketch.Exact {
		f.Tokens, f.Answers, f.Programs = 0, 0, 0
	}
	return f
}
