package nn

import (
	"errors"
	"math"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/loss"
	"congrad/harness/model"
)

// adapted is the tiny model with adapters in some of its layers.
func adapted(layers string) model.Config {
	c := tiny
	c.LoRA = model.LoRA{Rank: 2, Alpha: 3, Layers: layers}
	return c
}

// loraEngine is an engine over frozen weights, with the adapters' policy.
func loraEngine(t *testing.T, b device.Backend, frozen *model.Weights, layers string, seed uint64) (*Engine, *model.Weights) {
	t.Helper()
	e := NewEngine(b, adapted(layers))
	e.Beneath = frozen.Read
	return e, loud(e.Config, seed)
}

// Adapters over frozen weights are the model that they merge to: the same log-probs, and gradients that follow from its own,
// with s = alpha/rank: ∂A = s·Bᵀ·∂W and ∂B = s·∂W·Aᵀ.
func TestAdaptersAreTheMergedModel(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		frozen := loud(tiny, 3)
		target := Likelihood{Weight: []float64{0.5, 1, 0.25, 2}}
		batch := must(NewBatch(tinyRows, 4, 6, 4))(t)
		for _, layers := range []string{model.AllProjections, model.Attention, model.MLP, model.Last} {
			e, adapters := loraEngine(t, b, frozen, layers, 4)
			merged := must(model.Merge(frozen, adapters))(t)
			full := NewEngine(b, tiny)
			got := must(e.LogProbs(must(e.Upload(adapters))(t), batch))(t)
			want := must(full.LogProbs(must(full.Upload(merged))(t), batch))(t)
			for i := range want {
				for j := range want[i] {
					near(t, layers+": log-prob", got[i][j], want[i][j], single)
				}
			}
			gradient := func(e *Engine, w *model.Weights) [][]float32 {
				trainer := must(e.NewTrainer(w, adam))(t)
				defer trainer.Free()
				must(trainer.Accumulate(batch, target))(t)
				return must(trainer.TakeGradient())(t)
			}
			low, high := gradient(e, adapters), gradient(full, merged)
			byName := map[string]int{}
			for i, s := range adapters.Config.Shapes() {
				byName[s.Name] = i
			}
			found := 0
			for i, s := range tiny.Shapes() {
				nameA, nameB, ok := adapters.Config.Adapters(s.Name)
				if !ok {
					continue
				}
				found += 2
				out, in, rank := s.Dims[0], s.Dims[1], adapters.Config.LoRA.Rank
				a, bb := adapters.Tensors[byName[nameA]], adapters.Tensors[byName[nameB]]
				for k := range rank {
					for j := range in {
						sum := 0.0
						for o := range out {
							sum += float64(bb[o*rank+k]) * float64(high[i][o*in+j])
						}
						near(t, layers+": gradient of "+nameA, float64(low[byName[nameA]][k*in+j]), adapters.Config.LoRA.Scale()*sum, single)
					}
					for o := range out {
						sum := 0.0
						for j := range in {
							sum += float64(high[i][o*in+j]) * float64(a[k*in+j])
						}
						near(t, layers+": gradient of "+nameB, float64(low[byName[nameB]][o*rank+k]), adapters.Config.LoRA.Scale()*sum, single)
					}
				}
			}
			if found != len(adapters.Tensors) || found == 0 {
				t.Errorf("%s: %d adapters were compared of %d", layers, found, len(adapters.Tensors))
			}
		}
	})
}

// New adapters change nothing, and training moves them alone.
func TestTrainingMovesAdaptersOnly(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		frozen := loud(tiny, 3)
		e, _ := loraEngine(t, b, frozen, model.AllProjections, 4)
		start := model.New(e.Config, 1)
		batch := must(NewBatch(tinyRows, 4, 6, 4))(t)
		full := NewEngine(b, tiny)
		before := must(e.LogProbs(must(e.Upload(start))(t), batch))(t)
		plain := must(full.LogProbs(must(full.Upload(frozen))(t), batch))(t)
		trainer := must(e.NewTrainer(start, adam))(t)
		defer trainer.Free()
		var losses []float64
		for range 8 {
			loss := 0.0
			for _, u := range must(trainer.Accumulate(batch, Likelihood{Weight: []float64{0.25, 0.25, 0.25, 0.25}}))(t) {
				loss += u.Loss / 4
			}
			losses = append(losses, loss)
			must(trainer.Apply(0.02))(t)
		}
		for i := range plain {
			for j := range plain[i] {
				if math.Abs(before[i][j]-plain[i][j]) > 1e-6 {
					t.Errorf("row %d: new adapters change a log-prob from %g to %g", i, plain[i][j], before[i][j])
				}
			}
		}
		if losses[7] >= losses[0] {
			t.Errorf("losses %v do not fall", losses)
		}
		state := must(trainer.State())(t)
		again, err := UnmarshalState(e.Config, must(state.Marshal())(t))
		if err != nil || len(again.Weights.Tensors) != len(e.Config.Shapes()) {
			t.Errorf("a checkpoint holds %d weights of %d: %v", len(again.Weights.Tensors), len(e.Config.Shapes()), err)
		}
	})
}

// A pair's sketch over adapters is its gradient of them.
func TestSketchesOfAdapters(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, host := loraEngine(t, b, loud(tiny, 3), model.MLP, 5)
		w := must(e.Upload(host))(t)
		p := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.5, LengthPenalty: 0.1}, Reference: []float64{0.2, -0.3}}
		exact := pairGradients(t, e, host, tinyRows, p)
		s := must(e.NewSketcher(projections(e.Config, false, false, 2, 1)))(t)
		sketches := must(s.Gradients(w, must(NewBatch(tinyRows, 4, 6, 4))(t), p))(t)
		for i := range exact {
			offset := 0
			for k, shape := range e.Config.Shapes() {
				for j, want := range exact[i][k] {
					near(t, "sketch of "+shape.Name, float64(sketches[i][offset+j]), float64(want), single)
				}
				offset += shape.Size()
			}
			if offset != s.Numbers {
				t.Errorf("%d numbers, want %d", s.Numbers, offset)
			}
		}
	})
}

func TestAdaptersNeedWhatIsBeneath(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := NewEngine(b, adapted(model.MLP))
		w := model.New(e.Config, 1)
		if _, err := e.Upload(w); err == nil {
			t.Error("adapters over nothing")
		}
		frozen, broken := loud(tiny, 3), errors.New("broken")
		e.Beneath = func(s model.Shape) ([]float32, error) {
			if s.Name == "model.norm.weight" {
				return nil, broken
			}
			return frozen.Read(s)
		}
		if _, err := e.Upload(w); !errors.Is(err, broken) {
			t.Errorf("adapters over half of the weights: %v", err)
		}
		e.Beneath = frozen.Read
		if _, err := e.LogProbs(must(e.Upload(w))(t), must(NewBatch(tinyRows, 4, 6, 4))(t)); err != nil {
			t.Error(err)
		}
	})
}
