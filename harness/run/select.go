package run

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"congrad/harness/config"
	"congrad/harness/method"
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

// selectAligned is ConGrad: the consensus of the language gradients, every pair's alignment with it, and the best.
// An aggregator that remembers goes on from the selection of the arm's round before; that is then an input of its own.
func (p *planner) selectAligned(gradients, policy, pairs, reference *Stage, before *round, g gradientSettings, c config.ConGrad, where string) (*Stage, error) {
	aggregator, err := method.FindAggregator(c.Aggregator)
	if err != nil {
		return nil, err
	}
	inputs, last := []*Stage{gradients}, (*Stage)(nil)
	if _, remembers := aggregator.(method.Stateful); remembers && before != nil {
		last = before.selection
		inputs = append(inputs, last)
	}
	threshold := "none"
	if c.ByThreshold() {
		threshold = strconv.FormatFloat(c.Threshold, 'g', -1, 64)
	}
	settings := struct {
		Scoring          scoring
		Keep             float64
		Threshold, Quota string
	}{scoringOf(c), c.Keep, threshold, c.Quota}
	// the Gram matrices of mean gradients need the sketches, which the device computes
	return p.stage("select", "select aligned pairs, "+where, 2, settings, inputs, 0,
		func(ctx context.Context, e *Env, stage *Stage) (map[string][]byte, error) {
			language, err := e.languages(pairs, g.Languages)
			if err != nil {
				return nil, err
			}
			round, numbers, err := e.readRound(gradients, language)
			if err != nil {
				return nil, err
			}
			state, err := e.stateAfter(last)
			if err != nil {
				return nil, err
			}
			w, scores, err := settings.Scoring.score(round, g, state)
			if err != nil {
				return nil, err
			}
			kept := method.Keep{Fraction: c.Keep, Threshold: c.Threshold, Global: c.Quota == "global"}.Choose(language, scores)
			consensus := record.Consensus{
				Languages: g.Languages, Gram: rows(round.Gram), Weights: w.Weights, Order: w.Order, State: w.State,
				Numbers: numbers, Bytes: sketch.Bytes(numbers, len(g.Languages)),
			}
			list := make([]choice, len(kept))
			for i, k := range kept {
				list[i] = choice{scores[i], k.Rank, k.Kept}
			}
			consensus.Thresholds = thresholds(list, language, len(g.Languages))
			sketches, err := e.sketch(ctx, gradients, policy, pairs, reference, g)
			if err != nil {
				return nil, err
			}
			if consensus.MeanGram, err = meanGram(sketches, selectAll(len(list)), language, g.Languages); err != nil {
				return nil, err
			}
			if consensus.KeptGram, err = meanGram(sketches, list, language, g.Languages); err != nil {
				return nil, err
			}
			files, err := output("choices", list)
			if err != nil {
				return nil, err
			}
			files["consensus.json"], err = json.Marshal(consensus)
			return files, err
		})
}

// scoring is how a consensus is found and pairs are compared with it.
type scoring struct {
	Normalise, Aggregator, Similarity string
	LeaveOneOut                       bool
}

func scoringOf(c config.ConGrad) scoring {
	return scoring{c.Normalise, c.Aggregator, c.Similarity, c.LeaveOneOut}
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

// score finds the round's consensus and every pair's alignment with it. The state is that of the arm's last round, nil in
// its first.
func (s scoring) score(round *sketch.Round, g gradientSettings, state []float64) (method.Weighting, []float64, error) {
	aggregator, err := method.FindAggregator(s.Aggregator)
	if err != nil {
		return method.Weighting{}, nil, err
	}
	if stateful, ok := aggregator.(method.Stateful); ok && state != nil {
		if aggregator, err = stateful.From(state, round.Gram.SymmetricDim()); err != nil {
			return method.Weighting{}, nil, err
		}
	}
	w, err := method.Consensus(aggregator, round.Gram, s.Normalise == "unit", rng.Stream(g.Seed, "aggregator", g.Round))
	if err != nil {
		return method.Weighting{}, nil, err
	}
	compare := method.Scoring{Dot: s.Similarity == "dot", LeaveOneOut: s.LeaveOneOut}
	return w, compare.Alignment(round.Pairs, w.Weights, round.Gram), nil
}

// thresholds are the lowest kept scores per language; zero where nothing is kept.
func thresholds(list []choice, language []int, languages int) []float64 {
	low := make([]float64, languages)
	for i := range low {
		low[i] = math.Inf(1)
	}
	for i, c := range list {
		if c.Kept {
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

// meanGram is the Gram matrix of the languages' mean gradients over the kept pairs.
func meanGram(sketches [][]float32, list []choice, language []int, codes []string) ([][]float64, error) {
	var kept [][]float32
	var of []int
	for i, c := range list {
		if c.Kept {
			kept, of = append(kept, sketches[i]), append(of, language[i])
		}
	}
	round, err := sketch.Gather(kept, of, codes, sketch.Mean, 0, "")
	if err != nil {
		return nil, err
	}
	return rows(round.Gram), nil
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
