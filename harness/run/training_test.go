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
	"congrad/harness/record"
	"congrad/harness/store"
)

// A checkpoint goes with the steps that led to it: a log that is ahead is cut, one that lags behind is an error.
func TestCheckpointsGoWithTheirLog(t *testing.T) {
	b := newBench(t)
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	b.env.Store = st
	w := b.env.Base.Weights
	state := nn.TrainerState{Weights: w, M: w.Tensors, V: w.Tensors, Steps: 2}
	checkpoint, err := state.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for logged, want := range map[int]string{
		0: "steps.jsonl:1: expected the line with the schema",
		1: "the checkpoint stands behind step 2, steps.jsonl ends with step 1",
		2: "",
		3: "",
	} {
		stage := &Stage{Key: strings.Repeat("x", 1+logged)}
		log, err := lines("steps", []record.Step{{Step: 1}, {Step: 2}, {Step: 3}}[:logged])
		if err != nil {
			t.Fatal(err)
		}
		if logged == 0 {
			log = nil // not even a header
		}
		scratch := st.Scratch(stage.Key)
		if err := errors.Join(scratch.Save("checkpoint.safetensors", checkpoint), scratch.Save("steps.jsonl", log)); err != nil {
			t.Fatal(err)
		}
		trainer, steps, _, err := b.env.openTrainer(stage, nil, trainSettings{})
		if want != "" {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), scratch.String()) {
				t.Errorf("%d steps in the log: %v", logged, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if trainer.Steps() != 2 || len(steps) != 2 || steps[1].Step.Step != 2 {
			t.Errorf("%d steps in the log: the trainer has done %d, its log is %v", logged, trainer.Steps(), steps)
		}
		trainer.Free()
	}
}

// Whatever reads the model's numbers stops with an error that names the stage where they mean nothing.
func TestDamagedWeightsEndAStageByName(t *testing.T) {
	b := newBench(t)
	base := b.env.Base
	damaged := &model.Weights{Config: base.Config}
	for _, data := range base.Weights.Tensors {
		damaged.Tensors = append(damaged.Tensors, slices.Clone(data))
	}
	damaged.Tensors[0][0] = float32(math.NaN()) // the embedding of padding, and so its logit
	dir := t.TempDir()
	tried := map[string]bool{}
	for judge, kinds := range map[string][]string{"self": {"judge"}, "reference": {"generate", "reference", "answer", "task"}} {
		p := b.plan(t, "judge.kind="+judge, "generate.samples=4") // by the known answers there are pairs
		if _, err := b.run(t, context.Background(), p, dir, &follower{}); err != nil {
			t.Fatal(err)
		}
		st, err := store.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Stages {
			if first := slices.ContainsFunc(s.Inputs, func(in *Stage) bool { return in.Kind == "base" }); !first || !slices.Contains(kinds, s.Kind) {
				continue
			}
			if err := st.Remove(s.Key); err != nil {
				t.Fatal(err)
			}
			for _, weights := range []*model.Weights{damaged, base.Weights} {
				env := b.env
				env.Store, env.Report = st, &follower{}
				env.Base = &model.Folder{Config: base.Config, Tokenizer: base.Tokenizer, Weights: weights}
				err := Execute(context.Background(), &env, []*Stage{s})
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
	if len(tried) != 5 {
		t.Errorf("only %v were tried", tried)
	}
}
