package synthetic

import (
	"fmt"
	"slices"

	"congrad/harness/record"
	"congrad/harness/rng"
)

// Iterate adds greedy answers of the policies before the last, and sampled ones if there are sampled ones of the last: the base model's in
// part, and the last policy's in part.
func Iterate(set *record.Set) *record.Set {
	var earlier []record.Evaluation
	for _, e := range append(slices.Clone(set.Evaluations), set.Trials...) {
		if e.Arm == set.Study.Baseline {
			continue
		}
		for i := 1; i < set.Study.Iterations; i++ {
			e := e
			e.Iteration, e.Verdict = i, nil
			chance := rng.Stream(e.Seed, "synthetic iteration", e.Arm, e.Lang, e.Prompt, fmt.Sprint(e.Sample, i)).Float64()
			if chance > float64(i)/float64(set.Study.Iterations) {
				e.Known, e.Win = e.Opponent, 0.5
			}
			earlier = append(earlier, e)
		}
	}
	set.Trials = append(set.Trials, earlier...)
	return set
}

// Move adds the drift of the policies whose sampled answers the set has: more with each iteration, and in part with the prompt.
func Move(set *record.Set) *record.Set {
	for _, e := range set.Trials {
		if e.Sample == 0 || e.Arm == set.Study.Baseline {
			continue
		}
		iterations := set.Study.Iterations
		if e.Iteration > 0 {
			iterations = e.Iteration
		}
		r := rng.Stream(e.Seed, "synthetic drift", e.Arm, e.Lang, e.Prompt, fmt.Sprint(e.Sample, iterations))
		d := record.Drift{
			Seed: e.Seed, Arm: e.Arm, Iteration: e.Iteration, Lang: e.Lang, Prompt: e.Prompt, Cluster: e.Cluster, Sample: e.Sample, Tokens: e.Tokens + 1, StartTokens: 9,
		}
		d.Nats = 0.03 * float64(d.Tokens*iterations) * (0.5 + r.Float64())
		d.StartNats = 0.02 * float64(d.StartTokens*iterations) * (0.5 + r.Float64())
		set.Drift = append(set.Drift, d)
	}
	return set
}

// samplesEach is how many sampled answers Sample makes up for each greedy one.
const samplesEach = 2

// Sample adds sampled answers to the set: less often exact than greedy ones, and with a larger effect of training. Wins are by exact
// match, of the greedy answers too.
func Sample(set *record.Set) *record.Set {
	v := &set.Study.Evaluate
	v.Decide, v.Samples, v.Temperature, v.TopP = "exact", samplesEach, 0.7, 0.9
	for i := range set.Evaluations {
		e := &set.Evaluations[i]
		e.Win = 0.5 + (float64(right(e.Known))-float64(right(e.Opponent)))/2
		for k := range samplesEach {
			set.Trials = append(set.Trials, sampled(*e, k+1, e.Arm != set.Study.Baseline))
		}
	}
	return set
}

// sampled turns a greedy answer into a sampled one. The base model's depends on the seed and the prompt alone.
func sampled(e record.Evaluation, number int, trained bool) record.Evaluation {
	chance := rng.Stream(e.Seed, "synthetic sampled", e.Lang, e.Prompt, fmt.Sprint(number)).Float64()
	e.Sample, e.Verdict = number, nil
	e.Known, e.Opponent = hit(chance, 0.45), hit(chance, 0.45)
	if trained {
		e.Known = hit(chance, 0.55+0.2*(e.Win-0.5))
	}
	e.Win = 0.5 + (float64(right(e.Known))-float64(right(e.Opponent)))/2
	return e
}

// hit is the score of an answer that is exact with a probability.
func hit(chance, probability float64) float64 {
	if chance < probability {
		return 1
	}
	return 0.4
}

func right(known float64) int {
	if known == 1 {
		return 1
	}
	return 0
}
