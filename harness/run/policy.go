package run

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"congrad/harness/bench"
	"congrad/harness/model"
	"congrad/harness/stage"
	"congrad/harness/store"
	"congrad/harness/suggest"
)

// ErrNotRun is returned when a policy has not been trained yet, or its artefact was removed.
var ErrNotRun = errors.New("not in the store")

// Policy is an arm's policy after an iteration under a seed, as weights of the whole model on the host, adapters merged.
func (p *Plan) Policy(st *store.Store, b *bench.Bench, arm string, seed uint64, iteration int) (*model.Weights, error) {
	w, err := p.Trained(st, b, arm, seed, iteration)
	if err != nil || w.Config.LoRA.Rank == 0 {
		return w, err
	}
	base, err := b.Base.Load() // adapters stand on one model
	if err != nil {
		return nil, err
	}
	return model.Merge(base, w)
}

// Trained is the same as it was trained: where adapters were, they alone.
func (p *Plan) Trained(st *store.Store, b *bench.Bench, arm string, seed uint64, iteration int) (*model.Weights, error) {
	x := p.Experiment
	a := x.FindArm(arm)
	switch {
	case a == nil:
		var names []string
		for _, a := range x.Arms {
			names = append(names, a.Name)
		}
		return nil, fmt.Errorf("%s has no arm %q%s", x.Name, arm, suggest.DidYouMean(arm, names))
	case !a.Trained():
		return nil, fmt.Errorf("the arm %q of %s is not trained: its policy is the model %q", arm, x.Name, x.Model)
	case a.Mono():
		return nil, fmt.Errorf("the arm %q of %s trains one model per language, so it has no single policy", arm, x.Name)
	case !slices.Contains(x.Seeds, seed):
		return nil, fmt.Errorf("%s has no seed %d; its seeds are %s", x.Name, seed, strings.Trim(strings.ReplaceAll(fmt.Sprint(x.Seeds), " ", ", "), "[]"))
	case iteration < 1 || iteration > x.Iterations:
		return nil, fmt.Errorf("%s has no iteration %d; it has 1 to %d", x.Name, iteration, x.Iterations)
	}
	at := slices.IndexFunc(p.rounds, func(r round) bool { return r.arm.Name == arm && r.seed == seed && r.iteration == iteration })
	trained := p.rounds[at].train
	if !st.Has(string(trained.Key)) {
		return nil, fmt.Errorf("%s: %w", trained.Label, ErrNotRun)
	}
	return b.Weights(stage.Shelf{Store: st}, bench.Policy{Stage: trained.Key, Trained: true})
}
