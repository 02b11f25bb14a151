package nn

import (
	"errors"
	"math"
	"slices"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
	"congrad/harness/rng"
)

// loud is a model whose weights are large enough for its answers to depend on everything.
func loud(config model.Config, seed uint64) *model.Weights {
	w := model.New(config, seed)
	for i, s := range config.Shapes() {
		r := rng.Stream(seed, "loud", s.Name)
		for j := range w.Tensors[i] {
			w.Tensors[i][j] += float32(0.4 * r.NormFloat64())
		}
	}
	return w
}

// must returns a value or fails the test.
func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*(1+math.Abs(want))) {
		t.Errorf("%s is %.9g, want %.9g", what, got, want)
	}
}

// The tolerance is that of float32 sums over a few dozen terms of order one.
const single = 2e-5

func TestLogProbsAreThoseOfTheFormula(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		for _, config := range []model.Config{tiny, untied(tiny)} {
			host := loud(config, 3)
			e := NewEngine(b, config)
			w := must(e.Upload(host))(t)
			// the same rows in a tight and in a generous batch: padding of rows, tokens and answer slots changes nothing
			for _, size := range [][3]int{{4, 6, 4}, {7, 11, 9}} {
				batch := must(NewBatch(tinyRows, size[0], size[1], size[2]))(t)
				rows := must(e.LogProbs(w, batch))(t)
				for i, r := range tinyRows {
					if len(rows[i]) != len(r.Answer) {
						t.Fatalf("row %d has %d log-probs for %d answer tokens", i, len(rows[i]), len(r.Answer))
					}
					sum := 0.0
					for _, lp := range rows[i] {
						sum += lp
					}
					near(t, "log-prob", sum, referenceLogProb(host, r), single)
				}
			}
			prompts := [][]int{{1, 2, 3}, {4}, {5, 6}}
			for i, logits := range must(e.LastLogits(w, prompts, 4, 5))(t) {
				want := referenceLogits(host, prompts[i])
				for id, x := range logits {
					near(t, "logit", float64(x), want[len(want)-1][id], single)
				}
			}
			w.Free()
		}
	})
}

func TestCachedDecodingIsUncached(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		host := loud(tiny, 4)
		e := NewEngine(b, tiny)
		w := must(e.Upload(host))(t)
		prompts := [][]int{{1, 2, 3}, {4}}
		const copies, limit = 2, 3
		d, predicted, err := e.Prefill(w, prompts, copies, 3, 5, limit)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Free()
		logits := must(predicted.Logits())(t)
		for i, p := range prompts {
			compareLogits(t, logits[i], referenceLogits(host, p))
		}
		// rows of one prompt go different ways
		rows := [][]int{{1, 2, 3}, {1, 2, 3}, {4}, {4}}
		for step, next := range [][]int{{5, 6, 0, 1}, {2, 2, 3, 3}, {1, 0, 6, 5}} {
			logits := must(must(d.Next(next))(t).Logits())(t)
			for i := range rows {
				rows[i] = append(rows[i], next[i])
				compareLogits(t, logits[i], referenceLogits(host, rows[i]))
			}
			if t.Failed() {
				t.Fatalf("at generated token %d", step+1)
			}
		}
		if _, err := d.Next([]int{1, 1, 1, 1}); err == nil {
			t.Error("a token behind the end of the cache must be refused")
		}
	})
}

// Two blocks with caches of one size, cut otherwise into prompt and answer, are two programs.
func TestPrefillsOfOneSizeAreToldApart(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		host := loud(tiny, 4)
		e := NewEngine(b, tiny)
		w := must(e.Upload(host))(t)
		for _, size := range [][2]int{{6, 2}, {3, 5}} {
			seq, limit := size[0], size[1]
			d, predicted, err := e.Prefill(w, [][]int{{1, 2, 3}}, 1, 1, seq, limit)
			if err != nil {
				t.Fatal(err)
			}
			logits := must(predicted.Logits())(t)
			compareLogits(t, logits[0], referenceLogits(host, []int{1, 2, 3}))
			row := []int{1, 2, 3}
			for step := range limit {
				row = append(row, step+1)
				predicted, err := d.Next(row[len(row)-1:])
				if err != nil {
					t.Fatalf("prompts of %d, token %d of %d: %v", seq, step+1, limit, err)
				}
				compareLogits(t, must(predicted.Logits())(t)[0], referenceLogits(host, row))
			}
			if t.Failed() {
				t.Fatalf("with prompts of %d and answers of %d", seq, limit)
			}
			d.Free()
		}
	})
}

// Numbers that mean nothing end in an error wherever they leave the engine, even where only one logit is damaged.
func TestDamagedWeightsAreAnError(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		for name, value := range map[string]float64{"NaN": math.NaN(), "infinity": math.Inf(1), "minus infinity": math.Inf(-1)} {
			host := loud(untied(tiny), 4)
			head := host.Tensors[slices.IndexFunc(host.Config.Shapes(), func(s model.Shape) bool { return s.Name == "lm_head.weight" })]
			head[5*host.Config.Hidden] = float32(value) // of the logit of token 5
			e := NewEngine(b, host.Config)
			w := must(e.Upload(host))(t)
			_, err := e.LogProbs(w, must(NewBatch(tinyRows, 4, 6, 4))(t))
			if !errors.Is(err, ErrNotFinite) {
				t.Errorf("%s: log-probs: %v", name, err)
			}
			if _, err := e.LastLogits(w, [][]int{{1, 2}}, 1, 2); !errors.Is(err, ErrNotFinite) {
				t.Errorf("%s: last logits: %v", name, err)
			}
			if _, _, err := e.Prefill(w, [][]int{{1, 2}}, 1, 1, 2, 2); !errors.Is(err, ErrNotFinite) {
				t.Errorf("%s: prefill: %v", name, err)
			}
			healthy := must(e.Upload(loud(host.Config, 4)))(t)
			d, _, err := e.Prefill(healthy, [][]int{{1, 2}}, 1, 1, 2, 2)
			if err != nil {
				t.Fatal(err)
			}
			d.weights = w
			if _, err := d.Next([]int{1}); !errors.Is(err, ErrNotFinite) {
				t.Errorf("%s: next token: %v", name, err)
			}
			d.Free()
		}
	})
}

func compareLogits(t *testing.T, got []float32, want [][]float64) {
	t.Helper()
	for id, x := range got {
		near(t, "logit", float64(x), want[len(want)-1][id], single)
	}
}

func TestBatchRefusesWhatDoesNotFit(t *testing.T) {
	for name, c := range map[string]struct {
		rows             []Row
		count, seq, span int
	}{
		"no prompt":   {[]Row{{nil, []int{1}}}, 1, 4, 4},
		"long":        {[]Row{{[]int{1, 2, 3}, []int{4, 5, 6}}}, 1, 4, 4},
		"long answer": {[]Row{{[]int{1}, []int{4, 5, 6}}}, 1, 8, 2},
		"many rows":   {[]Row{{[]int{1}, []int{1}}, {[]int{1}, []int{1}}}, 1, 4, 4},
	} {
		if _, err := NewBatch(c.rows, c.count, c.seq, c.span); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestBucketsHoldWhatTheyAreFor(t *testing.T) {
	seen := map[int]bool{}
	for n := 1; n <= 1000; n++ {
		size := Bucket(n)
		seen[size] = true
		if size < n || size > 16 && float64(size) > max(1.5*float64(n), float64(n+15)) {
			t.Errorf("%d tokens go into a bucket of %d", n, size)
		}
	}
	if len(seen) > 12 {
		t.Errorf("%d buckets up to 1,000 tokens: too many programs to compile", len(seen))
	}
}
