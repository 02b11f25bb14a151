package measure

import (
	"fmt"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/records"
)

// Faith is how well the compressed gradients of one iteration of an arm represent exact ones, and what they take.
type Faith struct {
	Arm       record.Arm
	Iteration int
	Pairs     int            // compared, over all seeds
	Seeds     int            // with a defined correlation
	Rank      stats.Estimate // rank correlation of sketched and exact scores within a seed; its mean over seeds
	Lowest    float64        // of the seeds' correlations; meaningless with Seeds = 0
	Kept      stats.Estimate // share of the pairs which exact scores keep that the sketch keeps too
	Numbers   int            // of a sketch; 0 where it was not recorded
	MostPairs int            // in one round: their sketches are in memory at the same time
}

// Bytes of a sketch, be it of a language or of a pair, in float32.
func (f Faith) Bytes() int { return 4 * f.Numbers }

// OfModel is the sketch's share of the model's parameters, which are float32 too; false where either was not recorded.
func OfModel(s *records.Study, f Faith) (share float64, known bool) {
	if f.Numbers == 0 || s.Model.Parameters == 0 {
		return 0, false
	}
	return float64(f.Numbers) / float64(s.Model.Parameters), true
}

// Fidelity lists arms and iterations with compared pairs, in the study's order. Seeds are not pooled: each has a consensus
// of its own, and pooling would count differences between them as agreement.
func Fidelity(s *records.Study) []Faith {
	var list []Faith
	for _, a := range s.Arms {
		for i := 1; i <= s.LastIteration; i++ {
			if f := faith(s, a, i); f.Pairs > 0 {
				list = append(list, f)
			}
		}
	}
	return list
}

func faith(s *records.Study, arm record.Arm, iteration int) Faith {
	f := Faith{Arm: arm, Iteration: iteration}
	exact, sketched := map[uint64][]float64{}, map[uint64][]float64{}
	var seeds []uint64
	var kept []stats.Sample
	var prompts []string
	for i := range s.Set.Fidelity {
		r := &s.Set.Fidelity[i]
		if r.Arm != arm.Name || r.Iteration != iteration {
			continue
		}
		if len(exact[r.Seed]) == 0 {
			seeds = append(seeds, r.Seed)
		}
		exact[r.Seed] = append(exact[r.Seed], r.Exact)
		sketched[r.Seed] = append(sketched[r.Seed], r.Sketched)
		if r.ExactKept {
			kept = append(kept, stats.Sample{Seed: s.Outer(r.Seed), Value: float64(count(r.SketchedKept))})
			prompts = append(prompts, r.Prompt)
		}
		f.Pairs++
	}
	f.Kept = stats.MeanWithin(stats.Clustered(kept, prompts), 0, 1, records.Level)
	var rhos []stats.Sample
	var names []string
	for _, seed := range seeds {
		rho, ok := stats.Spearman(exact[seed], sketched[seed])
		if !ok {
			continue
		}
		if f.Seeds == 0 || rho < f.Lowest {
			f.Lowest = rho
		}
		rhos, names = append(rhos, stats.Sample{Seed: s.Outer(seed), Value: rho}), append(names, fmt.Sprint(seed))
		f.Seeds++
	}
	f.Rank = stats.MeanWithin(stats.Clustered(rhos, names), -1, 1, records.Level)
	if f.Seeds == 1 { // which tells of other pairs only
		seed := rhos[0].Seed
		f.Rank = stats.SpearmanInterval(exact[seed], sketched[seed], records.Level)
	}
	for i := range s.Set.Consensus {
		if c := &s.Set.Consensus[i]; c.Arm == arm.Name && c.Iteration == iteration {
			f.Numbers = c.Numbers
		}
	}
	met := map[uint64]int{}
	for i := range s.Set.Pairs {
		if p := &s.Set.Pairs[i]; p.Arm == arm.Name && p.Iteration == iteration {
			met[p.Seed]++
			f.MostPairs = max(f.MostPairs, met[p.Seed])
		}
	}
	return f
}
