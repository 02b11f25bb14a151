package run

import (
	"fmt"
	"strings"

	"congrad/harness/kind"
	"congrad/harness/kind/training"
	"congrad/harness/lang"
	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/record"
	"congrad/harness/rng"
	"congrad/harness/stage"
)

// pairScore is a score of n pairs. A pair that it does not rate has its language's mean, which leaves the sum of a half as it is expected
// to be.
type pairScore struct {
	name      string
	kind      string
	rated     int
	values    []float64   // [n]
	languages [][]float64 // [n][languages of the prompts], of a score that says which language a pair helps; values are then their means
}

// collect gathers what the stages of a finished validation left.
func (p *LDS) collect(s stage.Shelf, table lang.Table) (*record.LDS, error) {
	e := p.Experiment
	x := &record.LDS{Study: record.LDSStudy{
		Name: e.Name, Title: e.Title, Partial: strings.Join(e.Partial, " "), Seeds: e.Seeds, Subsets: p.halves, Split: e.Evaluate.Split,
		Languages: languageFields(e, table),
	}}
	for _, r := range p.rounds {
		pairs, language, err := r.pairsOf(s)
		if err != nil {
			return nil, err
		}
		scores, err := r.scores(s, pairs, language)
		if err != nil {
			return nil, err
		}
		of := record.LDSRound{Seed: r.seed, Pairs: len(pairs), Half: len(training.Half(language, r.languages, r.seed, 1))}
		for _, score := range scores {
			of.Scores = append(of.Scores, record.Rated{Score: score.name, Kind: score.kind, Pairs: score.rated})
		}
		x.Study.Rounds = append(x.Study.Rounds, of)
		for i, retrained := range r.retrained {
			subset := record.Subset{Seed: r.seed, Number: i + 1}
			if subset.Results, err = stage.Lines[record.Outcome](s, retrained.Key, "outcomes"); err != nil {
				return nil, err
			}
			half := training.Half(language, r.languages, r.seed, subset.Number)
			for _, score := range scores {
				subset.Sums = append(subset.Sums, score.sum(half))
			}
			x.Subsets = append(x.Subsets, subset)
		}
	}
	return x, nil
}

// sum is that of the pairs of a subset.
func (x pairScore) sum(pairs []int) record.Sum {
	sum := record.Sum{Score: x.name}
	if x.languages != nil {
		sum.Languages = make([]float64, len(x.languages[0]))
	}
	for _, i := range pairs {
		sum.Value += x.values[i]
		for k := range sum.Languages {
			sum.Languages[k] += x.languages[i][k]
		}
	}
	return sum
}

// scores are all scores of the pairs: those of the selectors in their order, then controls, then what knows the held-out answers.
func (r ldsRound) scores(s stage.Shelf, pairs []kind.Pair, language []int) ([]pairScore, error) {
	var list []pairScore
	for _, selector := range method.Selectors {
		if selector.Scores == nil {
			continue
		}
		chosen, err := kind.Choices(s, r.selections[selector.Name].Key, len(pairs))
		if err != nil {
			return nil, err
		}
		list = append(list, rated(selector.Name, chosen, language, len(r.languages)))
	}
	controls, err := r.controls(s, pairs)
	if err != nil {
		return nil, err
	}
	list = append(list, controls...)
	for _, name := range []string{plainInfluence, adamInfluence} {
		x := pairScore{name: name, kind: record.ScoresByAnswers, rated: len(pairs), values: make([]float64, len(pairs))}
		if x.languages, err = stage.Lines[[]float64](s, r.influences[name].Key, "influence"); err != nil {
			return nil, err
		}
		for i, of := range x.languages {
			for _, v := range of {
				x.values[i] += v / float64(len(of))
			}
		}
		list = append(list, x)
	}
	return list, nil
}

// rated is a selector's score of pairs, given what became of them.
func rated(name string, chosen []kind.Choice, language []int, languages int) pairScore {
	x := pairScore{name: name, kind: record.ScoresBySelector, values: make([]float64, len(chosen))}
	sum, n := make([]float64, languages), make([]float64, languages)
	for i, c := range chosen {
		if c.Rank > 0 { // else the score is not one
			x.rated++
			x.values[i] = c.Score
			sum[language[i]] += c.Score
			n[language[i]]++
		}
	}
	for i, c := range chosen {
		if l := language[i]; c.Rank == 0 && n[l] > 0 {
			x.values[i] = sum[l] / n[l]
		}
	}
	return x
}

// controls are scores that no selector has: a draw, the lengths of the answers, and the loss of the chosen one.
func (r ldsRound) controls(s stage.Shelf, pairs []kind.Pair) ([]pairScore, error) {
	reference, err := stage.Lines[loss.PairLogProb](s, r.reference.Key, "reference")
	if err != nil {
		return nil, err
	}
	if len(reference) != len(pairs) {
		return nil, fmt.Errorf("%d log-probs of %d pairs", len(reference), len(pairs))
	}
	random := pairScore{name: "random", kind: record.ScoresAsControl, rated: len(pairs)}
	length := pairScore{name: "length", kind: record.ScoresAsControl, rated: len(pairs)}
	logp := pairScore{name: "chosen_logprob", kind: record.ScoresAsControl, rated: len(pairs)}
	for i, p := range pairs {
		random.values = append(random.values, rng.Stream(r.seed, "random score", p.Lang, p.Prompt).Float64())
		length.values = append(length.values, float64(len(p.Chosen.Tokens)-len(p.Rejected.Tokens)))
		logp.values = append(logp.values, reference[i].Chosen.Mean())
	}
	return []pairScore{random, length, logp}, nil
}
