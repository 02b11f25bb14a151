package nn

import (
	"runtime"
	"slices"
	"testing"
	"weak"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Programs that were used least recently are let go, and come again with the same results.
func TestProgramsAreLetGo(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := NewEngine(b, tiny)
		e.programs.most = 2
		w := must(e.Upload(loud(tiny, 1)))(t)
		batches := []*Batch{must(NewBatch(tinyRows, 4, 6, 4))(t), must(NewBatch(tinyRows, 5, 6, 4))(t)}
		logits := func() float32 { return must(e.LastLogits(w, [][]int{{1, 2}}, 1, 4))(t)[0][3] }
		first, before := logits(), must(e.LogProbs(w, batches[0]))(t)
		names := func(want ...string) {
			t.Helper()
			var got []string
			for key := range e.programs.byKey {
				got = append(got, key.name)
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("kept are %q, want %q", got, want)
			}
		}
		names("log-probs", "predicting logits")
		must(e.Logits(w, []int{1, 2}))(t)
		names("all logits", "log-probs")
		must(e.LogProbs(w, batches[0]))(t)
		must(e.LogProbs(w, batches[1]))(t) // a second shape of the same name
		names("log-probs", "log-probs")
		if again := logits(); again != first {
			t.Errorf("a logit is %g, and was %g", again, first)
		}
		for i, row := range must(e.LogProbs(w, batches[0]))(t) {
			for j, x := range row {
				if x != before[i][j] {
					t.Errorf("a log-prob is %g, and was %g", x, before[i][j])
				}
			}
		}
	})
}

// A program keeps its executable and nothing of what it was made from: neither the graph nor the inputs that it was built for.
func TestProgramsKeepNoGraph(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := NewEngine(b, tiny)
		var built weak.Pointer[graph.Graph]
		var given weak.Pointer[tensors.Tensor]
		func() {
			x := tensors.FromFlatDataAndDimensions(make([]float32, 6), 2, 3)
			defer x.FinalizeAll()
			given = weak.Make(x)
			out := must(e.run("kept", appendTensors(nil, []*tensors.Tensor{x}), func(in []*Node) []*Node {
				built = weak.Make(in[0].Graph())
				return []*Node{MatMulT(in[0], in[0])}
			}))(t)
			freeAll(out)
		}()
		runtime.GC()
		runtime.GC()
		if built.Value() != nil {
			t.Error("the graph of a compiled program is still in memory")
		}
		if given.Value() != nil {
			t.Error("an input that a program was compiled for is still in memory")
		}
		if len(e.programs.byKey) != 1 {
			t.Errorf("%d programs are kept, want 1", len(e.programs.byKey))
		}
		runtime.KeepAlive(e)
	})
}
