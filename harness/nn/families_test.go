package nn

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
	"congrad/harness/model/safetensors"
)

// golden is one of testdata/families: a model, and what transformers computes with it (see testdata/families.py).
type golden struct {
	name    string
	weights *model.Weights
	ids     [][]int     // [rows][seq]
	logits  [][]float32 // [rows][seq*vocab]
	greedy  [][]int     // prompts with 16 tokens behind them
}

// continued is the number of tokens that transformers added to a prompt.
const continued = 16

func goldens(t *testing.T) (list []golden) {
	t.Helper()
	folders, err := filepath.Glob("testdata/families/*")
	if err != nil || len(folders) < 19 {
		t.Fatalf("%d models in testdata/families (%v)", len(folders), err)
	}
	for _, folder := range folders {
		g := golden{name: filepath.Base(folder)}
		config := must(model.OpenConfig(os.DirFS(folder)))(t)
		c := must(safetensors.Open(os.DirFS(folder)))(t)
		defer c.Close()
		g.weights = must(model.ReadWeights(config, c))(t)
		r := must(safetensors.OpenFile(os.DirFS(folder), "reference.safetensors"))(t)
		defer r.Close()
		ints := func(name string) []int {
			dims, _ := r.Shape(name)
			data := make([]int64, model.Shape{Dims: dims}.Size())
			if err := r.Int64(name, data); err != nil {
				t.Fatal(err)
			}
			list := make([]int, len(data))
			for i, x := range data {
				list[i] = int(x)
			}
			return list
		}
		dims, _ := r.Shape("logits")
		logits := make([]float32, model.Shape{Dims: dims}.Size())
		if err := r.Float32("logits", logits); err != nil {
			t.Fatal(err)
		}
		g.ids = slices.Collect(slices.Chunk(ints("input_ids"), dims[1]))
		g.logits = slices.Collect(slices.Chunk(logits, dims[1]*dims[2]))
		for i := range 3 {
			g.greedy = append(g.greedy, ints(fmt.Sprintf("greedy.%d", i)))
		}
		list = append(list, g)
	}
	return list
}

// largest is the largest absolute difference.
func largest(a, b []float32) (worst float64) {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	for i := range a {
		worst = math.Max(worst, math.Abs(float64(a[i])-float64(b[i])))
	}
	return worst
}

// farthest is the largest difference of an engine's logits from a golden's.
func (g golden) farthest(t *testing.T, e *Engine) (worst float64) {
	t.Helper()
	w := must(e.Upload(g.weights))(t)
	defer w.Free()
	for i, ids := range g.ids {
		worst = math.Max(worst, largest(slices.Concat(must(e.Logits(w, ids))(t)...), g.logits[i]))
	}
	return worst
}

func TestFamiliesAgreeWithTransformers(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		for _, g := range goldens(t) {
			t.Run(g.name, func(t *testing.T) {
				worst := g.farthest(t, NewEngine(b, g.weights.Config))
				if t.Logf("largest difference of logits %.2g", worst); !(worst <= 1e-4) {
					t.Errorf("logits differ by %g from those of transformers", worst)
				}
			})
		}
	})
}

// With products in bfloat16 logits stay within 5 % of the largest one of those of transformers in float32, on both backends: at most
// 3.5 % in all of the models, of which one of each kind is enough here.
func TestFamiliesInBFloat16(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		const bound = 0.05
		for _, g := range goldens(t) {
			if !slices.Contains([]string{"llama", "gemma2", "gemma3", "qwen3", "olmo3", "cohere2", "apertus"}, g.name) {
				continue
			}
			e := NewEngine(b, g.weights.Config)
			e.BFloat16 = true
			worst, scale := g.farthest(t, e), largest(slices.Concat(g.logits...), make([]float32, len(slices.Concat(g.logits...))))
			if t.Logf("%s: largest difference of logits %.2g, %.2g of the largest logit", g.name, worst, worst/scale); !(worst <= bound*scale) || worst < 1e-4 {
				t.Errorf("%s: logits differ by %g from those of transformers, the largest is %g", g.name, worst, scale)
			}
		}
	})
}

// Prompts of different lengths in one block, continued by their likeliest tokens: the tokens of transformers, and logits that
// do not depend on the cache, wherever the block ends.
func TestFamiliesContinueAsTransformersDoes(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		for _, g := range goldens(t) {
			t.Run(g.name, func(t *testing.T) {
				e := NewEngine(b, g.weights.Config)
				w := must(e.Upload(g.weights))(t)
				defer w.Free()
				var rows [][]int
				for _, row := range g.greedy {
					rows = append(rows, slices.Clone(row[:len(row)-continued]))
				}
				d, predicted, err := e.Prefill(w, rows, 1, len(rows), 13, continued)
				if err != nil {
					t.Fatal(err)
				}
				defer d.Free()
				worst := 0.0
				for step := range continued {
					if step > 0 {
						var last []int
						for _, row := range rows {
							last = append(last, row[len(row)-1])
						}
						if predicted, err = d.Next(last); err != nil {
							t.Fatal(err)
						}
					}
					logits := must(predicted.Logits())(t)
					uncached := must(e.LastLogits(w, rows, len(rows), 32))(t)
					for i := range rows {
						worst = math.Max(worst, largest(logits[i], uncached[i]))
						best := predicted.Likeliest[i]
						if rows[i] = append(rows[i], best); best != g.greedy[i][len(rows[i])-1] {
							t.Fatalf("prompt %d, token %d: %v, transformers continues %v", i, step+1, rows[i], g.greedy[i])
						}
					}
				}
				if t.Logf("largest difference of cached and uncached logits %.2g", worst); !(worst <= 5e-5) {
					t.Errorf("cached logits differ by %g from uncached ones", worst)
				}
			})
		}
	})
}
