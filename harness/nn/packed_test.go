package nn

import (
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/loss"
	"congrad/harness/model"
)

// Units of two answers to one prompt, of one answer, and of two prompts.
var packedUnits = [][]Row{
	{{Prompt: []int{1, 2, 3}, Answer: []int{4, 5, 6}}, {Prompt: []int{1, 2, 3}, Answer: []int{0, 2}}},
	{{Prompt: []int{5, 1}, Answer: []int{3}}, {Prompt: []int{5, 1}, Answer: []int{6, 6, 1, 2}}},
	{{Prompt: []int{2}, Answer: []int{1, 4}}, {Prompt: []int{6, 3, 2}, Answer: []int{5}}},
}

// A prompt that answers share, and several prompts in a sequence, change no log-prob and no gradient: what a token sees, and where it
// stands, is what it would see alone. Also where attention has a window.
func TestPackedRowsAreAsTheyAreAlone(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		for name, config := range map[string]model.Config{"llama": tiny, "windows": tinyFamilies()["gemma2"]} {
			t.Run(name, func(t *testing.T) {
				e := NewEngine(b, config)
				p := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.5}, Reference: []float64{0.2, -0.3, 0.1}, Weight: []float64{0.5, 1, 2}}
				run := func(batch *Batch) (logp [][]float64, units []Unit, gradient [][]float32) {
					trainer := must(e.NewTrainer(loud(config, 3), adam))(t)
					defer trainer.Free()
					logp = must(e.LogProbs(trainer.Weights(), batch))(t)
					units = must(trainer.Accumulate(batch, p))(t)
					return logp, units, must(trainer.TakeGradient())(t)
				}
				var rows []Row
				for _, unit := range packedUnits {
					rows = append(rows, unit...)
				}
				logp, units, gradient := run(must(NewBatch(rows, 6, 6, 4))(t))
				for layout, batch := range map[string]*Batch{
					"one sequence":                   must(Pack(packedUnits, Size{Seqs: 1, Seq: 20, Rows: 6, Span: 4, Slots: 13}))(t),
					"two sequences and some padding": must(Pack(packedUnits, Size{Seqs: 3, Seq: 12, Rows: 8, Span: 5, Slots: 16}))(t),
					"each unit by itself":            must(Apart(packedUnits, Size{Seqs: 3, Seq: 8, Rows: 6, Span: 4, Slots: 16}))(t),
				} {
					logpPacked, unitsPacked, gradientPacked := run(batch)
					for i := range logp {
						if len(logpPacked[i]) != len(rows[i].Answer) {
							t.Errorf("%s: row %d has %d log-probs, its answer %d tokens", layout, i, len(logpPacked[i]), len(rows[i].Answer))
							continue
						}
						for j := range logp[i] {
							near(t, layout+": log-prob", logpPacked[i][j], logp[i][j], single)
						}
					}
					for i := range units {
						near(t, layout+": loss", unitsPacked[i].Loss, units[i].Loss, single)
					}
					nearAll(t, layout+": gradient", gradientPacked, gradient)
				}
				s := must(e.NewSketcher(projections(config, false, true, 2, 1)))(t)
				w := must(e.Upload(loud(config, 3)))(t)
				nearAll(t, "sketches of pairs with a shared prompt",
					must(s.Gradients(w, must(Apart(packedUnits, Size{Seqs: 3, Seq: 8, Rows: 6, Span: 4, Slots: 16}))(t), p))(t),
					must(s.Gradients(w, must(NewBatch(rows, 6, 6, 4))(t), p))(t))
				if _, err := s.Gradients(w, must(Pack(packedUnits, Size{Seqs: 1, Seq: 20, Rows: 6, Span: 4, Slots: 13}))(t), p); err == nil {
					t.Error("pairs that lie in one sequence were sketched")
				}
			})
		}
	})
}

func TestLengthSharesPrompts(t *testing.T) {
	for i, want := range []int{3 + 2 + 1, 2 + 0 + 3, 1 + 1 + 3} {
		if got := Length(packedUnits[i]); got != want {
			t.Errorf("unit %d: %d tokens, want %d", i, got, want)
		}
	}
}

func TestBatchesThatDoNotFit(t *testing.T) {
	for name, size := range map[string]Size{
		"too few sequences": {Seqs: 1, Seq: 8, Rows: 6, Span: 4, Slots: 16},
		"too short":         {Seqs: 9, Seq: 5, Rows: 6, Span: 4, Slots: 16},
		"too few rows":      {Seqs: 3, Seq: 8, Rows: 5, Span: 4, Slots: 16},
		"too short answers": {Seqs: 3, Seq: 8, Rows: 6, Span: 3, Slots: 16},
		"too few slots":     {Seqs: 3, Seq: 8, Rows: 6, Span: 4, Slots: 12},
	} {
		if _, err := Pack(packedUnits, size); err == nil {
			t.Errorf("%s: laid out", name)
		}
	}
}
