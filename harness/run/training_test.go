package run

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/stage"
)

// Whatever reads the model's numbers stops with an error that names the stage where they mean nothing.
func TestDamagedWeightsEndAStageByName(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs whole studies")
	}
	l := newLab(t)
	base := l.bench.Base
	damaged := &model.Weights{Config: base.Config}
	for _, data := range base.Weights.Tensors {
		damaged.Tensors = append(damaged.Tensors, slices.Clone(data))
	}
	damaged.Tensors[0][0] = float32(math.NaN()) // the embedding of padding, and so its logit
	dir := t.TempDir()
	tried := map[string]bool{}
	for judge, kinds := range map[string][]string{"self": {"judge"}, "reference": {"generate", "reference", "answer", "choices", "passages"}} {
		p := l.plan(t, "judge.kind="+judge, "generate.samples=4") // by the known answers there are pairs
		if _, err := l.run(t, context.Background(), p, dir, &follower{}); err != nil {
			t.Fatal(err)
		}
		st, stages := open(t, dir), by(p)
		for _, s := range p.Stages {
			if first := slices.ContainsFunc(s.Inputs, func(in stage.Ref) bool { return stages[in].Kind == "base" }); !first || !slices.Contains(kinds, s.Kind) {
				continue
			}
			if err := st.Remove(string(s.Key)); err != nil {
				t.Fatal(err)
			}
			for _, weights := range []*model.Weights{damaged, base.Weights} {
				b := l.fresh()
				b.Base = &model.Folder{Config: base.Config, Tokenizer: base.Tokenizer, Weights: weights}
				err := execute(context.Background(), &Plan{Experiment: p.Experiment, Stages: []*stage.Stage{s}}, st, b, &follower{})
				if weights != damaged && err != nil { // later stages read this one
					t.Fatal(err)
				}
				if weights == damaged && (!errors.Is(err, nn.ErrNotFinite) || !strings.HasPrefix(err.Error(), s.Label)) {
					t.Errorf("%s: %v", s.Label, err)
				}
			}
			tried[s.Kind] = true
		}
		st.Close()
	}
	if len(tried) != 6 {
		t.Errorf("only %v were tried", tried)
	}
}
