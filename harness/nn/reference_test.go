package nn

import (
	"fmt"
	"math"

	"congrad/harness/model"
)

// reference is the model written a second time, as loops over float64 with nothing in common with the graph.
type reference struct {
	model.Config
	named map[string][]float32
}

func referenceOf(w *model.Weights) reference {
	r := reference{w.Config, map[string][]float32{}}
	for i, s := range w.Config.Shapes() {
		r.named[s.Name] = w.Tensors[i]
	}
	return r
}

func (r reference) linear(name string, x []float64, out int) []float64 {
	y := make([]float64, out)
	for o := range y {
		for i, xi := range x {
			y[o] += float64(r.named[name][o*len(x)+i]) * xi
		}
	}
	return y
}

func (r reference) norm(name string, x []float64) []float64 {
	mean := 0.0
	for _, xi := range x {
		mean += xi * xi / float64(len(x))
	}
	y := make([]float64, len(x))
	for i := range x {
		y[i] = x[i] / math.Sqrt(mean+r.NormEps) * float64(r.named[name][i])
	}
	return y
}

func (r reference) rotate(x []float64, position int) []float64 {
	half := r.HeadDim / 2
	y := make([]float64, len(x))
	for h := 0; h < len(x); h += r.HeadDim {
		for i := range half {
			angle := float64(position) * math.Pow(r.RopeBase, -float64(2*i)/float64(r.HeadDim))
			a, b := x[h+i], x[h+i+half]
			y[h+i], y[h+i+half] = a*math.Cos(angle)-b*math.Sin(angle), b*math.Cos(angle)+a*math.Sin(angle)
		}
	}
	return y
}

// attend is what a token with the queries q sees of the keys and values up to its own, head by head.
func (r reference) attend(q []float64, ks, vs [][]float64) []float64 {
	o := make([]float64, r.Heads*r.HeadDim)
	for head := range r.Heads {
		kv := head / (r.Heads / r.KVHeads) * r.HeadDim
		weights, total := make([]float64, len(ks)), 0.0
		for s := range weights {
			dot := 0.0
			for i := range r.HeadDim {
				dot += q[head*r.HeadDim+i] * ks[s][kv+i]
			}
			weights[s] = math.Exp(dot / math.Sqrt(float64(r.HeadDim)))
			total += weights[s]
		}
		for s, weight := range weights {
			for i := range r.HeadDim {
				o[head*r.HeadDim+i] += weight / total * vs[s][kv+i]
			}
		}
	}
	return o
}

// block takes the states xs through the l-th block, in place.
func (r reference) block(l int, xs [][]float64) {
	name := func(part string) string { return fmt.Sprintf("model.layers.%d.%s.weight", l, part) }
	var ks, vs [][]float64
	for t, x := range xs {
		h := r.norm(name("input_layernorm"), x)
		ks = append(ks, r.rotate(r.linear(name("self_attn.k_proj"), h, r.KVHeads*r.HeadDim), t))
		vs = append(vs, r.linear(name("self_attn.v_proj"), h, r.KVHeads*r.HeadDim))
		q := r.rotate(r.linear(name("self_attn.q_proj"), h, r.Heads*r.HeadDim), t)
		add(x, r.linear(name("self_attn.o_proj"), r.attend(q, ks, vs), r.Hidden))
	}
	for _, x := range xs {
		h := r.norm(name("post_attention_layernorm"), x)
		gate, up := r.linear(name("mlp.gate_proj"), h, r.FFN), r.linear(name("mlp.up_proj"), h, r.FFN)
		for i := range gate {
			gate[i] *= up[i] / (1 + math.Exp(-gate[i]))
		}
		add(x, r.linear(name("mlp.down_proj"), gate, r.Hidden))
	}
}

// referenceLogits are the logits [seq][vocab] behind each token of one sequence.
func referenceLogits(w *model.Weights, tokens []int) [][]float64 {
	r := referenceOf(w)
	var xs [][]float64
	for _, id := range tokens {
		x := make([]float64, r.Hidden)
		for i := range x {
			x[i] = float64(r.named["model.embed_tokens.weight"][id*r.Hidden+i])
		}
		xs = append(xs, x)
	}
	for l := range r.Layers {
		r.block(l, xs)
	}
	head := "lm_head.weight"
	if r.Tied {
		head = "model.embed_tokens.weight"
	}
	logits := make([][]float64, len(xs))
	for t, x := range xs {
		logits[t] = r.linear(head, r.norm("model.norm.weight", x), r.Vocab)
	}
	return logits
}

func add(x, y []float64) {
	for i := range x {
		x[i] += y[i]
	}
}

// referenceLogProb is the summed log-prob of the row's answer.
func referenceLogProb(w *model.Weights, r Row) (sum float64) {
	for _, logp := range tokenLogProbs(w, r) {
		sum += logp
	}
	return sum
}

// tokenLogProbs are the log-probs of the answer's tokens.
func tokenLogProbs(w *model.Weights, r Row) (list []float64) {
	logits := referenceLogits(w, append(append([]int(nil), r.Prompt...), r.Answer...))
	for j, id := range r.Answer {
		row := logits[len(r.Prompt)+j-1]
		total := 0.0
		for _, x := range row {
			total += math.Exp(x)
		}
		list = append(list, row[id]-math.Log(total))
	}
	return list
}
