package nn

import (
	"fmt"
	"math"

	"congrad/harness/model"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// transformer is a decoder under construction: its weights by name, and the projections met on the way.
type transformer struct {
	config  model.Config
	half    bool // products with the matrices of the blocks are bfloat16
	weights map[string]*Node
	taps    []tap   // the projections, in the order of the forward pass
	caches  []cache // the keys and values of each layer
}

// tap is one projection y = a·Wᵀ as it occurred in the forward pass.
type tap struct {
	name string // the weight's
	a    *Node  // [rows, in]
	y    *Node  // [rows, out]
}

// cache is one layer's keys and values, each [batch, kv_heads, slots, head_dim].
type cache struct{ k, v *Node }

// transformer takes the engine's inputs, see Engine.inputs.
func (e *Engine) transformer(weights []*Node) *transformer {
	t := &transformer{config: e.Config, half: e.BFloat16, weights: make(map[string]*Node, len(weights))}
	for i, s := range append(e.Config.Frozen(), e.Config.Shapes()...) {
		t.weights[s.Name] = weights[i]
	}
	return t
}

// hidden returns the last normalised activations [batch*seq, hidden] of tokens [batch, seq] (int32).
//
// Sequences are padded on the right: a token only looks back, so padding behind it cannot reach it, and no mask other
// than the causal one is needed.
func (t *transformer) hidden(tokens *Node) *Node {
	batch, seq := tokens.Shape().Dim(0), tokens.Shape().Dim(1)
	g := tokens.Graph()
	positions := graph.Iota(g, shapes.Make(dtypes.Int32, 1, seq), 1)
	rotary := NewRotary(positions, t.config.HeadDim, t.config.RopeBase, t.dtype())
	query := graph.Iota(g, shapes.Make(dtypes.Int32, seq, seq), 0)
	key := graph.Iota(g, shapes.Make(dtypes.Int32, seq, seq), 1)
	visible := graph.InsertAxes(graph.LessOrEqual(key, query), 0, 0, 0) // [1, 1, 1, seq, seq]
	x := t.embed(tokens)
	for i := range t.config.Layers {
		x = t.block(i, x, batch, rotary, visible, func(kv cache) cache {
			t.caches = append(t.caches, kv)
			return kv
		})
	}
	return RMSNorm(x, t.weights["model.norm.weight"], t.config.NormEps)
}

// embed looks tokens [batch, seq] up -> [batch*seq, hidden].
func (t *transformer) embed(tokens *Node) *Node {
	ids := graph.Reshape(tokens, tokens.Shape().Size(), 1)
	return widened(graph.Gather(t.weights["model.embed_tokens.weight"], ids))
}

// dtype is the type of activations: that of the gains, which are never stored in bfloat16.
func (t *transformer) dtype() dtypes.DType { return t.weights["model.norm.weight"].DType() }

// head is the matrix [vocab, hidden] that turns activations into logits: in float32 always, since a bfloat16 logit of 20 would be
// known to an eighth.
func (t *transformer) head() *Node {
	if t.config.Tied {
		return widened(t.weights["model.embed_tokens.weight"])
	}
	return widened(t.weights["lm_head.weight"])
}

// widened is x in float32 where it is bfloat16.
func widened(x *Node) *Node {
	if x.DType() != dtypes.BFloat16 {
		return x
	}
	return graph.ConvertDType(x, dtypes.Float32)
}

// block is one decoder layer on x [batch*seq, hidden]. visible is true where a query may look at a slot, in a shape that
// broadcasts to [batch, kv_heads, group, seq, slots]. keep is given the new keys and values and returns those to look at.
func (t *transformer) block(i int, x *Node, batch int, rotary Rotary, visible *Node, keep func(kv cache) cache) *Node {
	name := func(part string) string { return fmt.Sprintf("model.layers.%d.%s.weight", i, part) }
	c := t.config
	seq := x.Shape().Dim(0) / batch
	group := c.Heads / c.KVHeads

	h := RMSNorm(x, t.weights[name("input_layernorm")], c.NormEps)
	q := rotary.Apply(graph.Reshape(t.project(name("self_attn.q_proj"), h), batch, seq, c.Heads, c.HeadDim))
	k := rotary.Apply(graph.Reshape(t.project(name("self_attn.k_proj"), h), batch, seq, c.KVHeads, c.HeadDim))
	v := graph.Reshape(t.project(name("self_attn.v_proj"), h), batch, seq, c.KVHeads, c.HeadDim)
	kv := keep(cache{graph.TransposeAllAxes(k, 0, 2, 1, 3), graph.TransposeAllAxes(v, 0, 2, 1, 3)}) // [batch, kv_heads, slots, head_dim]
	q = graph.TransposeAllAxes(q, 0, 2, 1, 3)                                                       // [batch, heads, seq, head_dim]
	q = graph.Reshape(q, batch, c.KVHeads, group*seq, c.HeadDim)                                    // queries that share a key head lie together
	scores := graph.MulScalar(MatMulT(q, kv.k), 1/math.Sqrt(float64(c.HeadDim)))                    // [batch, kv_heads, group*seq, slots]
	slots := scores.Shape().Dim(-1)
	scores = graph.Reshape(scores, batch, c.KVHeads, group, seq, slots)
	scores = graph.Where(graph.BroadcastToDims(visible, scores.Shape().Dimensions...), scores, graph.Scalar(scores.Graph(), scores.DType(), -1e9))
	p := graph.Reshape(Softmax(scores), batch, c.KVHeads, group*seq, slots)
	o := MatMul(p, kv.v) // [batch, kv_heads, group*seq, head_dim]
	o = graph.Reshape(o, batch, c.Heads, seq, c.HeadDim)
	o = graph.Reshape(graph.TransposeAllAxes(o, 0, 2, 1, 3), batch*seq, c.Heads*c.HeadDim)
	x = graph.Add(x, t.project(name("self_attn.o_proj"), o))

	h = RMSNorm(x, t.weights[name("post_attention_layernorm")], c.NormEps)
	h = SwiGLU(t.project(name("mlp.gate_proj"), h), t.project(name("mlp.up_proj"), h))
	return graph.Add(x, t.project(name("mlp.down_proj"), h))
}

// project is a·Wᵀ for the named weight [out, in], and what its adapters add: a [rows, in] -> [rows, out].
func (t *transformer) project(weight string, a *Node) *Node {
	nameA, nameB, adapted := t.config.Adapters(weight)
	if !adapted {
		return t.tapped(weight, a)
	}
	low := t.tapped(nameA, a) // [rows, rank]
	return graph.Add(t.product(a, t.weights[weight]), graph.MulScalar(t.tapped(nameB, low), t.config.LoRA.Scale()))
}

// tapped is a·Wᵀ, noted down.
func (t *transformer) tapped(weight string, a *Node) *Node {
	y := t.product(a, t.weights[weight])
	t.taps = append(t.taps, tap{weight, a, y})
	return y
}

// product is a·wᵀ in float32, computed in bfloat16 where that is asked for.
func (t *transformer) product(a, w *Node) *Node {
	if !t.half {
		return MatMulT(a, w)
	}
	short := func(x *Node) *Node {
		if x.DType() == dtypes.BFloat16 {
			return x
		}
		return graph.ConvertDType(x, dtypes.BFloat16)
	}
	return widened(MatMulT(short(a), short(w)))
}
