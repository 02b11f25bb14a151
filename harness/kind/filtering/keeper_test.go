package filtering

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"congrad/harness/bench"
	"congrad/harness/device"
	"congrad/harness/disk/faulty"
	"congrad/harness/loss"
	"congrad/harness/model"
	"congrad/harness/nn"
	"congrad/harness/rng"
	"congrad/harness/sketch"
	"congrad/harness/stage"
	"congrad/harness/store"

	"github.com/google/go-cmp/cmp"
)

// stopper ends a stage's context behind its next block of pairs.
type stopper struct {
	stage.Line
	stop func()
}

func (s *stopper) Advance(int, int) { s.stop() }
func (s *stopper) Expect(int)       {}
func (s *stopper) Note(string)      {}

// resumable is a bench with a small model on the pure-Go backend, and pairs of three languages.
func resumable(t *testing.T) (*bench.Bench, Round, material) {
	t.Helper()
	backend, _, err := device.Open("go")
	if err != nil {
		t.Fatal(err)
	}
	c := model.Config{Vocab: 16, Hidden: 8, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 4, FFN: 12, RopeBase: 1e4, NormEps: 1e-5, Tied: true}
	b := &bench.Bench{Engine: nn.NewEngine(backend, c), Config: c, Base: &model.Folder{Config: c, Weights: model.New(c, 1)}}
	r := Round{
		Languages: []string{"en", "de", "fi"}, Loss: loss.Loss{Kind: "dpo", Beta: 0.5}, LanguageGradient: "mean", Seed: 1, Iteration: 1, Batch: 32,
		Sketch: sketch.Settings{Kind: sketch.Flora, Rank: 2}, Adam: &Adam{BatchPairs: 3, Clip: 1, Epsilon: 1e-8},
	}
	var m material
	random := rng.Stream(1, "test", "pairs")
	for i := range 13 {
		row := func() nn.Row {
			row := nn.Row{Prompt: []int{1 + random.IntN(15)}}
			for range 1 + random.IntN(6) {
				row.Answer = append(row.Answer, random.IntN(16))
			}
			return row
		}
		m.units = append(m.units, []nn.Row{row(), row()})
		m.language, m.margins = append(m.language, i%3), append(m.margins, random.NormFloat64())
	}
	return b, r, m
}

// Every stage over gradients that is stopped behind each of its blocks comes to the same bits as one that is not, and no block is
// computed twice.
func TestGradientsGoOn(t *testing.T) {
	b, r, m := resumable(t)
	held := r
	held.HeldBack, held.LanguageGradient = 0.4, "held back"
	gathered := func(sketchBytes int) func(context.Context, *stage.Desk) (any, error) {
		return func(ctx context.Context, d *stage.Desk) (any, error) {
			b := &bench.Bench{Engine: b.Engine, Config: b.Config, Base: b.Base, SketchBytes: sketchBytes}
			g := sketch.NewGatherer(m.language, r.Languages, r.weights(), r.Seed, r.name())
			err := r.sketch(ctx, d, b, "k", m, g)
			return g.Sums(), err
		}
	}
	numbersOf := func(round *sketch.Round, err error) (any, error) {
		if err != nil {
			return nil, err
		}
		return []any{round.Pairs, rows(round.Gram)}, nil
	}
	for name, work := range map[string]func(context.Context, *stage.Desk) (any, error){
		"sketches":           gathered(1e9),
		"sketches in slices": gathered(4 * 13 * 100),
		"exact":              func(ctx context.Context, d *stage.Desk) (any, error) { return numbersOf(r.exact(ctx, d, b, m, nil)) },
		"a sample, exactly": func(ctx context.Context, d *stage.Desk) (any, error) {
			return numbersOf(r.exact(ctx, d, b, m, []int{4, 1, 9}))
		},
		"as Adam's updates": func(ctx context.Context, d *stage.Desk) (any, error) { return numbersOf(held.asAdam(ctx, d, b, m)) },
	} {
		root := t.TempDir()
		st, err := store.OpenOn(faulty.New(root, nil), root) // which does not flush: a checkpoint behind each block takes long
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		desk := func(key string, stop func()) *stage.Desk {
			return &stage.Desk{Shelf: stage.Shelf{Store: st, Own: stage.Ref(key)}, Line: &stopper{stop: stop}, SaveEvery: time.Hour}
		}
		blocks := 0
		want, err := work(context.Background(), desk("whole", func() { blocks++ }))
		if err != nil {
			t.Fatal(name, err)
		}
		for _, killed := range []bool{false, true} {
			got, calls, done := interrupted(t, killed, func(ctx context.Context, stop func()) (any, error) {
				d := desk(fmt.Sprint("interrupted ", killed), stop)
				if killed {
					d.SaveEvery = 1 // behind each block
				}
				return work(ctx, d)
			})
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s, killed %t: %s", name, killed, d)
			}
			if blocks < 4 || calls < blocks/4 || done > blocks+2*calls {
				t.Errorf("%s, killed %t: %d blocks, %d stops, %d blocks done", name, killed, blocks, calls, done)
			}
		}
	}
}

// interrupted calls work until it ends. A call is stopped behind its first block, or killed at the end of its third one, before that is saved.
func interrupted(t *testing.T, killed bool, work func(ctx context.Context, stop func()) (any, error)) (got any, calls, done int) {
	t.Helper()
	call := func() (got any, err error) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		defer func() {
			if recover() != nil {
				err = context.Canceled
			}
		}()
		blocks := 0
		return work(ctx, func() {
			done++
			if blocks++; !killed {
				cancel()
			} else if blocks == 3 {
				panic("killed")
			}
		})
	}
	for ; calls < 200; calls++ {
		got, err := call()
		if err == nil {
			return got, calls, done
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	t.Fatal("it makes no progress")
	return nil, 0, 0
}
