package run

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"congrad/harness/config"
	"congrad/harness/method"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/rng"
	"congrad/harness/sketch"
)

// choice is a pair's fate in an artefact.
type choice struct {
	Score float64 `json:"score"`
	Rank  int     `json:"rank"`
	Kept  bool    `json:"kept"`
}

// selectAll keeps every pair. It is no stage: there is nothing to compute.
func selectAll(n int) []choice {
	list := make([]choice, n)
	for i := range list {
		list[i].Kept = true
	}
	return list
}

// selectSettings are what a ranking and its cut depend on beside what is ranked.
type selectSettings struct {
	Selector         string
	Scoring          scoring // what of it the selector reads
	Share            float64
	Threshold, Quota string
}

// selectRanked lets the round's selector rank its pairs and keeps the best.
func (p *planner) selectRanked(policy *Stage, r *round, g gradientSettings) (*Stage, error) {
	s, keep, c := r.selector, r.arm.Keep, r.arm.ConGrad
	settings := selectSettings{Selector: s.Name, Share: keep.Share, Threshold: threshold(keep), Quota: keep.Quota}
	inputs, device := []*Stage{r.pairs}, ""
	var last *Stage // the selection that the aggregator goes on from
	switch s.Reads {
	case method.ReadsMargin, method.ReadsChosen:
		inputs = append(inputs, r.reference)
	case method.ReadsUnprompted:
		inputs = append(inputs, r.reference, r.unprompted)
	case method.ReadsHeldBack, method.ReadsHeldBackAdam: // of which the pairs to pick from are no part
		inputs, settings.Scoring = []*Stage{r.gradients}, scoring{Similarity: c.Similarity}
	case method.ReadsGradients:
		inputs, settings.Scoring = []*Stage{r.gradients}, scoring{Similarity: c.Similarity, LeaveOneOut: c.LeaveOneOut}
	case method.ReadsConsensus:
		inputs, settings.Scoring = []*Stage{r.gradients}, scoringOf(c)
		var err error
		if last, err = r.remembered(); err != nil {
			return nil, err
		}
		if last != nil {
			inputs = append(inputs, last)
		}
		device = p.env.Device // the Gram matrices of mean gradients need the sketches
	}
	label := fmt.Sprintf("select pairs by %s, %s", s.Name, at(r.seed, r.iteration, r.label))
	stage, err := newStage("select", label, 3, settings, device, inputs, 0,
		func(ctx context.Context, e *Env, _ *Stage) (map[string][]byte, error) {
			language, err := e.languages(r.pairs, r.languages)
			if err != nil {
				return nil, err
			}
			evidence, err := e.evidence(r, settings.Scoring, g, language, last)
			if err != nil {
				return nil, err
			}
			scores := s.Scores(evidence)
			list := make([]choice, len(scores))
			for i, c := range keepOf(keep).Choose(language, scores) {
				if c.Rank > 0 {
					list[i] = choice{scores[i], c.Rank, c.Kept}
				}
			}
			files, err := output("choices", list)
			if err != nil || s.Reads != method.ReadsConsensus {
				return files, err
			}
			consensus, err := e.consensus(ctx, evidence, r, policy, g, list)
			if err != nil {
				return nil, err
			}
			files["consensus.json"], err = json.Marshal(consensus)
			return files, err
		})
	return p.add(stage, err)
}

// threshold is the threshold as settings write it: JSON has no NaN.
func threshold(k config.Keep) string {
	if !k.ByThreshold() {
		return "none"
	}
	return strconv.FormatFloat(k.Threshold, 'g', -1, 64)
}

func keepOf(k config.Keep) method.Keep {
	return method.Keep{Share: k.Share, Threshold: k.Threshold, Global: k.Quota == "global"}
}

// evidence is what the round's selector reads of its pairs; last is the selection that its aggregator goes on from, or nil.
func (e *Env) evidence(r *round, s scoring, g gradientSettings, language []int, last *Stage) (known method.Evidence, err error) {
	switch reads := r.selector.Reads; {
	case reads.Gradients():
		round, _, err := e.readRound(r.gradients, language)
		if err != nil {
			return known, err
		}
		state, err := e.stateAfter(last)
		if err != nil {
			return known, err
		}
		return s.evidence(round, g, state)
	case reads == method.ReadsMargin:
		known.Margin, err = e.perToken(r.reference, func(p nn.PairLogProb) float64 { return p.Chosen.Mean() - p.Rejected.Mean() })
	case reads == method.ReadsChosen, reads == method.ReadsUnprompted:
		known.Language = language
		if known.Chosen, err = e.perToken(r.reference, func(p nn.PairLogProb) float64 { return p.Chosen.Mean() }); err != nil {
			return known, err
		}
		if reads == method.ReadsUnprompted {
			known.Unprompted, err = readLines[float64](e, r.unprompted, "unprompted")
		}
	default:
		list, err := readLines[pair](e, r.pairs, "pairs")
		if err != nil {
			return known, err
		}
		for _, p := range list {
			known.Gap = append(known.Gap, p.Gap)
		}
	}
	return known, err
}

// perToken is, for each pair, a number made of its answers' mean log-probs per token under the iteration's start.
func (e *Env) perToken(reference *Stage, of func(nn.PairLogProb) float64) ([]float64, error) {
	list, err := readLines[nn.PairLogProb](e, reference, "reference")
	numbers := make([]float64, len(list))
	for i, p := range list {
		numbers[i] = of(p)
	}
	return numbers, err
}

// consensus is the record of a scoring round, all but its place in the study.
func (e *Env) consensus(ctx context.Context, known method.Evidence, r *round, policy *Stage, g gradientSettings, list []choice) (record.Consensus, error) {
	_, numbers, err := e.readRound(r.gradients, known.Language)
	if err != nil {
		return record.Consensus{}, err
	}
	c := record.Consensus{
		Languages: g.Languages, Gram: rows(known.Gram), Weights: known.Consensus.Weights, Order: known.Consensus.Order, State: known.Consensus.State,
		Thresholds: thresholds(list, known.Language, len(g.Languages)), Numbers: numbers, Bytes: sketch.Bytes(numbers, len(g.Languages)),
	}
	if g.Sketch.Kind == sketch.Exact {
		if c.MeanGram, err = e.exactMeanGram(ctx, policy, r.pairs, r.reference, g, selectAll(len(list)), known.Language); err != nil {
			return c, err
		}
		c.KeptGram, err = e.exactMeanGram(ctx, policy, r.pairs, r.reference, g, list, known.Language)
		return c, err
	}
	all, kept := meanGram(selectAll(len(list)), known.Language, g.Languages), meanGram(list, known.Language, g.Languages)
	err = e.sketch(ctx, r.gradients, policy, r.pairs, r.reference, g, func(sketches [][]float32) error {
		all.Add(sketches)
		kept.Add(sketches)
		return nil
	})
	c.MeanGram, c.KeptGram = rows(all.Gram), rows(kept.Gram)
	return c, err
}

// scoring is how a consensus is found and pairs are compared with it.
type scoring struct {
	Normalise, Aggregator, Similarity string
	LeaveOneOut                       bool
}

func scoringOf(c config.ConGrad) scoring {
	return scoring{c.Normalise, c.Aggregator, c.Similarity, c.LeaveOneOut}
}

// remembered is the selection of the arm's round before, where its aggregator goes on from that; else nil.
func (r *round) remembered() (*Stage, error) {
	aggregator, err := method.FindAggregator(r.arm.ConGrad.Aggregator)
	if err != nil {
		return nil, err
	}
	if _, remembers := aggregator.(method.Stateful); remembers && r.before != nil {
		return r.before.selection, nil
	}
	return nil, nil
}

// stateAfter is what the aggregator of a selection remembered, nothing where there was none.
func (e *Env) stateAfter(last *Stage) ([]float64, error) {
	if last == nil {
		return nil, nil
	}
	data, err := e.read(last, "consensus.json")
	if err != nil {
		return nil, err
	}
	var c record.Consensus
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", last.Label, err)
	}
	return c.State, nil
}

// evidence is what a scoring round tells of the pairs, with the consensus where there is an aggregator.
func (s scoring) evidence(round *sketch.Round, g gradientSettings, state []float64) (method.Evidence, error) {
	known := method.Evidence{
		Pairs: round.Pairs, Gram: round.Gram,
		Scoring: method.Scoring{Dot: s.Similarity == "dot", LeaveOneOut: s.LeaveOneOut},
	}
	if s.Aggregator == "" {
		return known, nil
	}
	aggregator, err := method.FindAggregator(s.Aggregator)
	if err != nil {
		return known, err
	}
	if aggregator, err = method.GoOn(aggregator, state, round.Gram.SymmetricDim()); err != nil {
		return known, err
	}
	known.Consensus, err = method.Consensus(aggregator, round.Gram, s.Normalise == "unit", rng.Stream(g.Seed, "aggregator", g.Round))
	return known, err
}

// score is every pair's alignment with the consensus of a first round: there is nothing to remember.
func (s scoring) score(round *sketch.Round, g gradientSettings) ([]float64, error) {
	known, err := s.evidence(round, g, nil)
	if err != nil {
		return nil, err
	}
	return method.ConGrad(known), nil
}

// thresholds are the lowest scores of ranked pairs that are kept, per language; zero where there are none.
func thresholds(list []choice, language []int, languages int) []float64 {
	low := make([]float64, languages)
	for i := range low {
		low[i] = math.Inf(1)
	}
	for i, c := range list {
		if c.Kept && c.Rank > 0 {
			low[language[i]] = min(low[language[i]], c.Score)
		}
	}
	for i := range low {
		if math.IsInf(low[i], 1) {
			low[i] = 0
		}
	}
	return low
}

// meanGram is to be the Gram matrix of the languages' mean gradients over the kept pairs, from sketches.
func meanGram(list []choice, language []int, codes []string) *sketch.GramSum {
	return sketch.NewGramSum(keptLanguages(list, language), codes, sketch.Mean, 0, "")
}

// keptLanguages are the kept pairs' languages; dropped ones have -1, which is none.
func keptLanguages(list []choice, language []int) []int {
	kept := make([]int, len(list))
	for i, c := range list {
		kept[i] = -1
		if c.Kept {
			kept[i] = language[i]
		}
	}
	return kept
}

// selectRandom keeps, of every language, as many pairs at random as another arm kept.
func (p *planner) selectRandom(pairs, matched, matchedPairs *Stage, seed uint64, iteration int, where string) (*Stage, error) {
	codes := p.experiment.Languages.Seen
	settings := struct {
		Languages []string
		Seed      uint64
		Iteration int
	}{codes, seed, iteration}
	s, err := newStage("select", "select random pairs, "+where, 1, settings, "", []*Stage{pairs, matched, matchedPairs}, 0,
		func(_ context.Context, e *Env, _ *Stage) (map[string][]byte, error) {
			language, err := e.languages(pairs, codes)
			if err != nil {
				return nil, err
			}
			theirs, err := e.languages(matchedPairs, codes)
			if err != nil {
				return nil, err
			}
			chosen, err := readLines[choice](e, matched, "choices")
			if err != nil {
				return nil, err
			}
			counts := make([]int, len(codes))
			for i, c := range chosen {
				if c.Kept {
					counts[theirs[i]]++
				}
			}
			scores, kept := method.Random(language, counts, rng.Stream(seed, "random selection", fmt.Sprint(iteration)))
			list := make([]choice, len(kept))
			for i, k := range kept {
				list[i] = choice{scores[i], k.Rank, k.Kept}
			}
			return output("choices", list)
		})
	return p.add(s, err)
}
