package nn

import (
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/loss"
	"congrad/harness/model"
)

// Activations that are computed again make no difference: to log-probs, gradients, units and sketches, of all weights and of
// adapters, tied and untied, whether the vocabulary is met at once or in pieces.
func TestRecomputationChangesNothing(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		batch := must(NewBatch(tinyRows, 6, 6, 4))(t)
		p := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.5, LengthPenalty: 0.1}, Reference: []float64{0.2, -0.3}, Weight: []float64{0.5, 1}}
		for name, x := range map[string]struct {
			config model.Config
			atOnce int
		}{
			"tied, five activations a piece": {tiny, 5 * tiny.Vocab},
			"untied":                         {untied(tiny), MostLogits},
			"adapters":                       {adapted(model.AllProjections), MostLogits},
		} {
			c := x.config
			frozen := loud(c.Base(), 3)
			run := func(recompute bool) (gradient [][]float32, units []Unit, logp [][]float64, sketches [][]float32) {
				e := NewEngine(b, c)
				e.Recompute, e.atOnce = recompute, x.atOnce
				e.Beneath = frozen.Read
				trainer := must(e.NewTrainer(loud(c, 3), adam))(t)
				defer trainer.Free()
				units = must(trainer.Accumulate(batch, p))(t)
				gradient = must(trainer.TakeGradient())(t)
				logp = must(e.LogProbs(trainer.Weights(), batch))(t)
				s := must(e.NewSketcher(projections(c, false, true, 2, 1)))(t)
				return gradient, units, logp, must(s.Gradients(trainer.Weights(), batch, p))(t)
			}
			gradient, units, logp, sketches := run(false)
			again, unitsAgain, logpAgain, sketchesAgain := run(true)
			nearAll(t, name+": gradient", again, gradient)
			nearAll(t, name+": sketches", sketchesAgain, sketches)
			for i := range units {
				near(t, name+": loss", unitsAgain[i].Loss, units[i].Loss, single)
			}
			for i := range logp {
				for j := range logp[i] {
					near(t, name+": log-prob", logpAgain[i][j], logp[i][j], single)
				}
			}
		}
	})
}
