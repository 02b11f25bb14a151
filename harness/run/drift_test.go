package run

import (
	"context"
	"math"
	"testing"

	"congrad/harness/kind"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/stage"
)

// The drift on record is that of each arm's policy after each iteration, by the logits of both models in float64, at the tokens of its own
// samples and of the start's. The start itself has none on record.
func TestDriftIsThatOfTheSampledAnswers(t *testing.T) {
	l, ctx, dir := newLab(t), context.Background(), t.TempDir()
	p := l.plan(t, "iterations=2", "train.learning_rate=0.01", "evaluate.samples=2", "evaluate.drift=true", "evaluate.iterations=true", "evaluate.tasks=[]")
	files, err := l.run(t, ctx, p, dir, &follower{})
	if err != nil {
		t.Fatal(err)
	}
	set, st := load(t, files), open(t, dir)
	b := l.fresh()
	type at struct {
		arm       string
		iteration int
		prompt    string
		sample    int
	}
	got := map[at]record.Drift{}
	for _, d := range set.Drift {
		got[at{d.Arm, d.Iteration, d.Prompt, d.Sample}] = d
	}
	prompts, err := b.Prompts(p.held(b, p.Experiment.Languages.All()))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, x := range prompts {
		texts[x.ID] = x.Text
	}
	shelf, checked := stage.Shelf{Store: st}, 0
	answers := func(f final) []kind.Answer {
		list, err := stage.Lines[kind.Answer](shelf, f.sampled.answer.Key, "answers")
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	start := answers(p.finals[0])
	base, err := b.Engine.Upload(b.Base.Weights)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.finals[1:] {
		iteration := f.iteration
		if iteration == 0 {
			iteration = 2
		}
		host, err := p.Policy(st, b, f.arm.Name, f.seed, iteration)
		if err != nil {
			t.Fatal(err)
		}
		policy, err := b.Engine.Upload(host)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range answers(f) {
			d := got[at{f.arm.Name, f.iteration, a.Prompt, a.Sample + 1}]
			ours, n := l.nats(t, policy, base, texts[a.Prompt], a)
			theirs, m := l.nats(t, base, policy, texts[a.Prompt], start[i])
			if d.Tokens != n || d.StartTokens != m || math.Abs(d.Nats-ours) > 1e-4 || math.Abs(d.StartNats-theirs) > 1e-4 || ours <= 0 || d.Cluster == "" {
				t.Errorf("%+v, want %g over %d tokens and %g over %d", d, ours, n, theirs, m)
			}
			checked++
		}
	}
	if checked != len(set.Drift) || checked == 0 {
		t.Errorf("%d of %d records were checked", checked, len(set.Drift))
	}
}

// nats is KL(p || q) summed over the tokens of an answer, whose number it returns.
func (l *lab) nats(t *testing.T, p, q *nn.Weights, prompt string, a kind.Answer) (sum float64, tokens int) {
	t.Helper()
	ask, err := l.bench.Chat.Prompt(prompt)
	if err != nil {
		t.Fatal(err)
	}
	row := nn.Row{Prompt: ask, Answer: append([]int(nil), a.Tokens...)}
	if a.Finished {
		row.Answer = append(row.Answer, l.bench.Chat.Stop())
	}
	batch, err := nn.NewBatch([]nn.Row{row}, 1, 64, 8)
	if err != nil {
		t.Fatal(err)
	}
	var logs [2][][]float64
	for i, w := range []*nn.Weights{p, q} {
		logits, err := l.bench.Engine.Predicting(w, batch)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range logits {
			total, list := 0.0, make([]float64, len(row))
			for _, x := range row {
				total += math.Exp(float64(x))
			}
			for k, x := range row {
				list[k] = float64(x) - math.Log(total)
			}
			logs[i] = append(logs[i], list)
		}
	}
	for j := range logs[0] {
		for k, x := range logs[0][j] {
			sum += math.Exp(x) * (x - logs[1][j][k])
		}
	}
	return sum, len(logs[0])
}
