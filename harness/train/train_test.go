package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/loss"
	"congrad/harness/model"
	"congrad/harness/nn"
)

func TestSchedules(t *testing.T) {
	rates := func(s Schedule, steps int) []float64 {
		var list []float64
		for step := 1; step <= steps; step++ {
			r, err := s.Rate(step, steps)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, r)
		}
		return list
	}
	for name, c := range map[string]struct {
		s    Schedule
		want []float64
	}{
		"constant":           {Schedule{2, 0, "constant"}, []float64{2, 2, 2, 2}},
		"linear":             {Schedule{2, 0, "linear"}, []float64{2, 1.5, 1, 0.5}},
		"linear, warming up": {Schedule{2, 0.5, "linear"}, []float64{1, 2, 2, 1}},
		"cosine":             {Schedule{2, 0, "cosine"}, []float64{2, 1 + math.Sqrt2/2, 1, 1 - math.Sqrt2/2}},
		"all warm-up":        {Schedule{2, 1, "cosine"}, []float64{0.5, 1, 1.5, 2}},
	} {
		for i, got := range rates(c.s, 4) {
			if math.Abs(got-c.want[i]) > 1e-12 {
				t.Errorf("%s: step %d has the rate %g, want %g", name, i+1, got, c.want[i])
			}
		}
	}
	for _, shape := range []string{"cosine", "linear", "constant"} {
		for _, r := range rates(Schedule{1e-4, 0.1, shape}, 97) {
			if !(r > 0 && r <= 1e-4) {
				t.Errorf("%s: a rate of %g", shape, r)
			}
		}
	}
	if _, err := (Schedule{1, 0, "wavy"}).Rate(1, 1); err == nil {
		t.Error("an unknown schedule is accepted")
	}
}

func rowOf(prompt, answer int) nn.Row {
	return nn.Row{Prompt: slices.Repeat([]int{1}, prompt), Answer: slices.Repeat([]int{2}, answer)}
}

func TestBlocksHoldEveryUnitOnce(t *testing.T) {
	var units [][]nn.Row
	for i := range 100 {
		units = append(units, []nn.Row{rowOf(1+i%37, 1+i%11), rowOf(1+i%37, 1+i%7)})
	}
	for name, c := range map[string]struct {
		blocks        []Block
		shapes        int
		tokens, least float64 // of a block; share that is not padding
	}{
		"packed":    {Packed(units, 256), 1, 256, 0.85},
		"apart":     {Apart(units, 256), 4, 256, 0.5},
		"by itself": {ByItself(units, 100, 256).Cut(units, all(100)), 1, 256, 0.3},
	} {
		seen, shapes, filled := map[int]int{}, map[nn.Size]bool{}, 0.0
		for _, b := range c.blocks {
			if float64(b.Size.Tokens()) > c.tokens {
				t.Errorf("%s: a block has %d tokens", name, b.Size.Tokens())
			}
			batch, err := b.Batch(units)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, i := range b.Units {
				seen[i]++
			}
			shapes[b.Size] = true
			filled += batch.Filled() / float64(len(c.blocks))
		}
		for i := range units {
			if seen[i] != 1 {
				t.Errorf("%s: unit %d is in %d blocks", name, i, seen[i])
			}
		}
		if len(shapes) > c.shapes {
			t.Errorf("%s: %d shapes to compile", name, len(shapes))
		}
		if filled < c.least {
			t.Errorf("%s: %.2f of the tokens are none of padding", name, filled)
		}
	}
	for name, of := range map[string]func([][]nn.Row, int) []Block{"packed": Packed, "apart": Apart} {
		if got := of(nil, 256); got != nil {
			t.Errorf("%s: nothing makes blocks: %v", name, got)
		}
		if got := of(units[36:37], 8); len(got) != 1 || len(got[0].Units) != 1 {
			t.Errorf("%s: a unit longer than a block should be: %+v", name, got)
		}
	}
}

// A run's full steps share one layout, and little of it is padding; a part of a step that does not fit goes on in another block.
func TestStepsShareALayout(t *testing.T) {
	var pairs []Pair
	for i := range 200 {
		pairs = append(pairs, Pair{Chosen: rowOf(8+i%13, 4+i%11), Rejected: rowOf(8+i%13, 4+i%7), Language: i % 5})
	}
	s := Settings{Epochs: 2, BatchPairs: 16, Tokens: 2048, Temperature: 1}
	c := s.course(pairs, 1, "1")
	units, filled, full := Units(pairs), 0.0, 0.0
	for step := range s.Steps(len(pairs)) {
		batch := batchOf(pairs, s, step+1, 1, "1")
		blocks := c.room(len(batch)).Cut(units, batch)
		if len(batch) < 16 {
			continue
		}
		if len(blocks) != 1 {
			t.Fatalf("step %d takes %d blocks", step+1, len(blocks))
		}
		laid, err := blocks[0].Batch(units)
		if err != nil {
			t.Fatal(err)
		}
		filled, full = filled+laid.Filled(), full+1
	}
	if filled/full < 0.85 {
		t.Errorf("%.2f of the tokens are none of padding", filled/full)
	}
	few := c.room(2)
	if few.Size.Tokens() >= c.room(16).Size.Tokens() {
		t.Errorf("blocks of two pairs have %d tokens", few.Size.Tokens())
	}
	seen := 0
	for _, b := range few.Cut(units, all(len(units))) {
		if _, err := b.Batch(units); err != nil {
			t.Fatal(err)
		}
		seen += len(b.Units)
	}
	if seen != len(units) {
		t.Errorf("%d of %d pairs are in a block", seen, len(units))
	}
}

// A layout that was made for some steps fills blocks of other steps; a unit that it does not hold gets a block of its own.
func TestOneLayoutForSteps(t *testing.T) {
	step := func(seed, longest int) (units [][]nn.Row) {
		for i := range 32 {
			units = append(units, []nn.Row{rowOf(1+(seed+i*5)%longest, 1+(seed+i*3)%9)})
		}
		return units
	}
	l := Steady([][][]nn.Row{step(1, 23), step(2, 23)}, 1024)
	for name, c := range map[string]struct {
		units [][]nn.Row
		most  int
	}{"alike": {step(3, 23), 2}, "longer ones": {append(step(4, 23), []nn.Row{rowOf(300, 9)}, []nn.Row{rowOf(2, 40)}), 3}} {
		seen := map[int]int{}
		blocks := l.Fill(c.units, 1024)
		for _, b := range blocks {
			if _, err := b.Batch(c.units); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, i := range b.Units {
				seen[i]++
			}
		}
		for i := range c.units {
			if seen[i] != 1 {
				t.Errorf("%s: unit %d is in %d blocks", name, i, seen[i])
			}
		}
		if len(blocks) > c.most {
			t.Errorf("%s: %d blocks", name, len(blocks))
		}
	}
}

// Every epoch visits every pair once, in an order of its own, which is a function of the seed.
func TestOrderOfTraining(t *testing.T) {
	epoch := func(n int, seed uint64) (visited []float64) {
		for step := 3*n + 1; step <= 3*n+3; step++ {
			for _, i := range batchOf(make([]Pair, 10), Settings{BatchPairs: 4}, step, seed, "1") {
				visited = append(visited, float64(i))
			}
		}
		return visited
	}
	first := epoch(0, 1)
	if sorted := slices.Sorted(slices.Values(first)); len(first) != 10 || !slices.IsSorted(sorted) || sorted[0] != 0 || sorted[9] != 9 {
		t.Errorf("the first epoch visits %v", first)
	}
	if slices.Equal(first, epoch(1, 1)) || slices.Equal(first, epoch(0, 2)) || !slices.Equal(first, epoch(0, 1)) {
		t.Error("orders are not a function of seed and epoch")
	}
}

var config = model.Config{Vocab: 11, Hidden: 8, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 4, FFN: 12, RopeBase: 100, NormEps: 1e-5, Tied: true}

func somePairs() []Pair {
	var pairs []Pair
	for i := range 6 {
		ask := slices.Repeat([]int{1 + i}, 1+i)
		pairs = append(pairs, Pair{Chosen: nn.Row{Prompt: ask, Answer: []int{3, 4}}, Rejected: nn.Row{Prompt: ask, Answer: []int{5, 6, 7}[:1+i%3]}})
	}
	return pairs
}

var settings = Settings{
	Schedule: Schedule{0.02, 0.2, "linear"}, Epochs: 4, BatchPairs: 4, Tokens: 1024, Loss: loss.Loss{Kind: "dpo", Beta: 0.5},
	Adam: nn.AdamW{Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8, Clip: 1},
}

// Training prefers the chosen answers in the end, and what the device works on at once does not show.
func TestPairsAreLearnt(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := nn.NewEngine(b, config)
		run := func(s Settings) (last Step, hash string) {
			trainer, err := e.NewTrainer(model.New(config, 1), s.Adam)
			if err != nil {
				t.Fatal(err)
			}
			defer trainer.Free()
			steps := 0
			err = Pairs(context.Background(), trainer, 0, somePairs(), s, 1, "1", func(step Step) error {
				if steps++; step.Step != steps {
					t.Errorf("step %d reports itself as %d", steps, step.Step)
				}
				if last = step; step.Step == 1 && s.Loss.Beta > 0 && step.Pairs != 4 {
					t.Errorf("the first step has %d pairs", step.Pairs)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if steps != s.Steps(6) || steps != 8 {
				t.Errorf("%d steps, want %d", steps, s.Steps(6))
			}
			w, err := e.Download(trainer.Weights())
			if err != nil {
				t.Fatal(err)
			}
			return last, w.Hash()
		}
		whole, first := run(settings)
		if whole.Accuracy < 1 || whole.Margin < 0.1 || whole.Loss > 0.65 {
			t.Errorf("after training: %+v", whole)
		}
		if _, second := run(settings); first != second {
			t.Error("the same training gives two models")
		}
		small := settings
		small.Tokens = 16 // one pair at a time
		cut, _ := run(small)
		for what, pair := range map[string][2]float64{"loss": {cut.Loss, whole.Loss}, "margin": {cut.Margin, whole.Margin}, "norm": {cut.GradNorm, whole.GradNorm}} {
			if math.Abs(pair[0]-pair[1]) > 1e-3*(1+math.Abs(pair[1])) {
				t.Errorf("in blocks of one pair the %s is %g, else %g", what, pair[0], pair[1])
			}
		}
	})
}

// Whatever the loss, the margin is that of its implicit rewards: none at the reference, and growing with training. SimPO, which
// knows no reference, starts from the policy's own.
func TestMarginsOfEveryLoss(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e, host := nn.NewEngine(b, config), model.New(config, 1)
		pairs, units := somePairs(), [][]nn.Row{}
		for _, p := range pairs {
			units = append(units, []nn.Row{p.Chosen, p.Rejected})
		}
		w, err := e.Upload(host)
		if err != nil {
			t.Fatal(err)
		}
		batch, err := Packed(units, 256)[0].Batch(units)
		if err != nil {
			t.Fatal(err)
		}
		logp, err := e.LogProbs(w, batch)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range []loss.Loss{{Kind: "hinge", Beta: 0.5}, {Kind: "dpo_norm", Beta: 2}, {Kind: "ld_dpo", Beta: 0.5, LDAlpha: 0.2}, {Kind: "simpo", Beta: 2, TargetMargin: 0.5}} {
			own := 0.0 // the mean margin of the policy by itself, as the loss scores answers
			for i := range pairs {
				p := loss.SumPair(logp[2*i], logp[2*i+1])
				pairs[i].Reference = l.Reference(p)
				own += l.Beta * (p.Chosen.Sum/float64(p.Chosen.Tokens) - p.Rejected.Sum/float64(p.Rejected.Tokens)) / 6
			}
			trainer, err := e.NewTrainer(host, settings.Adam)
			if err != nil {
				t.Fatal(err)
			}
			s := settings
			s.Loss, s.BatchPairs = l, 6
			var steps []Step
			if err := Pairs(context.Background(), trainer, 0, pairs, s, 1, "1", func(step Step) error { steps = append(steps, step); return nil }); err != nil {
				t.Fatal(err)
			}
			trainer.Free()
			want := 0.0
			if l.Kind == "simpo" {
				want = own
			}
			first, last := steps[0], steps[len(steps)-1]
			if math.Abs(first.Margin-want) > 1e-5 {
				t.Errorf("%s: at the reference the margin is %g, want %g", l.Kind, first.Margin, want)
			}
			if last.Margin < first.Margin+0.02 || last.Accuracy < 0.999 {
				t.Errorf("%s: after training %+v", l.Kind, last)
			}
		}
	})
}

func TestDivergenceIsAnError(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		s := settings
		s.Schedule.Peak, s.Adam.Clip = 1e30, 0
		trainer, err := nn.NewEngine(b, config).NewTrainer(model.New(config, 1), s.Adam)
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Free()
		err = Pairs(context.Background(), trainer, 0, somePairs(), s, 1, "1", func(Step) error { return nil })
		if !errors.Is(err, ErrNumerical) {
			t.Errorf("a learning rate of 1e30: %v", err)
		}
	})
}

// A step that diverges is not taken, and its error says which step, where, and on which pairs.
func TestDivergenceSaysWhere(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := nn.NewEngine(b, config)
		w := model.New(config, 1)
		shapes := config.Shapes()
		name := shapes[len(shapes)-2].Name
		for i := range w.Tensors[len(shapes)-2] {
			w.Tensors[len(shapes)-2][i] = float32(math.NaN())
		}
		trainer, err := e.NewTrainer(w, settings.Adam)
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Free()
		err = Pairs(context.Background(), trainer, 0, somePairs(), settings, 1, "1", func(Step) error { return nil })
		var d *Divergence
		if !errors.As(err, &d) || !errors.Is(err, ErrNumerical) {
			t.Fatalf("%s of NaN: %v", name, err)
		}
		if d.Step != 1 || len(d.Batch) != settings.BatchPairs || len(d.Weights) == 0 || !strings.Contains(err.Error(), d.Weights[0]) {
			t.Errorf("%+v: %v", d, err)
		}
		after, err := e.Download(trainer.Weights())
		if err != nil {
			t.Fatal(err)
		}
		if trainer.Steps() != 0 || !slices.Equal(after.Tensors[0], w.Tensors[0]) {
			t.Error("the step was taken")
		}
	})
}

func TestStoppedTrainingKeepsItsPlace(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := nn.NewEngine(b, config)
		train := func(trainer *nn.Trainer, stopAt int) {
			ctx, cancel := context.WithCancel(context.Background())
			err := Pairs(ctx, trainer, trainer.Steps(), somePairs(), settings, 1, "1", func(s Step) error {
				if s.Step == stopAt {
					cancel()
				}
				return nil
			})
			if stopAt > 0 && !errors.Is(err, context.Canceled) || stopAt == 0 && err != nil {
				t.Fatalf("stop at %s: %v", strconv.Itoa(stopAt), err)
			}
			cancel()
		}
		open := func(s nn.TrainerState) *nn.Trainer {
			trainer, err := e.ResumeTrainer(s, settings.Adam)
			if err != nil {
				t.Fatal(err)
			}
			return trainer
		}
		state := func(trainer *nn.Trainer) nn.TrainerState {
			s, err := trainer.State()
			if err != nil {
				t.Fatal(err)
			}
			data, err := s.Marshal() // through the bytes of a checkpoint
			if err != nil {
				t.Fatal(err)
			}
			if s, err = nn.UnmarshalState(config, data); err != nil {
				t.Fatal(err)
			}
			return s
		}
		straight, err := e.NewTrainer(model.New(config, 1), settings.Adam)
		if err != nil {
			t.Fatal(err)
		}
		train(straight, 0)
		stopped, err := e.NewTrainer(model.New(config, 1), settings.Adam)
		if err != nil {
			t.Fatal(err)
		}
		train(stopped, 3)
		again := open(state(stopped))
		train(again, 6)
		end := open(state(again))
		train(end, 0)
		if a, b := state(straight), state(end); a.Weights.Hash() != b.Weights.Hash() || a.Steps != b.Steps {
			t.Error("training that was stopped twice ends in other weights")
		}
	})
}
