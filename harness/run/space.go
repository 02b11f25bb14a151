package run

import (
	"congrad/harness/bench"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// Space is about how many bytes the stages that are left keep on disk: a model in float32 for each that trains, and, for as many as run
// at a time, two checkpoints of weights and both moments with a third that is being written. Answers, scores and records are small.
func Space(st *store.Store, stages []*stage.Stage, b *bench.Bench) (bytes int64) {
	model := int64(0)
	for _, s := range b.Config.Shapes() {
		model += 4 * int64(s.Size())
	}
	training := 0
	for _, s := range stages {
		if row, _, err := findKind(s.Kind); err == nil && row.Trains && !st.Has(string(s.Key)) {
			training++
		}
	}
	return int64(training)*model + 3*3*model*int64(min(training, max(1, b.AtOnce)))
}
