package nn

import (
	"errors"
	"math"
	"slices"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
)

// The likeliest token is that of the logits, the lowest id among equals, and is not given where one logit is no number, whatever the others.
func TestTheLikeliestTokenIsThatOfTheLogits(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		config := untied(tiny)
		e := NewEngine(b, config)
		host := loud(config, 4)
		head := host.Tensors[slices.IndexFunc(config.Shapes(), func(s model.Shape) bool { return s.Name == "lm_head.weight" })]
		row := func(id int) []float32 { return head[id*config.Hidden : (id+1)*config.Hidden] }
		prompts := [][]int{{1, 2, 3}, {4}, {5, 6}}
		predict := func() (*Predicted, error) {
			w := must(e.Upload(host))(t)
			t.Cleanup(w.Free)
			d, p, err := e.Prefill(w, prompts, 1, len(prompts), 3, 1)
			if err == nil {
				t.Cleanup(d.Free)
			}
			return p, err
		}
		p := must(predict())(t)
		best := p.Likeliest[0]
		for i, logits := range must(p.Logits())(t) {
			if p.Likeliest[i] != slices.Index(logits, slices.Max(logits)) {
				t.Errorf("row %d: token %d is called the likeliest of %v", i, p.Likeliest[i], logits)
			}
		}
		for id := range config.Vocab { // a rival with the same logit, lower or higher
			kept := slices.Clone(row(id))
			copy(row(id), row(best))
			if got := must(predict())(t).Likeliest[0]; got != min(id, best) {
				t.Errorf("tokens %d and %d have the same logit, %d is called the likeliest", id, best, got)
			}
			for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				row(id)[0] = float32(x)
				if _, err := predict(); !errors.Is(err, ErrNotFinite) {
					t.Errorf("the logit of token %d is %g: %v", id, x, err)
				}
			}
			copy(row(id), kept)
		}
	})
}
