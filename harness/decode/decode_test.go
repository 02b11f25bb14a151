package decode

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"

	"github.com/google/go-cmp/cmp"
)

// The nucleus against its definition: the smallest set of likeliest tokens that reaches p, renormalised.
func TestNucleusIsTheDefinition(t *testing.T) {
	r := rng.Stream(1, "nucleus")
	for _, s := range []Settings{{Temperature: 1, TopP: 0.9}, {Temperature: 0.5, TopP: 0.5}, {Temperature: 2, TopP: 1}, {Temperature: 1, TopP: 0.01}} {
		logits := make([]float32, 12)
		for i := range logits {
			logits[i] = float32(2 * r.NormFloat64())
		}
		want := nucleus(logits, s)
		const draws = 40000
		got := make([]float64, len(logits))
		var tk taker
		stream := rng.Stream(2, "draws")
		for range draws {
			got[tk.take(logits, slices.Max(logits), s, stream)] += 1.0 / draws
		}
		for id := range want {
			if want[id] == 0 && got[id] > 0 {
				t.Errorf("%+v: token %d is outside the nucleus and was drawn", s, id)
			}
			// five standard errors of a share
			if math.Abs(got[id]-want[id]) > 5*math.Sqrt(want[id]*(1-want[id])/draws)+1e-9 {
				t.Errorf("%+v: token %d was drawn with a share of %.4f, its probability is %.4f", s, id, got[id], want[id])
			}
		}
	}
}

func nucleus(logits []float32, s Settings) []float64 {
	p, total := make([]float64, len(logits)), 0.0
	for i, x := range logits {
		p[i] = math.Exp(float64(x) / s.Temperature)
		total += p[i]
	}
	order := rand.New(rand.NewPCG(1, 1)).Perm(len(p))
	sort.Slice(order, func(i, j int) bool { return p[order[i]] > p[order[j]] })
	kept, mass := make([]float64, len(p)), 0.0
	for _, id := range order {
		if mass >= s.TopP*total {
			break
		}
		kept[id] = p[id]
		mass += p[id]
	}
	for i := range kept {
		kept[i] /= mass
	}
	return kept
}

var config = model.Config{Vocab: 11, Hidden: 8, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 4, FFN: 12, RopeBase: 100, NormEps: 1e-5, Tied: true}

func policy(t *testing.T, b device.Backend) (*nn.Engine, *nn.Weights) {
	t.Helper()
	w := model.New(config, 3)
	for _, data := range w.Tensors {
		for i := range data {
			data[i] *= 5 // loud enough for prompts to matter
		}
	}
	e := nn.NewEngine(b, config)
	up, err := e.Upload(w)
	if err != nil {
		t.Fatal(err)
	}
	return e, up
}

func prompts() []Prompt {
	var list []Prompt
	for i, tokens := range [][]int{{1, 2, 3}, {4}, {5, 6, 7, 8, 9, 10, 1, 2, 3, 4}, {2, 2}, {7, 3, 1, 1, 5}} {
		list = append(list, Prompt{tokens, func(sample int) *rand.Rand {
			return rng.Stream(9, "sample", string(rune('a'+i)), string(rune('a'+sample)))
		}})
	}
	return list
}

func all(t *testing.T, e *nn.Engine, w *nn.Weights, list []Prompt, n int, s Settings) [][]Answer {
	t.Helper()
	answers := make([][]Answer, len(list))
	for _, block := range Blocks(list, n, s.Rows) {
		made, err := Answers(context.Background(), e, w, list, block, n, s)
		if err != nil {
			t.Fatal(err)
		}
		for k, i := range block.Prompts {
			answers[i] = made[k]
		}
	}
	return answers
}

// What an answer becomes depends neither on the size of blocks nor on the order of the prompts.
func TestAnswersDoNotDependOnTheirNeighbours(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, w := policy(t, b)
		const n = 20 // rows enough to be compacted when most are finished
		s := Settings{Temperature: 1, TopP: 0.9, MaxTokens: 9, Stops: []int{0}, Rows: 16 * n}
		want := all(t, e, w, prompts(), n, s)
		s.Rows = 1
		if d := cmp.Diff(want, all(t, e, w, prompts(), n, s)); d != "" {
			t.Errorf("one prompt at a time: %s", d)
		}
		reversed := prompts()
		slices.Reverse(reversed)
		s.Rows = 3 * n
		got := all(t, e, w, reversed, n, s)
		slices.Reverse(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("in reverse: %s", d)
		}
		finished := 0
		for _, answers := range want {
			for _, a := range answers {
				if a.Finished {
					finished++
				} else if len(a.Tokens) != s.MaxTokens {
					t.Errorf("an answer ends after %d tokens without its end", len(a.Tokens))
				}
			}
			if slices.EqualFunc(answers[:1], answers[1:2], func(a, b Answer) bool { return slices.Equal(a.Tokens, b.Tokens) }) && len(answers[0].Tokens) > 4 {
				t.Errorf("two samples of one prompt are alike: %v", answers[0].Tokens)
			}
		}
		if finished == 0 {
			t.Error("no answer ended by itself, so stopping is not tested")
		}
	})
}

// Greedy decoding against the model without a cache.
func TestGreedyIsTheLikeliestToken(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, w := policy(t, b)
		s := Settings{MaxTokens: 6, Stops: []int{0}, Rows: 8}
		for i, answers := range all(t, e, w, prompts(), 1, s) {
			text := slices.Clone(prompts()[i].Tokens)
			for _, token := range append(answers[0].Tokens, 0) {
				logits, err := e.LastLogits(w, [][]int{text}, 1, 32)
				if err != nil {
					t.Fatal(err)
				}
				best := 0
				for id, x := range logits[0] {
					if x > logits[0][best] {
						best = id
					}
				}
				if token != best && len(answers[0].Tokens) < s.MaxTokens {
					t.Fatalf("prompt %d: behind %v the likeliest token is %d, not %d", i, text, best, token)
				}
				text = append(text, token)
			}
		}
	})
}

// One logit that is no number, behind healthy ones, ends both kinds of decoding.
func TestDamagedLogitsAreAnError(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		for _, damage := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			w := model.New(config, 3)
			const token = 10 // no prompt below holds it, so that its embedding is met as a row of the head only
			w.Tensors[0][token*config.Hidden] = float32(damage)
			e := nn.NewEngine(b, config)
			up, err := e.Upload(w)
			if err != nil {
				t.Fatal(err)
			}
			list := prompts()[:2]
			for _, temperature := range []float64{0, 1} {
				s := Settings{Temperature: temperature, TopP: 0.9, MaxTokens: 4, Stops: []int{0}, Rows: 8}
				if _, err := Answers(context.Background(), e, up, list, Blocks(list, 1, 8)[0], 1, s); !errors.Is(err, nn.ErrNotFinite) {
					t.Errorf("a logit of %g, at temperature %g: %v", damage, temperature, err)
				}
			}
			up.Free()
		}
	})
}

func TestCancelledDecodingStops(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, w := policy(t, b)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		s := Settings{MaxTokens: 6, Stops: []int{0}, Rows: 8}
		if _, err := Answers(ctx, e, w, prompts(), Blocks(prompts(), 1, 8)[0], 1, s); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}
