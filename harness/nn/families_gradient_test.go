package nn

import (
	"slices"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/loss"
	"congrad/harness/model"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// tinyFamilies are models of the size of tiny with what each family adds. Windows are shorter than the rows, and caps as small as
// what they cap.
func tinyFamilies() map[string]model.Config {
	list := map[string]model.Features{
		"llama":  {QKVBias: true, OutBias: true, MLPBias: true, Scaling: model.RopeScaling{Type: "linear", Factor: 3}},
		"llama3": {Scaling: model.RopeScaling{Type: "llama3", Factor: 8, Low: 1, High: 4, Original: 16}},
		"gemma2": {
			Act: model.GELUTanh, NormOffset: true, PostNorms: true, ScaledEmbed: true, QueryScalar: 3,
			AttnSoftCap: 1.5, LogitSoftCap: 2, Local: "lg", Window: 2,
		},
		"gemma3": {
			Act: model.GELUTanh, NormOffset: true, PostNorms: true, QKNorm: true, ScaledEmbed: true, QKVBias: true, OutBias: true,
			Scaling: model.RopeScaling{Type: "linear", Factor: 2}, Local: "lg", Window: 3, LocalRopeBase: 30,
		},
		"qwen2": {QKVBias: true, Local: "gl", Window: 2},
		"qwen3": {QKNorm: true},
		"olmo3": {
			PostNorms: true, NoPreNorms: true, WideQKNorm: true, Local: "lg", Window: 2, LocalRopeBase: 30,
			Scaling: model.RopeScaling{Type: "yarn", Factor: 4, Original: 16, Fast: 2, Slow: 1, Attention: 1.3},
		},
		"cohere2": {CentreNorm: true, Parallel: true, RopePairs: true, LocalRope: true, Local: "lg", Window: 2, LogitScale: 0.5, QKVBias: true, OutBias: true},
		"apertus": {Act: model.XIELU, QKNorm: true, OwnNorms: true},
	}
	configs := map[string]model.Config{}
	for name, f := range list {
		c := tiny
		c.Features = f
		configs[name] = c
	}
	return configs
}

// Every weight of every family, biases and norms included, has the derivative of DPO's loss.
func TestFamiliesHaveGradients(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		p := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.5}, Reference: []float64{0.3, -1}, Weight: []float64{1, 0.5}}
		for name, config := range tinyFamilies() {
			t.Run(name, func(t *testing.T) { checkModelGradient(t, b, config, p) })
		}
	})
}

func TestFamiliesLayerGradients(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		positions := func(in *Node) *Node { return graph.Const(in.Graph(), [][]int32{{0, 3, 900}}) }
		scaled := model.Rope{Base: 100, Scaling: model.RopeScaling{Type: "linear", Factor: 3}}
		for name, c := range map[string]struct {
			f      func(in []*Node) *Node
			inputs []input
		}{
			"geglu":    {func(in []*Node) *Node { return GeGLU(in[0], in[1]) }, []input{normal("gate", 2, 3, 4), normal("up", 1, 3, 4)}},
			"soft cap": {func(in []*Node) *Node { return softCap(in[0], 1.5) }, []input{normal("x", 2, 7)}},
			"xielu": {
				func(in []*Node) *Node { return XIELU(graph.MulScalar(in[0], 3), in[1], in[2]) },
				[]input{normal("x", 2, 9), normal("p", 1), normal("n", 1)},
			},
			"norm without a mean": {func(in []*Node) *Node { return CentreNorm(in[0], in[1], 1e-5) }, []input{normal("x", 3, 4), normal("gain", 4)}},
			"rotation of neighbours": {func(in []*Node) *Node {
				return NewPairRotary(positions(in[0]), frequencies(in[0].Graph(), 4, scaled, dtypes.Float64)).times(1.2).Apply(in[0])
			}, []input{normal("x", 1, 1, 3, 2, 4)}},
			"scaled rotation": {func(in []*Node) *Node {
				return NewRotary(positions(in[0]), frequencies(in[0].Graph(), 4, scaled, dtypes.Float64)).Apply(in[0])
			}, []input{normal("x", 1, 1, 3, 2, 4)}},
		} {
			t.Run(name, func(t *testing.T) { checkGradient(t, b, c.f, c.inputs...) })
		}
	})
}

// What biases add lies behind the tap, and what norms and caps do behind a projection is in δ.
func TestFamiliesSketches(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		for name, config := range tinyFamilies() {
			t.Run(name, func(t *testing.T) {
				e, host := NewEngine(b, config), loud(config, 8)
				w := must(e.Upload(host))(t)
				defer w.Free()
				p := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.5}, Reference: []float64{0.2, -0.3}}
				exact := pairGradients(t, e, host, tinyRows, p)
				s := must(e.NewSketcher(projections(config, true, true, 2, 1)))(t)
				defer s.Free()
				sketches := must(s.Gradients(w, must(NewBatch(tinyRows, 4, 6, 4))(t), p))(t)
				for i, g := range exact {
					offset := 0
					for _, p := range s.projections {
						at := slices.IndexFunc(config.Shapes(), func(s model.Shape) bool { return s.Name == p.Weight })
						want := project(p, config.Shapes()[at], g[at])
						for j, x := range want {
							near(t, "sketch of "+p.Weight, float64(sketches[i][offset+j]), x, 5*single)
						}
						offset += len(want)
					}
				}
			})
		}
	})
}
