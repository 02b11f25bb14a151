package nn

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Decoder continues a block of prompts token by token with a cache of keys and values on the device.
//
// A row's prompt fills cache slots [0, its length), then a gap up to the padded prompt length, then one slot for each
// generated token, the same slot for all rows: what a row sees is a matter of the mask, where it stands a matter of the
// rotation, and every row writes to one place.
type Decoder struct {
	engine  *Engine
	weights *Weights
	lengths *tensors.Tensor   // [rows] prompt length
	caches  []*tensors.Tensor // per layer keys and values [rows, kv_heads, slots, head_dim]
	rows    int
	prompt  int // padded prompt length
	slots   int
	made    int // tokens generated so far
	last    *Predicted
}

// Prefill reads the prompts and returns a decoder with what is predicted behind each prompt. Every prompt is then
// continued `copies` times: rows i*copies ... of the decoder belong to prompt i. Prompts are padded to seq tokens and to
// `count` prompts, and at most `limit` tokens can follow.
func (e *Engine) Prefill(w *Weights, prompts [][]int, copies, count, seq, limit int) (*Decoder, *Predicted, error) {
	tokens, lengths, last := make([]int32, count*seq), make([]int32, count*copies), make([]int32, count)
	for i := range count {
		length := 1 // a padding row reads one padding token
		if i < len(prompts) {
			length = len(prompts[i])
			if length == 0 || length > seq {
				return nil, nil, fmt.Errorf("reading %d prompts: prompt %d has %d tokens, the block takes 1 to %d", len(prompts), i, length, seq)
			}
			for j, id := range prompts[i] {
				if err := e.known(id); err != nil {
					return nil, nil, fmt.Errorf("reading %d prompts: prompt %d, token %d: %w", len(prompts), i, j, err)
				}
				tokens[i*seq+j] = int32(id)
			}
		}
		last[i] = int32(i*seq + length - 1)
		for c := range copies {
			lengths[i*copies+c] = int32(length)
		}
	}
	d := &Decoder{
		engine: e, weights: w, rows: count * copies, prompt: seq, slots: seq + limit,
		lengths: tensors.FromFlatDataAndDimensions(lengths, count*copies),
	}
	inputs := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(tokens, count, seq), tensors.FromFlatDataAndDimensions(last, count, 1)}
	defer freeAll(inputs)
	name := fmt.Sprintf("prefill, %d copies, room for %d tokens", copies, limit)
	given, n := e.inputs(w.tensors)
	out, err := e.run(name, appendTensors(given, inputs), func(in []*Node) []*Node {
		t := e.transformer(in[:n])
		h := graph.Gather(t.hidden(in[n]), in[n+1]) // [count, hidden]
		out := t.predicted(h)
		for _, kv := range t.caches {
			out = append(out, spread(kv.k, copies, limit), spread(kv.v, copies, limit))
		}
		return out
	})
	if err != nil {
		return nil, nil, fmt.Errorf("reading %d prompts of up to %d tokens: %w", len(prompts), seq, err)
	}
	d.caches = out[predictions:]
	if d.last, err = e.predicted(out, len(prompts)); err != nil {
		d.Free()
		return nil, nil, fmt.Errorf("reading %d prompts: %w", len(prompts), err)
	}
	return d, d.last, nil
}

// spread repeats each row of a cache [rows, kv_heads, seq, head_dim] and leaves room for `limit` more slots.
func spread(x *Node, copies, limit int) *Node {
	dims := x.Shape().Dimensions
	room := graph.Zeros(x.Graph(), shapes.Make(x.DType(), dims[0], dims[1], limit, dims[3]))
	x = graph.Concatenate([]*Node{x, room}, 2)
	x = graph.BroadcastToDims(graph.InsertAxes(x, 1), dims[0], copies, dims[1], dims[2]+limit, dims[3])
	return graph.Reshape(x, dims[0]*copies, dims[1], dims[2]+limit, dims[3])
}

// Next appends one token to every row and returns what is predicted behind each. Rows that are finished get any token;
// what follows is ignored by the caller.
func (d *Decoder) Next(tokens []int) (*Predicted, error) {
	if d.made == d.slots-d.prompt {
		return nil, fmt.Errorf("decoding: the cache of %d slots is full", d.slots)
	}
	ids := make([]int32, d.rows)
	for i, id := range tokens {
		if err := d.engine.known(id); err != nil {
			return nil, fmt.Errorf("decoding token %d: row %d: %w", d.made+1, i, err)
		}
		ids[i] = int32(id)
	}
	side := []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(ids, d.rows, 1), d.lengths,
		tensors.FromScalar(int32(d.prompt + d.made)),
	}
	defer side[0].FinalizeAll()
	defer side[2].FinalizeAll()
	given, n := d.engine.inputs(d.weights.tensors)
	inputs := donateTensors(appendTensors(given, side), d.caches)
	out, err := d.engine.run(fmt.Sprintf("next token, prompts of %d", d.prompt), inputs, func(in []*Node) []*Node {
		t := d.engine.transformer(in[:n])
		t.caches = make([]cache, t.config.Layers)
		for i := range t.caches {
			t.caches[i] = cache{in[n+3+2*i], in[n+4+2*i]}
		}
		h := t.next(in[n], in[n+1], in[n+2], d.prompt, d.engine.can(compute.OpTypeDynamicUpdateSlice))
		out := t.predicted(h)
		for _, kv := range t.caches {
			out = append(out, kv.k, kv.v)
		}
		return out
	})
	if err != nil {
		return nil, fmt.Errorf("decoding token %d of %d rows: %w", d.made+1, d.rows, err)
	}
	d.caches = out[predictions:]
	d.made++
	d.last.free()
	if d.last, err = d.engine.predicted(out, len(tokens)); err != nil {
		return nil, fmt.Errorf("decoding token %d of %d rows: %w", d.made, d.rows, err)
	}
	return d.last, nil
}

// Rows is the number of rows that Next works on.
func (d *Decoder) Rows() int { return d.rows }

// Keep drops all rows but the given ones, which become rows 0, 1, ... of a decoder of `size` rows.
func (d *Decoder) Keep(rows []int, size int) error {
	if len(rows) > size || size > d.rows {
		return fmt.Errorf("decoding: %d of %d rows do not fit into %d", len(rows), d.rows, size)
	}
	indices := make([]int32, size) // rows without a place of their own repeat row 0 and are ignored
	for i, r := range rows {
		indices[i] = int32(r)
	}
	at := tensors.FromFlatDataAndDimensions(indices, size, 1)
	defer at.FinalizeAll()
	old := append([]*tensors.Tensor{d.lengths}, d.caches...)
	out, err := d.engine.run("keep rows", appendTensors([]argument{{tensor: at}}, old), func(in []*Node) []*Node {
		var out []*Node
		for _, x := range in[1:] {
			out = append(out, graph.Gather(x, in[0]))
		}
		return out
	})
	if err != nil {
		return fmt.Errorf("keeping %d of %d rows: %w", len(rows), d.rows, err)
	}
	freeAll(old)
	d.lengths, d.caches, d.rows = out[0], out[1:], size
	return nil
}

// Free releases the cache and what was predicted last.
func (d *Decoder) Free() {
	d.last.free()
	freeAll(d.caches)
	d.lengths.FinalizeAll()
}

// next returns the normalised activations [rows, hidden] of one new token per row: tokens [rows, 1] written to cache
// slot `slot` (a scalar), prompts of `lengths` tokens [rows] padded to `prompt`.
func (t *transformer) next(tokens, lengths, slot *Node, prompt int, canUpdate bool) *Node {
	g, rows, slots := tokens.Graph(), tokens.Shape().Dim(0), t.caches[0].k.Shape().Dim(2)
	made := graph.Sub(slot, graph.Scalar(g, dtypes.Int32, prompt))
	position := graph.InsertAxes(graph.Add(lengths, made), -1) // [rows, 1]
	views := t.views(position, func(window int) *Node {
		s := graph.Iota(g, shapes.Make(dtypes.Int32, rows, slots), 1)
		inPrompt := graph.LessThan(s, graph.BroadcastToDims(graph.InsertAxes(lengths, -1), rows, slots))
		generated := graph.LogicalAnd(graph.GreaterOrEqual(s, graph.Scalar(g, dtypes.Int32, prompt)), graph.LessOrEqual(s, slot))
		if window > 0 { // positions run on across the gap: a prompt's slots are its positions, generated tokens lie one slot apart
			inPrompt = graph.LogicalAnd(inPrompt, graph.GreaterThan(s, graph.BroadcastToDims(graph.AddScalar(position, -window), rows, slots)))
			generated = graph.LogicalAnd(generated, graph.GreaterThan(s, graph.AddScalar(slot, -window)))
		}
		return graph.InsertAxes(graph.LogicalOr(inPrompt, generated), 1, 1, 1) // [rows, 1, 1, 1, slots]
	})

	write := func(x, update *Node) *Node { // update [rows, kv_heads, 1, head_dim]
		if canUpdate {
			zero := graph.ScalarZero(g, dtypes.Int32)
			return graph.DynamicUpdateSlice(x, update, []*Node{zero, zero, slot, zero})
		}
		here := graph.Equal(graph.Iota(g, shapes.Make(dtypes.Int32, x.Shape().Dimensions...), 2), graph.BroadcastToDims(slot, x.Shape().Dimensions...))
		return graph.Where(here, graph.BroadcastToDims(update, x.Shape().Dimensions...), x)
	}
	x := t.embed(tokens)
	for i, v := range views {
		x = t.block(i, x, rows, v, func(kv cache) cache {
			t.caches[i] = cache{write(t.caches[i].k, kv.k), write(t.caches[i].v, kv.v)}
			return t.caches[i]
		})
	}
	return t.norm("model.norm", x)
}
