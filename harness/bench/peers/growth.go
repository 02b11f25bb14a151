package main

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"congrad/harness/device"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"
	"congrad/harness/sketch"
)

// curve is how one kind of work grows with one quantity.
type curve struct {
	Work, Over, Per string
	At              []int
	// prepare makes the work of one size, and how many units of Per it does.
	prepare func(w work, n int) (once func() error, units int, err error)
}

// growth measures each curve once per point, after a first time that compiles, and prints a Markdown table.
func growth(w work) error {
	curves := []curve{
		{"gather: sketches of 49,152 numbers, 10 languages", "pairs", "1,000 pairs", []int{100, 1000, 10000}, func(w work, n int) (func() error, int, error) { return gathered(n, 10, 49152) }},
		{"gather: sketches of 1,024 numbers, 10 languages", "pairs", "1,000 pairs", []int{1000, 10000, 100000}, func(w work, n int) (func() error, int, error) { return gathered(n, 10, 1024) }},
		{"gather: 4,000 sketches of 49,152 numbers", "languages", "1,000 pairs", []int{2, 10, 30, 100}, func(w work, n int) (func() error, int, error) { return gathered(4000, n, 49152) }},
		{"sketches of 16 random pairs, tiny model, rank 16", "tokens of a row", "1,000 tokens", []int{32, 64, 128, 256, 512}, func(w work, n int) (func() error, int, error) { return w.sized(n).sketched(16) }},
		{"sketches of 16 random pairs of 64 tokens, tiny model", "rank", "1,000 tokens", []int{1, 4, 16, 64}, func(w work, n int) (func() error, int, error) { return w.sized(64).sketched(n) }},
		{"DPO step, 16 random pairs, tiny model", "tokens of a row", "1,000 tokens", []int{32, 64, 128, 256, 512}, func(w work, n int) (func() error, int, error) { return w.sized(n).stepped(sizes[1]) }},
		{"DPO step, 2 random pairs of 128 tokens", "million parameters", "1,000 tokens", []int{1, 8, 36, 135}, func(w work, n int) (func() error, int, error) {
			w.Rows, w.Seq, w.Answer = 4, 128, 48
			return w.stepped(sizes[n])
		}},
	}
	fmt.Println("| work | over | at | CPU s | per |\n|---|---|--:|--:|--:|")
	for _, c := range curves {
		for _, n := range c.At {
			seconds, units, err := c.measure(w, n)
			if err != nil {
				return fmt.Errorf("%s, %d %s: %w", c.Work, n, c.Over, err)
			}
			fmt.Printf("| %s | %s | %d | %.3g | %.3g per %s |\n", c.Work, c.Over, n, seconds, 1000*seconds/float64(units), c.Per)
		}
	}
	return nil
}

// measure is the median of three times [CPU s].
func (c curve) measure(w work, n int) (took float64, units int, err error) {
	once, units, err := c.prepare(w, n)
	if err != nil {
		return 0, 0, err
	}
	defer debug.FreeOSMemory()
	var list []float64
	for range 3 {
		before := usage()
		if err := once(); err != nil {
			return 0, 0, err
		}
		list = append(list, seconds(usage())-seconds(before))
	}
	slices.Sort(list)
	return list[1], units, nil
}

// sizes are shapes by millions of parameters.
var sizes = map[int]model.Config{
	1:   {Vocab: 2048, Hidden: 128, Layers: 4, Heads: 4, KVHeads: 2, HeadDim: 32, FFN: 352, RopeBase: 10000, NormEps: 1e-5, Tied: true},
	8:   {Vocab: 8192, Hidden: 256, Layers: 8, Heads: 8, KVHeads: 4, HeadDim: 32, FFN: 704, RopeBase: 10000, NormEps: 1e-5, Tied: true},
	36:  {Vocab: 32768, Hidden: 384, Layers: 14, Heads: 6, KVHeads: 3, HeadDim: 64, FFN: 1024, RopeBase: 10000, NormEps: 1e-5, Tied: true},
	135: {Vocab: 49152, Hidden: 576, Layers: 30, Heads: 9, KVHeads: 3, HeadDim: 64, FFN: 1536, RopeBase: 1e5, NormEps: 1e-5, Tied: true},
}

// sized is 16 random pairs with rows of n tokens, of which three eighths are an answer.
func (w work) sized(n int) work {
	w.Rows, w.Seq, w.Answer, w.Shared = 32, n, 3*n/8, true
	return w
}

// gathered reduces made-up sketches to inner products with the languages' gradients and scores all pairs.
func gathered(pairs, languages, numbers int) (func() error, int, error) {
	r := rng.Stream(1, "growth")
	blocks := make([][]float32, 256) // the same sketches again and again: 100,000 different ones would need 20 GB
	for i := range blocks {
		blocks[i] = make([]float32, numbers)
		for j := range blocks[i] {
			blocks[i][j] = r.Float32() - 0.5
		}
	}
	language, sketches := make([]int, pairs), make([][]float32, pairs)
	var codes []string
	for i := range languages {
		codes = append(codes, strconv.Itoa(i))
	}
	for i := range language {
		language[i], sketches[i] = i%languages, blocks[i%len(blocks)]
	}
	return func() error {
		round, err := sketch.Gather(sketches, language, codes, sketch.EMA(0.99), 1, "1")
		if err != nil {
			return err
		}
		weights := slices.Repeat([]float64{1 / float64(languages)}, languages)
		method.Scoring{}.Alignment(round.Pairs, weights, round.Gram)
		return nil
	}, pairs, nil
}

// sketched sketches the pairs' gradients with FLORA.
func (w work) sketched(rank int) (func() error, int, error) {
	e, host, err := w.engine()
	if err != nil {
		return nil, 0, err
	}
	policy, err := e.Upload(host)
	if err != nil {
		return nil, 0, err
	}
	s, err := e.NewSketcher(sketch.Projections(e.Config, sketch.Settings{Kind: sketch.Flora, Rank: rank}, 1, "1"))
	if err != nil {
		return nil, 0, err
	}
	batch, err := w.block(e.Config.Vocab)
	if err != nil {
		return nil, 0, err
	}
	p := w.dpo(w.Rows / 2)
	p.Weight = nil
	once := func() error { _, err := s.Gradients(policy, batch, p); return err }
	return once, batch.Tokens(), once()
}

// stepped takes an optimiser step with a model of the shape.
func (w work) stepped(c model.Config) (func() error, int, error) {
	w.Shared = true
	b, _, err := device.Open("xla")
	if err != nil {
		return nil, 0, err
	}
	return w.stepOf(nn.NewEngine(b, c), model.New(c, 1))
}

// roofline prints how many GFLOP a CPU second does: in matrix products by themselves, and in steps and answers, where products with weights
// count and nothing else.
func roofline(w work) error {
	b, _, err := device.Open("xla")
	if err != nil {
		return err
	}
	speed, err := nn.Probe(b)
	if err != nil {
		return err
	}
	fmt.Println("| work | GFLOP per CPU s | share of the product |\n|---|--:|--:|")
	fmt.Printf("| product of two 1,024 x 1,024 matrices, float32 | %.1f | |\n", speed.Single)
	for _, m := range []int{1, 8, 36, 135} {
		c := sizes[m]
		w.Rows, w.Seq, w.Answer = 8, 128, 48
		if m == 1 {
			w.Rows, w.Seq, w.Answer = 128, 32, 12
		}
		once, tokens, err := w.stepped(c)
		if err != nil {
			return err
		}
		took, err := fastest(once)
		if err != nil {
			return err
		}
		matrices := 0
		for _, s := range c.Shapes() {
			if s.Projects() {
				matrices += s.Size()
			}
		}
		flop := 6 * (float64(matrices)*float64(tokens) + float64(c.Vocab*c.Hidden)*float64(w.Rows*w.Answer))
		fmt.Printf("| DPO step, %d M parameters, %d pairs of %d tokens | %.1f | %.0f %% |\n", m, w.Rows/2, w.Seq, flop/took/1e9, 100*flop/took/1e9/speed.Single)
	}
	return nil
}

// fastest is the least of five times [CPU s], after one that compiles.
func fastest(once func() error) (float64, error) {
	if err := once(); err != nil {
		return 0, err
	}
	least := time.Hour.Seconds()
	for range 5 {
		before := usage()
		if err := once(); err != nil {
			return 0, err
		}
		least = min(least, seconds(usage())-seconds(before))
	}
	return least, nil
}
