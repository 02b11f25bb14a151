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

func newTransformer(config model.Config, weights []*Node) *transformer {
	t := &transformer{config: config, weights: make(map[string]*Node, len(weights))}
	for i, s := range config.Shapes() {
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
	views := t.views(positions, func(window int) *Node {
		query := graph.Iota(g, shapes.Make(dtypes.Int32, seq, seq), 0)
		key := graph.Iota(g, shapes.Make(dtypes.Int32, seq, seq), 1)
		visible := graph.LessOrEqual(key, query)
		if window > 0 {
			visible = graph.LogicalAnd(visible, graph.GreaterThan(key, graph.AddScalar(query, -window)))
		}
		return graph.InsertAxes(visible, 0, 0, 0) // [1, 1, 1, seq, seq]
	})
	x := t.embed(tokens)
	for i, v := range views {
		x = t.block(i, x, batch, v, func(kv cache) cache {
			t.caches = append(t.caches, kv)
			return kv
		})
	}
	return t.norm("model.norm", x)
}

// view is how a layer looks at tokens.
type view struct {
	rotary  Rotary
	visible *Node // true where a query may look at a slot, broadcasts to [batch, kv_heads, group, seq, slots]
}

// views makes the view of each layer, once for all layers of a kind: rotations of the queries' positions [batch, seq] and what
// visible makes of a window (0: everything).
func (t *transformer) views(positions *Node, visible func(window int) *Node) []view {
	type kind struct {
		window int
		rope   model.Rope
	}
	g, c := positions.Graph(), t.config
	rotary := func(rope model.Rope) Rotary {
		if c.Features == (model.Features{}) {
			return NewRotary(positions, plainFrequencies(g, c.HeadDim, rope.Base, t.dtype()))
		}
		return NewRotary(positions, frequencies(g, c.HeadDim, rope, t.dtype()))
	}
	made, list := map[kind]view{}, make([]view, c.Layers)
	for i := range list {
		window, rope := c.Layer(i)
		k := kind{window, rope}
		if _, ok := made[k]; !ok {
			made[k] = view{rotary(rope), visible(window)}
		}
		list[i] = made[k]
	}
	return list
}

// dtype is the type of activations.
func (t *transformer) dtype() dtypes.DType { return t.weights["model.norm.weight"].DType() }

// embed looks tokens [batch, seq] up -> [batch*seq, hidden].
func (t *transformer) embed(tokens *Node) *Node {
	ids := graph.Reshape(tokens, tokens.Shape().Size(), 1)
	x := graph.Gather(t.weights["model.embed_tokens.weight"], ids)
	if t.config.ScaledEmbed {
		x = graph.MulScalar(x, math.Sqrt(float64(t.config.Hidden))) // the root is rounded to x's type
	}
	return x
}

// logits turns normalised activations [n, hidden] into logits [n, vocab].
func (t *transformer) logits(h *Node) *Node {
	return softCap(MatMulT(h, t.head()), t.config.LogitSoftCap)
}

// head is the matrix [vocab, hidden] that turns activations into logits.
func (t *transformer) head() *Node {
	if t.config.Tied {
		return t.weights["model.embed_tokens.weight"]
	}
	return t.weights["lm_head.weight"]
}

// block is one decoder layer on x [batch*seq, hidden]. keep is given the new keys and values and returns those to look at.
//
// Trap: what PostNorms add behind the attention bears the name of the norm that stands before the MLP without them.
func (t *transformer) block(i int, x *Node, batch int, v view, keep func(kv cache) cache) *Node {
	part := func(name string) string { return fmt.Sprintf("model.layers.%d.%s", i, name) }
	before, behindAttention, behindMLP := "post_attention_layernorm", "", ""
	if t.config.PostNorms {
		before, behindAttention, behindMLP = "pre_feedforward_layernorm", "post_attention_layernorm", "post_feedforward_layernorm"
	}
	add := func(behind string, h *Node) *Node {
		if behind != "" {
			h = t.norm(part(behind), h)
		}
		return graph.Add(x, h)
	}
	x = add(behindAttention, t.attention(part, t.norm(part("input_layernorm"), x), batch, v, keep))
	h := t.norm(part(before), x)
	h = gated(t.config.Act, t.project(part("mlp.gate_proj"), h), t.project(part("mlp.up_proj"), h))
	return add(behindMLP, t.project(part("mlp.down_proj"), h))
}

// attention is that of one layer on its normalised input h [batch*seq, hidden].
func (t *transformer) attention(part func(string) string, h *Node, batch int, view view, keep func(kv cache) cache) *Node {
	c := t.config
	seq := h.Shape().Dim(0) / batch
	group := c.Heads / c.KVHeads
	heads := func(name, norm string, n int) *Node { // [batch, seq, n, head_dim]
		x := t.project(part(name), h)
		if c.QKNorm && norm != "" {
			x = t.norm(part(norm), graph.Reshape(x, -1, c.HeadDim))
		}
		return graph.Reshape(x, batch, seq, n, c.HeadDim)
	}
	q := view.rotary.Apply(heads("self_attn.q_proj", "self_attn.q_norm", c.Heads))
	k := view.rotary.Apply(heads("self_attn.k_proj", "self_attn.k_norm", c.KVHeads))
	v := heads("self_attn.v_proj", "", c.KVHeads)
	kv := keep(cache{graph.TransposeAllAxes(k, 0, 2, 1, 3), graph.TransposeAllAxes(v, 0, 2, 1, 3)}) // [batch, kv_heads, slots, head_dim]
	q = graph.TransposeAllAxes(q, 0, 2, 1, 3)                                                       // [batch, heads, seq, head_dim]
	q = graph.Reshape(q, batch, c.KVHeads, group*seq, c.HeadDim)                                    // queries that share a key head lie together
	scores := graph.MulScalar(MatMulT(q, kv.k), c.ScoreScale())                                     // [batch, kv_heads, group*seq, slots]
	scores = softCap(scores, c.AttnSoftCap)
	slots := scores.Shape().Dim(-1)
	scores = graph.Reshape(scores, batch, c.KVHeads, group, seq, slots)
	scores = graph.Where(graph.BroadcastToDims(view.visible, scores.Shape().Dimensions...), scores, graph.Scalar(scores.Graph(), scores.DType(), -1e9))
	p := graph.Reshape(Softmax(scores), batch, c.KVHeads, group*seq, slots)
	o := MatMul(p, kv.v) // [batch, kv_heads, group*seq, head_dim]
	o = graph.Reshape(o, batch, c.Heads, seq, c.HeadDim)
	o = graph.Reshape(graph.TransposeAllAxes(o, 0, 2, 1, 3), batch*seq, c.Heads*c.HeadDim)
	return t.project(part("self_attn.o_proj"), o)
}

// norm is the named norm on x [rows, dim].
func (t *transformer) norm(name string, x *Node) *Node {
	gain := t.weights[name+".weight"]
	if t.config.NormOffset {
		gain = graph.OnePlus(gain)
	}
	return RMSNorm(x, gain, t.config.NormEps)
}

// project is a·Wᵀ + b, with W [out, in] and the bias b [out], if there is one, of the named projection:
// a [rows, in] -> [rows, out]. The tap is the product alone.
func (t *transformer) project(name string, a *Node) *Node {
	y := MatMulT(a, t.weights[name+".weight"])
	t.taps = append(t.taps, tap{name + ".weight", a, y})
	if bias, ok := t.weights[name+".bias"]; ok {
		y = graph.Add(y, graph.InsertAxes(bias, 0))
	}
	return y
}
