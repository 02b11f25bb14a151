package measure

import "congrad/eval/stats"

// Faith is how well the compressed gradients order the pairs of one iteration of an arm.
type Faith struct {
	Arm       string
	Iteration int
	Pairs     int // sampled, over all seeds
	Seeds     int // with a defined correlation
	// Rank correlation of sketched and exact cosines within a seed; meaningless with Seeds = 0.
	Mean, Lowest float64
}

// Fidelity lists arms and iterations with sampled pairs, in the study's order. Seeds are not pooled: each has a consensus
// of its own, and pooling would count differences between them as agreement.
func (s *Study) Fidelity() []Faith {
	var list []Faith
	for _, a := range s.Arms {
		for i := 1; i <= s.lastIteration(); i++ {
			if f := s.faith(a.Name, i); f.Pairs > 0 {
				list = append(list, f)
			}
		}
	}
	return list
}

func (s *Study) faith(arm string, iteration int) Faith {
	f := Faith{Arm: arm, Iteration: iteration}
	exact, sketched := map[uint64][]float64{}, map[uint64][]float64{}
	var seeds []uint64
	for i := range s.set.Fidelity {
		r := &s.set.Fidelity[i]
		if r.Arm != arm || r.Iteration != iteration {
			continue
		}
		if len(exact[r.Seed]) == 0 {
			seeds = append(seeds, r.Seed)
		}
		exact[r.Seed] = append(exact[r.Seed], r.Exact)
		sketched[r.Seed] = append(sketched[r.Seed], r.Sketched)
		f.Pairs++
	}
	for _, seed := range seeds {
		rho, ok := stats.Spearman(exact[seed], sketched[seed])
		if !ok {
			continue
		}
		if f.Seeds == 0 || rho < f.Lowest {
			f.Lowest = rho
		}
		f.Mean += rho
		f.Seeds++
	}
	if f.Seeds > 0 {
		f.Mean /= float64(f.Seeds)
	}
	return f
}
