package nn

import (
	"fmt"
	"math"

	"congrad/harness/model"
)

// referenceLogits is the model written a second time, as loops over float64 with nothing in common with the graph: the
// logits [seq][vocab] behind each token of one sequence.
func referenceLogits(w *model.Weights, tokens []int) [][]float64 {
	c := w.Config
	named := map[string][]float32{}
	for i, s := range c.Shapes() {
		named[s.Name] = w.Tensors[i]
	}
	linear := func(name string, x []float64, out int) []float64 {
		y := make([]float64, out)
		for o := range y {
			for i, xi := range x {
				y[o] += float64(named[name][o*len(x)+i]) * xi
			}
		}
		return y
	}
	norm := func(name string, x []float64) []float64 {
		mean := 0.0
		for _, xi := range x {
			mean += xi * xi / float64(len(x))
		}
		y := make([]float64, len(x))
		for i := range x {
			y[i] = x[i] / math.Sqrt(mean+c.NormEps) * float64(named[name][i])
		}
		return y
	}
	rotate := func(x []float64, position int) []float64 {
		half := c.HeadDim / 2
		y := make([]float64, len(x))
		for h := 0; h < len(x); h += c.HeadDim {
			for i := range half {
				angle := float64(position) * math.Pow(c.RopeBase, -float64(2*i)/float64(c.HeadDim))
				a, b := x[h+i], x[h+i+half]
				y[h+i], y[h+i+half] = a*math.Cos(angle)-b*math.Sin(angle), b*math.Cos(angle)+a*math.Sin(angle)
			}
		}
		return y
	}
	var xs [][]float64
	for _, id := range tokens {
		x := make([]float64, c.Hidden)
		for i := range x {
			x[i] = float64(named["model.embed_tokens.weight"][id*c.Hidden+i])
		}
		xs = append(xs, x)
	}
	for l := range c.Layers {
		name := func(part string) string { return fmt.Sprintf("model.layers.%d.%s.weight", l, part) }
		var ks, vs [][]float64
		for t, x := range xs {
			h := norm(name("input_layernorm"), x)
			ks = append(ks, rotate(linear(name("self_attn.k_proj"), h, c.KVHeads*c.HeadDim), t))
			vs = append(vs, linear(name("self_attn.v_proj"), h, c.KVHeads*c.HeadDim))
			q := rotate(linear(name("self_attn.q_proj"), h, c.Heads*c.HeadDim), t)
			o := make([]float64, c.Heads*c.HeadDim)
			for head := range c.Heads {
				kv := head / (c.Heads / c.KVHeads) * c.HeadDim
				weights, total := make([]float64, t+1), 0.0
				for s := range weights {
					dot := 0.0
					for i := range c.HeadDim {
						dot += q[head*c.HeadDim+i] * ks[s][kv+i]
					}
					weights[s] = math.Exp(dot / math.Sqrt(float64(c.HeadDim)))
					total += weights[s]
				}
				for s, weight := range weights {
					for i := range c.HeadDim {
						o[head*c.HeadDim+i] += weight / total * vs[s][kv+i]
					}
				}
			}
			add(x, linear(name("self_attn.o_proj"), o, c.Hidden))
		}
		for _, x := range xs {
			h := norm(name("post_attention_layernorm"), x)
			gate, up := linear(name("mlp.gate_proj"), h, c.FFN), linear(name("mlp.up_proj"), h, c.FFN)
			for i := range gate {
				gate[i] *= up[i] / (1 + math.Exp(-gate[i]))
			}
			add(x, linear(name("mlp.down_proj"), gate, c.Hidden))
		}
	}
	head := "lm_head.weight"
	if c.Tied {
		head = "model.embed_tokens.weight"
	}
	logits := make([][]float64, len(xs))
	for t, x := range xs {
		logits[t] = linear(head, norm("model.norm.weight", x), c.Vocab)
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
