package nn

import (
	"strings"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
)

func TestFeaturesWithoutGraphsAreRefused(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		for name, c := range map[string]struct {
			features model.Features
			want     string
		}{
			"a gate":    {model.Features{Act: model.GELUTanh}, "gelu_pytorch_tanh"},
			"an offset": {model.Features{NormOffset: true}, "1 + weight"},
			"norms":     {model.Features{PostNorms: true, QKNorm: true}, "norms behind attention and MLP; norms of queries and keys"},
			"biases":    {model.Features{QKVBias: true}, "biases of queries, keys and values"},
			"a cap":     {model.Features{AttnSoftCap: 50}, "scores capped at 50"},
			"a scaling": {model.Features{Scaling: model.RopeScaling{Type: "linear", Factor: 8}}, "linear rope scaling"},
			"windows":   {model.Features{Local: "lg", Window: 512}, "layers that see 512 tokens"},
		} {
			config := tiny
			config.Features = c.features
			e := NewEngine(b, config)
			w := must(e.Upload(model.New(config, 1)))(t)
			_, logits := e.LastLogits(w, [][]int{{1, 2}}, 1, 2)
			_, _, prefill := e.Prefill(w, [][]int{{1, 2}}, 1, 1, 2, 1)
			batch := must(NewBatch(tinyRows, 4, 6, 4))(t)
			_, logProbs := e.LogProbs(w, batch)
			trainer := must(e.NewTrainer(model.New(config, 1), AdamW{}))(t)
			_, step := trainer.Accumulate(batch, Likelihood{Weight: []float64{1, 1, 1, 1}[:len(tinyRows)]})
			for what, err := range map[string]error{"LastLogits": logits, "Prefill": prefill, "LogProbs": logProbs, "a step": step} {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s: %s: %v, want an error with %q", name, what, err, c.want)
				}
			}
		}
	})
}
