package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// babel are pairs of languages 0, 1, 3 and 4 of five, unevenly: some steps lack some, and some pairs of two languages want
// the opposite of each other.
func babel() []Pair {
	var pairs []Pair
	for i := range 11 {
		ask := slices.Repeat([]int{1 + i%4}, 1+i%3)
		p := Pair{
			Chosen: nn.Row{Prompt: ask, Answer: []int{3, 4}}, Rejected: nn.Row{Prompt: ask, Answer: []int{5, 6, 7}[:1+i%3]},
			Language: []int{0, 1, 3, 0, 1, 0, 0, 1, 0, 4, 3}[i], Reference: 0.1 * float64(i),
		}
		if p.Language == 1 {
			p.Chosen, p.Rejected = p.Rejected, p.Chosen
		}
		pairs = append(pairs, p)
	}
	return pairs
}

func find(t *testing.T, name string) method.Aggregator {
	t.Helper()
	a, err := method.FindAggregator(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// trained runs training and returns its steps and weights.
func trained(t *testing.T, e *nn.Engine, pairs []Pair, s Settings) ([]Step, *model.Weights) {
	t.Helper()
	trainer, err := e.NewTrainer(model.New(config, 1), s.Adam)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Free()
	var steps []Step
	if err := Pairs(context.Background(), trainer, 0, pairs, s, 1, "1", func(step Step) error { steps = append(steps, step); return nil }); err != nil {
		t.Fatal(err)
	}
	w, err := e.Download(trainer.Weights())
	if err != nil {
		t.Fatal(err)
	}
	return steps, w
}

// differ is the largest difference between two models' weights.
func differ(a, b *model.Weights) float64 {
	most := 0.0
	for i := range a.Tensors {
		for j := range a.Tensors[i] {
			most = max(most, math.Abs(float64(a.Tensors[i][j]-b.Tensors[i][j])))
		}
	}
	return most
}

// smooth are settings under which training is a smooth function of the gradients: with Adam's usual epsilon the first step
// is the gradient's sign, and rounding decides that of zeros.
func smooth() Settings {
	s := settings
	s.Adam.Epsilon, s.Adam.Clip, s.BatchPairs, s.Epochs = 1, 0, 4, 3
	return s
}

// Surgery that mends nothing is no surgery: the mean of the languages' gradients is the gradient of the batch, their sum that
// one as many times as there are languages, clipping undoes the factor, and a language alone is itself under any aggregator.
func TestSurgeryWithoutConflictIsJointTraining(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := nn.NewEngine(b, config)
		s := smooth()
		joint, want := trained(t, e, babel(), s)
		s.Surgery = &Surgery{Aggregator: find(t, "mean"), Languages: 5}
		for _, tokens := range []int{1024, 32} { // a language's pairs all at once, and one by one
			s.Tokens = tokens
			steps, got := trained(t, e, babel(), s)
			if d := differ(got, want); d > 1e-6 {
				t.Errorf("by the mean, %d tokens at once: weights differ by %g", tokens, d)
			}
			for i, step := range steps {
				if math.Abs(step.GradNorm-joint[i].GradNorm) > 1e-5 || math.Abs(step.Loss-joint[i].Loss) > 1e-6 || step.Tokens != joint[i].Tokens || math.Abs(step.Margin-joint[i].Margin) > 1e-6 {
					t.Errorf("by the mean, step %d: %+v, joint %+v", i+1, step, joint[i])
				}
			}
		}
		s.Surgery = &Surgery{Aggregator: find(t, "sum"), Languages: 5}
		steps, _ := trained(t, e, babel(), s)
		if n := float64(steps[0].Surgery.Languages); n < 2 || math.Abs(steps[0].GradNorm-n*joint[0].GradNorm) > 1e-5 {
			t.Errorf("the sum of %g languages has the norm %g, the batch %g", n, steps[0].GradNorm, joint[0].GradNorm)
		}
		s.Adam.Clip, s.Surgery = 1e-3, nil
		_, want = trained(t, e, babel(), s)
		s.Surgery = &Surgery{Aggregator: find(t, "sum"), Languages: 5}
		if _, got := trained(t, e, babel(), s); differ(got, want) > 1e-6 {
			t.Errorf("by the sum, clipped: weights differ by %g", differ(got, want))
		}
		s = smooth()
		alone := babel()
		for i := range alone {
			alone[i].Language = 3
		}
		_, want = trained(t, e, alone, s)
		for _, a := range method.Aggregators {
			s.Surgery = &Surgery{Aggregator: a.Aggregator, Languages: 5}
			if _, got := trained(t, e, alone, s); differ(got, want) > 1e-5 {
				t.Errorf("%s of one language: weights differ by %g", a.Name, differ(got, want))
			}
		}
	})
}

// explicit are the languages' gradients of a batch [languages][weights], each pair's taken from the device by itself and
// added up in float64.
func explicit(t *testing.T, e *nn.Engine, batch []Pair) [][][]float64 {
	t.Helper()
	trainer, err := e.NewTrainer(model.New(config, 1), settings.Adam)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Free()
	var gradients [][][]float64
	groups := byLanguage(batch)
	for _, members := range groups {
		g := make([][]float64, len(config.Shapes()))
		for _, i := range members {
			block, err := nn.NewBatch([]nn.Row{batch[i].Chosen, batch[i].Rejected}, 2, 16, 16)
			if err != nil {
				t.Fatal(err)
			}
			target := nn.Preference{Loss: settings.Loss, Reference: []float64{batch[i].Reference}, Weight: []float64{1}}
			if _, err := trainer.Accumulate(block, target); err != nil {
				t.Fatal(err)
			}
			one, err := trainer.TakeGradient()
			if err != nil {
				t.Fatal(err)
			}
			for w := range one {
				if g[w] == nil {
					g[w] = make([]float64, len(one[w]))
				}
				for j, x := range one[w] {
					g[w][j] += float64(x) * float64(len(groups)) / float64(len(batch))
				}
			}
		}
		gradients = append(gradients, g)
	}
	return gradients
}

func dot(a, b [][]float64) float64 {
	sum := 0.0
	for w := range a {
		sum += floats.Dot(a[w], b[w])
	}
	return sum
}

// weighted is Σ weights_k g_k.
func weighted(weights []float64, gradients [][][]float64) [][]float64 {
	sum := make([][]float64, len(gradients[0]))
	for w := range sum {
		sum[w] = make([]float64, len(gradients[0][w]))
		for k, g := range gradients {
			floats.AddScaled(sum[w], weights[k], g[w])
		}
	}
	return sum
}

// operate is the gradient that a step of surgery leaves, and what the step reports.
func operate(t *testing.T, e *nn.Engine, batch []Pair, a method.Aggregator) ([][]float64, Step) {
	t.Helper()
	s := settings
	s.BatchPairs, s.Surgery = len(batch), &Surgery{Aggregator: a, Languages: 5}
	return operateAs(t, e, batch, s)
}

// operateAs is the same under settings of its own.
func operateAs(t *testing.T, e *nn.Engine, batch []Pair, s Settings) ([][]float64, Step) {
	t.Helper()
	trainer, err := e.NewTrainer(model.New(config, 1), s.Adam)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Free()
	step := Step{Step: 1, Pairs: len(batch)}
	if err := s.newSurgeon(trainer, s.course(babel(), 1, "1"), babel(), 1, "1").accumulate(batch, &step); err != nil {
		t.Fatal(err)
	}
	narrow, err := trainer.TakeGradient()
	if err != nil {
		t.Fatal(err)
	}
	wide := make([][]float64, len(narrow))
	for w := range narrow {
		for _, x := range narrow[w] {
			wide[w] = append(wide[w], float64(x))
		}
	}
	return wide, step
}

// Every aggregator's step is what it makes of the languages' gradients on the host in float64.
func TestSurgeryByHand(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, batch := nn.NewEngine(b, config), babel()[:8]
		gradients := explicit(t, e, batch)
		k := len(gradients)
		gram, conflicts := mat.NewSymDense(k, nil), 0.0
		for i := range k {
			for j := i; j < k; j++ {
				gram.SetSym(i, j, dot(gradients[i], gradients[j]))
				if gram.At(i, j) < 0 {
					conflicts++
				}
			}
		}
		if k != 3 || conflicts == 0 {
			t.Fatalf("%d languages with %g conflicts are no case for surgery", k, conflicts)
		}
		for _, a := range method.Aggregators {
			want := weighted(a.Weights(gram, rng.Stream(1, "aggregator of a step", "1", "1")).Weights, gradients)
			got, step := operate(t, e, batch, a.Aggregator)
			for w := range want {
				if d := floats.Distance(got[w], want[w], math.Inf(1)); d > 1e-5*math.Sqrt(mat.Trace(gram)) {
					t.Errorf("%s: %s is %g from what the host makes of it", a.Name, config.Shapes()[w].Name, d)
				}
			}
			if step.Surgery.Languages != 3 || math.Abs(step.Surgery.Conflicts-conflicts/3) > 1e-12 {
				t.Errorf("%s: %+v, with %g conflicts among three languages", a.Name, step.Surgery, conflicts)
			}
		}
	})
}

// Block by block, the step is what the aggregator makes of the languages' gradients in each block alone.
func TestSurgeryByBlock(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, batch := nn.NewEngine(b, config), babel()[:8]
		gradients, shapes := explicit(t, e, batch), config.Shapes()
		parts := model.Parts(shapes, model.EachBlock)
		for _, name := range []string{"pcgrad_fixed", "mgda", "gradvac"} {
			s := settings
			s.BatchPairs, s.Surgery = len(batch), &Surgery{Aggregator: find(t, name), Languages: 5, Scope: model.EachBlock}
			got, step := operateAs(t, e, batch, s)
			whole, _ := operate(t, e, batch, find(t, name))
			stream, differs := rng.Stream(1, "aggregator of a step", "1", "1"), 0.0
			for part := range slices.Max(parts) + 1 {
				only := make([][][]float64, len(gradients)) // of the part's weights
				for k := range gradients {
					for w := range shapes {
						if parts[w] == part {
							only[k] = append(only[k], gradients[k][w])
						}
					}
				}
				gram := mat.NewSymDense(len(only), nil)
				for i := range only {
					for j := i; j < len(only); j++ {
						gram.SetSym(i, j, dot(only[i], only[j]))
					}
				}
				want, at := weighted(find(t, name).Weights(gram, stream).Weights, only), 0
				for w, shape := range shapes {
					if parts[w] != part {
						continue
					}
					if d := floats.Distance(got[w], want[at], math.Inf(1)); d > 1e-5*math.Sqrt(mat.Trace(gram)) {
						t.Errorf("%s: %s is %g from what the host makes of its block", name, shape.Name, d)
					}
					differs = max(differs, floats.Distance(got[w], whole[w], math.Inf(1)))
					at++
				}
			}
			if differs == 0 {
				t.Errorf("%s: block by block is the whole model at once", name)
			}
			if step.Surgery.Languages != 3 {
				t.Errorf("%s: %+v", name, step.Surgery)
			}
		}
	})
}

// Of two languages in conflict PCGrad takes the mean of what each has across the other; of two in agreement, the batch's
// gradient.
func TestPCGradOfTwoLanguages(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := nn.NewEngine(b, config)
		for name, batch := range map[string][]Pair{"conflict": babel()[:2], "agreement": {babel()[0], babel()[2]}} {
			g := explicit(t, e, batch)
			inner := dot(g[0], g[1])
			if (inner < 0) != (name == "conflict") {
				t.Fatalf("%s: an inner product of %g", name, inner)
			}
			opposed := min(0, inner)
			want := weighted([]float64{(1 - opposed/dot(g[0], g[0])) / 2, (1 - opposed/dot(g[1], g[1])) / 2}, g)
			got, step := operate(t, e, batch, method.PCGrad{})
			for w := range want {
				if d := floats.Distance(got[w], want[w], math.Inf(1)); d > 1e-5*math.Sqrt(dot(want, want)) {
					t.Errorf("%s: %s is %g from the closed form", name, config.Shapes()[w].Name, d)
				}
			}
			if want := inner / math.Sqrt(dot(g[0], g[0])*dot(g[1], g[1])); math.Abs(step.Surgery.Cosine-want) > 1e-5 {
				t.Errorf("%s: a cosine of %g, want %g", name, step.Surgery.Cosine, want)
			}
		}
	})
}

// What GradVac remembers goes from step to step, through languages' absences and through a stop; and what the device works on
// at once does not show.
func TestSurgeryRemembers(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := nn.NewEngine(b, config)
		s := smooth()
		s.Surgery = &Surgery{Aggregator: find(t, "gradvac"), Languages: 5}
		steps, want := trained(t, e, babel(), s)
		before, absences := make([]float64, 25), 0
		for i, step := range steps {
			present := make([]bool, 5)
			for _, p := range pick(babel(), batchOf(babel(), s, i+1, 1, "1")) {
				present[p.Language] = true
			}
			for k := range 25 {
				together := present[k/5] && present[k%5] && k/5 != k%5
				if now := step.Surgery.State[k]; (now != before[k]) != together {
					t.Errorf("step %d: the target of %d for %d goes from %g to %g", i+1, k/5, k%5, before[k], now)
				}
				if !together && before[k] != 0 {
					absences++
				}
			}
			before = step.Surgery.State
		}
		if absences == 0 {
			t.Error("no language that had met another was ever absent")
		}
		small := s
		small.Tokens = 32
		if _, cut := trained(t, e, babel(), small); differ(cut, want) > 1e-5 {
			t.Errorf("in blocks of one pair weights differ by %g", differ(cut, want))
		}
		s.Surgery = nil
		if _, joint := trained(t, e, babel(), s); differ(joint, want) < 1e-4 {
			t.Errorf("surgery changes weights by %g: there was nothing to do", differ(joint, want))
		}
		for _, forgetful := range []bool{false, true} {
			trainer, err := e.NewTrainer(model.New(config, 1), s.Adam)
			if err != nil {
				t.Fatal(err)
			}
			surgery := Surgery{Aggregator: find(t, "gradvac"), Languages: 5}
			for done := range steps { // a stop behind every step
				ctx, cancel := context.WithCancel(context.Background())
				s.Surgery = &Surgery{Aggregator: surgery.Aggregator, Languages: 5, State: surgery.State}
				err := Pairs(ctx, trainer, done, babel(), s, 1, "1", func(step Step) error {
					surgery.State = step.Surgery.State
					cancel()
					return nil
				})
				cancel()
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
				if forgetful {
					surgery.State = nil
				}
			}
			got, err := e.Download(trainer.Weights())
			if err != nil {
				t.Fatal(err)
			}
			trainer.Free()
			if (got.Hash() == want.Hash()) == forgetful {
				t.Errorf("stopped behind every step, forgetting its state %v: weights differ by %g", forgetful, differ(got, want))
			}
		}
	})
}

// Gradients that mean nothing reach no aggregator.
func TestSurgeryOnDivergence(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := nn.NewEngine(b, config)
		for _, a := range method.Aggregators {
			s := settings
			s.Schedule.Peak, s.Adam.Clip, s.Surgery = 1e30, 0, &Surgery{Aggregator: a.Aggregator, Languages: 5}
			trainer, err := e.NewTrainer(model.New(config, 1), s.Adam)
			if err != nil {
				t.Fatal(err)
			}
			err = Pairs(context.Background(), trainer, 0, babel(), s, 1, "1", func(Step) error { return nil })
			if !errors.Is(err, ErrNumerical) {
				t.Errorf("%s at a learning rate of 1e30: %v", a.Name, err)
			}
			trainer.Free()
		}
	})
}
