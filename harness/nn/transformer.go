package nn

import (
	"fmt"
	"math"

	"congrad/harness/model"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// transformer is a decoder under construction: its weights by name, and the projections met on the way.
type transformer struct {
	config   model.Config
	half     bool // products with the matrices of the blocks are bfloat16
	pieced   bool // the vocabulary is met piece by piece, and gradients recompute activations
	atOnce   int  // logits of a piece, at most
	weights  map[string]*Node
	taps     map[string]*tap // the projections by their weights, filled by the backward pass; nil: nobody asks for them
	caches   []cache         // the keys and values of each layer
	embedded *Node           // what enters the first block [batch*seq, hidden]
}

// tap is what a backward pass meets at a projection y = a·Wᵀ.
type tap struct {
	a     *Node // [rows, in]
	delta *Node // the loss's gradient at y [rows, out]
}

// cache is one layer's keys and values, each [batch, kv_heads, slots, head_dim].
type cache struct{ k, v *Node }

// transformer takes the engine's inputs, see Engine.inputs.
func (e *Engine) transformer(weights []*Node) *transformer {
	t := &transformer{config: e.Config, half: e.BFloat16, pieced: e.Recompute, atOnce: e.atOnce, weights: make(map[string]*Node, len(weights))}
	for i, s := range append(e.Config.Frozen(), e.Config.Shapes()...) {
		t.weights[s.Name] = weights[i]
	}
	return t
}

// hidden returns the last normalised activations [batch*seq, hidden] of tokens [batch, seq] (int32), each row of which is read from its
// first token on.
//
// Sequences are padded on the right: a token only looks back, so padding behind it cannot reach it, and no mask other
// than the causal one is needed.
func (t *transformer) hidden(tokens *Node) *Node {
	return t.norm("model.norm", t.body(tokens, t.causal(tokens)))
}

// body is the activations [batch*seq, hidden] of tokens [batch, seq] before the last norm.
func (t *transformer) body(tokens *Node, views []view) *Node {
	x := t.embed(tokens)
	t.embedded = x
	for i, v := range views {
		x = t.recomputed(x, func(x *Node) *Node {
			return t.block(i, x, tokens.Shape().Dim(0), v, func(kv cache) cache {
				t.caches = append(t.caches, kv)
				return kv
			})
		})
	}
	return x
}

// causal is each layer's view where a row is read from its first token on.
func (t *transformer) causal(tokens *Node) []view {
	g, seq := tokens.Graph(), tokens.Shape().Dim(1)
	positions := graph.Iota(g, shapes.Make(dtypes.Int32, 1, seq), 1)
	return t.views(positions, func(window int) *Node {
		query := graph.Iota(g, shapes.Make(dtypes.Int32, seq, seq), 0)
		key := graph.Iota(g, shapes.Make(dtypes.Int32, seq, seq), 1)
		visible := graph.LessOrEqual(key, query)
		if window > 0 {
			visible = graph.LogicalAnd(visible, graph.GreaterThan(key, graph.AddScalar(query, -window)))
		}
		return graph.InsertAxes(visible, 0, 0, 0) // [1, 1, 1, seq, seq]
	})
}

// packed is each layer's view of a batch: a token sees what stands before it in its own branch and in that branch's prompt.
func (t *transformer) packed(b batchNodes) []view {
	g, seqs, seq := b.tokens.Graph(), b.tokens.Shape().Dim(0), b.tokens.Shape().Dim(1)
	query := func(x *Node) *Node { return graph.BroadcastToDims(graph.InsertAxes(x, -1), seqs, seq, seq) }
	key := func(x *Node) *Node { return graph.BroadcastToDims(graph.InsertAxes(x, 1), seqs, seq, seq) }
	return t.views(b.position, func(window int) *Node {
		order := shapes.Make(dtypes.Int32, seqs, seq, seq)
		before := graph.LessOrEqual(graph.Iota(g, order, 2), graph.Iota(g, order, 1))
		related := graph.LogicalOr(graph.Equal(query(b.branch), key(b.branch)), graph.Equal(query(b.trunk), key(b.branch)))
		visible := graph.LogicalAnd(before, related)
		if window > 0 {
			visible = graph.LogicalAnd(visible, graph.GreaterThan(key(b.position), query(graph.AddScalar(b.position, -window))))
		}
		return graph.InsertAxes(visible, 1, 1) // [seqs, 1, 1, seq, seq]
	})
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
		switch {
		case rope == model.Rope{}:
			return Rotary{}
		case c.Features == (model.Features{}):
			return NewRotary(positions, plainFrequencies(g, c.HeadDim, rope.Base, t.dtype()))
		case c.RopePairs:
			return NewPairRotary(positions, frequencies(g, c.HeadDim, rope, t.dtype())).times(rope.Magnitude())
		}
		return NewRotary(positions, frequencies(g, c.HeadDim, rope, t.dtype())).times(rope.Magnitude())
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

// embed looks tokens [batch, seq] up -> [batch*seq, hidden].
func (t *transformer) embed(tokens *Node) *Node {
	ids := graph.Reshape(tokens, tokens.Shape().Size(), 1)
	x := widened(graph.Gather(t.weights["model.embed_tokens.weight"], ids))
	if t.config.ScaledEmbed {
		x = graph.MulScalar(x, math.Sqrt(float64(t.config.Hidden))) // the root is rounded to x's type
	}
	return x
}

// logits turns normalised activations [n, hidden] into logits [n, vocab].
func (t *transformer) logits(h *Node) *Node {
	logits := MatMulT(h, t.head())
	if t.config.LogitScale != 0 {
		logits = graph.MulScalar(logits, t.config.LogitScale)
	}
	return softCap(logits, t.config.LogitSoftCap)
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

// block is one decoder layer on x [batch*seq, hidden]. keep is given the new keys and values and returns those to look at.
func (t *transformer) block(i int, x *Node, batch int, v view, keep func(kv cache) cache) *Node {
	part := func(name string) string { return blockName(i) + "." + name }
	norms := t.config.Norms()
	normed := func(name string, h *Node) *Node {
		if name == "" {
			return h
		}
		return t.norm(part(name), h)
	}
	h := normed(norms.Attention, x)
	x = graph.Add(x, normed(norms.AfterAttention, t.attention(part, h, batch, v, keep)))
	if !t.config.Parallel {
		h = normed(norms.MLP, x)
	}
	return graph.Add(x, normed(norms.AfterMLP, t.mlp(part, h)))
}

// mlp is that of one layer on its input h [batch*seq, hidden].
func (t *transformer) mlp(part func(string) string, h *Node) *Node {
	if t.config.Act == model.XIELU {
		alpha := func(sign string) *Node { return t.weights[part("mlp.act_fn.alpha_"+sign)] }
		return t.project(part("mlp.down_proj"), XIELU(t.project(part("mlp.up_proj"), h), alpha("p"), alpha("n")))
	}
	h = gated(t.config.Act, t.project(part("mlp.gate_proj"), h), t.project(part("mlp.up_proj"), h))
	return t.project(part("mlp.down_proj"), h)
}

// blockName begins the names of a block's weights.
func blockName(i int) string { return fmt.Sprintf("model.layers.%d", i) }

// attention is that of one layer on its normalised input h [batch*seq, hidden].
func (t *transformer) attention(part func(string) string, h *Node, batch int, view view, keep func(kv cache) cache) *Node {
	c := t.config
	seq := h.Shape().Dim(0) / batch
	group := c.Heads / c.KVHeads
	heads := func(name, norm string, n int) *Node { // [batch, seq, n, head_dim]
		x := t.project(part(name), h)
		switch {
		case c.QKNorm && norm != "":
			x = t.norm(part(norm), graph.Reshape(x, -1, c.HeadDim))
		case c.WideQKNorm && norm != "":
			x = t.norm(part(norm), x)
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
	if t.config.CentreNorm {
		return CentreNorm(x, gain, t.config.NormEps)
	}
	return RMSNorm(x, gain, t.config.NormEps)
}

// project is a·Wᵀ + b, with W [out, in] and the bias b [out], if there is one, of the named projection, and what its adapters add:
// a [rows, in] -> [rows, out].
func (t *transformer) project(name string, a *Node) *Node {
	weight := name + ".weight"
	nameA, nameB, adapted := t.config.Adapters(weight)
	var y *Node
	if adapted {
		y = t.tapped(nameB, t.tapped(nameA, a))
		y = graph.Add(t.product(a, t.weights[weight]), graph.MulScalar(y, t.config.LoRA.Scale()))
	} else {
		y = t.tapped(weight, a)
	}
	if bias, ok := t.weights[name+".bias"]; ok {
		y = graph.Add(y, graph.InsertAxes(bias, 0))
	}
	return y
}

// tapped is a·Wᵀ. Where taps are asked for, the backward pass notes what it meets on its way, in the form in which it meets it: with
// Recompute, a is the one that is computed again.
func (t *transformer) tapped(weight string, a *Node) *Node {
	if t.taps == nil {
		return t.product(a, t.weights[weight])
	}
	noted := &tap{}
	t.taps[weight] = noted
	a = graph.IdentityWithCustomGradient(a, func(a, v *Node) *Node {
		noted.a = a
		return v
	})
	return graph.IdentityWithCustomGradient(t.product(a, t.weights[weight]), func(_, v *Node) *Node {
		noted.delta = v
		return v
	})
}

// product is a·wᵀ in float32, of operands in bfloat16 where that is asked for: a [rows, in], w [out, in] -> [rows, out].
func (t *transformer) product(a, w *Node) *Node {
	if t.half {
		return halfMatMulT(a, w)
	}
	return MatMulT(a, w)
}
