package training

import (
	"errors"
	"strings"
	"testing"

	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/device"
	"congrad/harness/disk"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/sketch"
	"congrad/harness/stage"
	"congrad/harness/store"
	"congrad/harness/train"
)

// newBench is one with a model of random weights.
func newBench(t *testing.T) *bench.Bench {
	t.Helper()
	backend, _, err := device.Open("go")
	if err != nil {
		t.Fatal(err)
	}
	c := model.Config{Vocab: 8, Hidden: 4, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 2, FFN: 6, RopeBase: 1e4, NormEps: 1e-5, Tied: true}
	return &bench.Bench{Engine: nn.NewEngine(backend, c), Config: c, Base: &model.Folder{Config: c, Weights: model.New(c, 1)}}
}

// A checkpoint has as many steps in its log as its weights took.
func TestCheckpointsGoWithTheirLog(t *testing.T) {
	b := newBench(t)
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	w := b.Base.Weights
	state := nn.TrainerState{Weights: w, M: w.Tensors, V: w.Tensors, Steps: 2}
	checkpoint, err := state.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for logged, want := range map[int]string{
		0: "steps.jsonl:1: want the line with the schema",
		1: "the checkpoint is from step 2, but steps.jsonl ends with step 1",
		2: "",
		3: "the checkpoint is from step 2, but steps.jsonl ends with step 3",
	} {
		key := strings.Repeat("x", 1+logged)
		log, err := stage.Encode("steps", []record.Step{{Step: 1}, {Step: 2}, {Step: 3}}[:logged])
		if err != nil {
			t.Fatal(err)
		}
		if logged == 0 {
			log = nil // not even a header
		}
		scratch := st.Scratch(key)
		if err := scratch.Keep(func(add store.AddFile) error {
			return errors.Join(add(statePart, disk.Bytes(checkpoint)), add(stepsPart, disk.Bytes(log)))
		}); err != nil {
			t.Fatal(err)
		}
		c := course{desk: &stage.Desk{Shelf: stage.Shelf{Store: st, Own: stage.Ref(key)}}, bench: b}
		err = c.open()
		if want != "" {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), scratch.String()) {
				t.Errorf("%d steps in the log: %v", logged, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if c.trainer.Steps() != 2 || c.done != 2 || len(c.steps) != 2 || c.steps[1].Step.Step != 2 {
			t.Errorf("%d steps in the log: the trainer has done %d, its log is %v", logged, c.trainer.Steps(), c.steps)
		}
		c.close()
	}
}

// A checkpoint that lacks the filter's state is no place to go on from.
func TestOnlineNeedsItsState(t *testing.T) {
	arm := config.Arm{
		Select: "congrad", Keep: config.Keep{Share: 0.5},
		ConGrad: config.ConGrad{
			Mode: "online", Sketch: sketch.Flora, SketchRank: 2, Aggregator: "pcgrad", Normalise: "unit", Similarity: "cosine", EMADecay: 0.9, RenewEvery: 1,
		},
	}
	c := course{Train: Train{Languages: []string{"en", "de"}, Iteration: 1, Online: onlineOf(arm)}, bench: newBench(t)}
	filter, err := c.openOnline(nn.TrainerState{})
	if err != nil {
		t.Fatal(err)
	}
	defer filter.Free()
	state := nn.TrainerState{}
	if err := keepOnline(filter, &state); err != nil {
		t.Fatal(err)
	}
	if _, err := c.openOnline(state); err != nil {
		t.Errorf("a whole state: %v", err)
	}
	without := state
	without.Beside = nil
	if _, err := c.openOnline(without); err == nil {
		t.Error("a checkpoint without averages is accepted")
	}
	c.pairs = make([]train.Pair, 1)
	if _, err := c.openOnline(state); err == nil {
		t.Error("a checkpoint with verdicts on no pair is accepted for one pair")
	}
}
