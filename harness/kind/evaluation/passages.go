package evaluation

import (
	"context"
	"math"

	"congrad/eval/task"
	"congrad/harness/bench"
	"congrad/harness/data"
	"congrad/harness/forecast"
	"congrad/harness/kind"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// Passages is a task of plain text: -log2 p of each passage.
type Passages struct{ Task }

// Kind of the stage.
func (Passages) Kind() kind.Kind {
	return kind.Kind{Name: "passages", Version: 3, Title: "alignment tax: plain text"}
}

// Do leaves passages.jsonl.
func (t Passages) Do(ctx context.Context, d *stage.Desk, b *bench.Bench) (stage.Files, error) {
	x, err := t.resolve(b)
	if err != nil {
		return nil, err
	}
	var passages []record.Passage
	var units [][]nn.Row
	for _, lang := range t.Languages {
		for _, p := range b.ItemsOf(x).Passages(lang, t.Per) {
			passages = append(passages, record.Passage{Task: x.Name, Lang: lang, Item: p.ID, Cluster: p.Cluster, Bytes: len(b.Chat.Predicted(p.Text))})
			units = append(units, []nn.Row{passageRow(b, p)})
		}
	}
	scores, err := kind.LogProbs(ctx, d, b, t.Policy, units, t.Batch, kind.LogLikelihoods)
	if err != nil {
		return nil, err
	}
	for i, nats := range scores {
		passages[i].Bits = -nats[0] / math.Ln2
	}
	return stage.Output("passages", passages)
}

// passageRow is the row of a text.
func passageRow(b *bench.Bench, p data.Passage) nn.Row {
	return nn.Row{Prompt: b.Chat.Plain(), Answer: b.Chat.Encode(p.Text)}
}

// Record adds the passages.
func (t Passages) Record(s stage.Shelf, _ *bench.Bench, at kind.Place, set *record.Set) error {
	list, err := stage.Lines[record.Passage](s, s.Own, "passages")
	for _, x := range list {
		x.Seed, x.Arm = at.Seed, at.Arm.Name
		set.Passages = append(set.Passages, x)
	}
	return err
}

// Forecast counts the passages.
func (t Passages) Forecast(_ int, b *bench.Bench, l kind.Lengths) forecast.Stage {
	return t.forecast(b, func(x task.Task) forecast.Stage {
		var all reading
		for _, lang := range t.Languages {
			for _, p := range b.ItemsOf(x).Passages(lang, t.Per) {
				all.add([]nn.Row{passageRow(b, p)})
			}
		}
		return all.forecast(l, t.Batch)
	})
}
