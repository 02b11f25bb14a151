package nn

import (
	"fmt"
	"strings"
	"testing"

	"congrad/harness/device"
	"congrad/harness/device/devicetest"
	"congrad/harness/loss"
)

// A token that the model does not have is refused wherever tokens enter, with its place, on both backends, before anything is
// compiled; the last one that it has is not.
func TestUnknownTokensAreRefused(t *testing.T) {
	devicetest.Each(t, func(t *testing.T, b device.Backend) {
		e := NewEngine(b, tiny)
		host := loud(tiny, 3)
		w := must(e.Upload(host))(t)
		defer w.Free()
		trainer := must(e.NewTrainer(host, adam))(t)
		defer trainer.Free()
		sketcher := must(e.NewSketcher(projections(tiny, true, true, 2, 1)))(t)
		defer sketcher.Free()
		d, _, err := e.Prefill(w, [][]int{{1, 2}}, 2, 1, 2, 2)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Free()
		dpo := Preference{Loss: loss.Loss{Kind: "dpo", Beta: 0.5}, Reference: []float64{0}, Weight: []float64{1}}
		entries := map[string]func(b *Batch) error{
			"log-probs":  func(b *Batch) error { _, err := e.LogProbs(w, b); return err },
			"predicting": func(b *Batch) error { _, err := e.Predicting(w, b); return err },
			"training":   func(b *Batch) error { _, err := trainer.Accumulate(b, dpo); return err },
			"sketches":   func(b *Batch) error { _, err := sketcher.Gradients(w, b, dpo); return err },
			"alignments": func(b *Batch) error {
				_, _, err := e.Alignments(w, projecting(tiny)[:1], [][][]float32{{make([]float32, projecting(tiny)[0].Size())}}, nil, b, dpo)
				return err
			},
		}
		last := tiny.Vocab - 1
		for _, id := range []int{-1, last + 1, 1 << 20} {
			says := fmt.Sprintf("id is %d, the model has 0 to %d", id, last)
			refused := func(what string, err error, place string) {
				t.Helper()
				if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), place) {
					t.Errorf("%s of token %d: %v, want an error with %q and %q", what, id, err, place, says)
				}
			}
			for place, rows := range map[string][]Row{
				"sequence 1, token 1":   {{[]int{1, 2}, []int{3}}, {[]int{1, id}, []int{4}}},
				"sequence 0, token 2":   {{[]int{1, 2}, []int{id, 3}}, {[]int{1, 2}, []int{4}}},
				"row 1, answer token 1": {{[]int{1, 2}, []int{3}}, {[]int{1, 2}, []int{4, id}}}, // is only predicted
			} {
				for what, enter := range entries {
					refused(what, enter(must(NewBatch(rows, 2, 4, 2))(t)), place)
				}
			}
			_, err := e.LastLogits(w, [][]int{{1}, {1, id}}, 2, 2)
			refused("last logits", err, "sequence 1, token 1")
			_, err = e.Logits(w, []int{1, id})
			refused("all logits", err, "token 1")
			_, _, err = e.Prefill(w, [][]int{{1, 2}, {id, 2}}, 1, 2, 2, 2)
			refused("prefill", err, "prompt 1, token 0")
			_, err = d.Next([]int{1, id})
			refused("next token", err, "row 1")
		}
		must(d.Next([]int{0, last}))(t) // the refused ones took no room
		must(d.Next([]int{last, 0}))(t)
	})
}
