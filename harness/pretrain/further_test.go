package pretrain

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"congrad/experiments"
	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/store"
	"congrad/harness/text"
	"congrad/harness/world"
)

// What is trained further is the recipe's model on the recipe's world, but for the share, the steps and the rate.
func TestFurtherChangesTheMixtureOnly(t *testing.T) {
	r, err := Load(experiments.Files, "tiny/world-1.toml")
	if err != nil {
		t.Fatal(err)
	}
	w, err := world.Open(experiments.Files, r.World)
	if err != nil {
		t.Fatal(err)
	}
	if own := r.Further(w, math.NaN(), 7).Recipe.World.SharedShare; own != r.World.SharedShare {
		t.Errorf("unless asked for, the share is %g, the world's is %g", own, r.World.SharedShare)
	}
	f := r.Further(w, 0.9, 7)
	if f.Behind != r.Train.Steps || f.Recipe.Train.Steps != 7 || f.Recipe.World.SharedShare != 0.9 || r.World.SharedShare == 0.9 || r.Train.Steps == 7 {
		t.Errorf("%+v", f)
	}
	few, many := w.WithSharedShare(0.1), w.WithSharedShare(0.9)
	differ, wrong := 0, 0
	for i := range uint64(400) { // the same facts are asked, and the same answers are right
		a, b := few.BaseExample(i), many.BaseExample(i)
		if a.Item != b.Item || a.Form != b.Form || (a.Defect == "") != (b.Defect == "") || a.Defect == "" && a.Answer != b.Answer {
			t.Errorf("example %d is %+v in one mixture and %+v in another", i, a, b)
		}
		if a.Defect != "" {
			wrong++
			if a.Answer != b.Answer {
				differ++
			}
		}
	}
	if differ < wrong/2 {
		t.Errorf("%d of %d wrong answers differ between two mixtures", differ, wrong)
	}
}

// A model that is trained further gets better at its mixture, another mixture makes another model, and a stopped call goes on
// to the same one.
func TestFurther(t *testing.T) {
	r, err := Load(experiments.Files, "tiny/world-1.toml")
	if err != nil {
		t.Fatal(err)
	}
	r.Train.Batch, r.Train.Tokens, r.Train.LearningRate = 2, 256, 3e-2
	settings := r.World
	settings.Languages, settings.Under = []string{"en", "de"}, nil
	w, err := world.Open(experiments.Files, settings)
	if err != nil {
		t.Fatal(err)
	}
	tokenizer, err := experiments.Files.ReadFile("tiny/base-1/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := text.Parse(tokenizer)
	if err != nil {
		t.Fatal(err)
	}
	chat, err := text.NewChat(parsed)
	if err != nil {
		t.Fatal(err)
	}
	start := model.New(model.Config{Vocab: parsed.Size(), Hidden: 16, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 8, FFN: 24, RopeBase: 1e4, NormEps: 1e-5, Tied: true}, 1)
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := nn.NewEngine(b, start.Config)
		run := func(ctx context.Context, shared float64, s store.Scratch, after func(Step)) (string, string, error) {
			weights, log, err := r.Further(w, shared, 30).Run(ctx, e, w, chat, start, s, after)
			if err != nil {
				return "", "", err
			}
			return weights.Hash(), string(log), nil
		}
		scratch := func() store.Scratch {
			st, err := store.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { st.Close() })
			return st.Scratch("further")
		}
		var losses []float64
		want, log, err := run(context.Background(), 0.9, scratch(), func(s Step) { losses = append(losses, s.Loss) })
		if err != nil {
			t.Fatal(err)
		}
		if first, last := mean(losses[:10]), mean(losses[20:]); len(losses) != 30 || !(last < first-0.1) || strings.Count(log, "\n") != 1 {
			t.Errorf("%d steps, loss from %g to %g, record %q", len(losses), first, last, log)
		}
		if other, _, err := run(context.Background(), 0.1, scratch(), func(Step) {}); err != nil || other == want || want == start.Hash() {
			t.Errorf("another mixture gives the same model, or none: %v", err)
		}
		s := scratch()
		ctx, cancel := context.WithCancel(context.Background())
		if _, _, err := run(ctx, 0.9, s, func(s Step) {
			if s.Step == 11 {
				cancel()
			}
		}); !errors.Is(err, context.Canceled) {
			t.Fatalf("a stopped call: %v", err)
		}
		steps := 0
		if got, again, err := run(context.Background(), 0.9, s, func(Step) { steps++ }); err != nil || got != want || again != log || steps != 30-11 {
			t.Errorf("a call that was stopped ends in another model after %d more steps: %v", steps, err)
		}
	})
}

func mean(list []float64) (sum float64) {
	for _, x := range list {
		sum += x / float64(len(list))
	}
	return sum
}
