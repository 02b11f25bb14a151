package results

import (
	"testing"

	"congrad/harness/record"
	"congrad/results/outcome"
	"congrad/results/synthetic"
)

// factsOf are the facts of a made-up study by name, after a change.
func factsOf(t *testing.T, change func(*record.Study)) map[string]string {
	t.Helper()
	set := synthetic.Set(synthetic.Small())
	change(&set.Study)
	s, err := outcome.New(set)
	if err != nil {
		t.Fatal(err)
	}
	facts := map[string]string{}
	for _, f := range Facts(s) {
		if _, twice := facts[f.Name]; twice {
			t.Errorf("%s is a duplicate", f.Name)
		}
		facts[f.Name] = f.Value
	}
	return facts
}

// The report says what a study is made of, and what its arms do, from the fields alone.
func TestFactsInWords(t *testing.T) {
	least := 0.1
	for name, c := range map[string]struct {
		change     func(*record.Study)
		fact, says string
	}{
		"noise": {func(s *record.Study) { s.Judge.Noise = 0.25 }, "judge", "self, 25 % of its scores replaced at random"},
		"self":  {func(s *record.Study) { s.Evaluate.Judge = "self" }, "evaluation", "greedy answers to at most 12 prompts per language of the eval split, judged by the base model"},
		"server": {func(s *record.Study) {
			s.Evaluate = record.Evaluate{Split: "dev", PerLanguage: 1, Judge: "endpoint", Model: "m", URL: "http://x"}
		}, "evaluation", "greedy answers to at most 1 prompts per language of the dev split, compared by m at http://x in both orders"},
		"epochs": {func(s *record.Study) { s.Train.Epochs, s.Train.Aggregator = 2, "pcgrad" }, "training", "AdamW, peak learning rate 0.0001 (cosine), 16 pairs per step, 2 epochs, combined by pcgrad"},
		"adapters": {func(s *record.Study) {
			s.Model.Adapters, s.Model.Trained = &record.Adapters{Rank: 4, Alpha: 8, Layers: "mlp"}, 12_000
		}, "adapters", "LoRA of rank 4, alpha 8, in the MLP; 12000 parameters are trained (1.00 %)"},
		"precision": {func(s *record.Study) { s.Model.Precision = "bfloat16" }, "precision", "the blocks' matrix products in bfloat16"},
		"further": {func(s *record.Study) {
			s.Model.Further = &record.Further{Steps: 3, Batch: 2, SharedShare: 0.5, LearningRate: 0.1}
		}, "base model", "trained further for 3 steps of 2 examples, 50 % of their defects shared, peak learning rate 0.1"},
		"task": {func(s *record.Study) {
			s.Tasks[1].Items, s.Tasks[1].Layout, s.Tasks[1].Files = 8, "plain", []record.TaskFile{{Path: "x.jsonl", Rows: 9, SHA256: "0123456789abcdef"}}
		}, "task udhr", "8 items, 0-shot, plain layout; x.jsonl (9 rows, SHA-256 0123456789ab)"},
		"IPO": {func(s *record.Study) { s.Loss = record.Loss{Title: "IPO", Kind: "ipo", Beta: 2} }, "loss", "IPO, beta 2"},
		"robust": {func(s *record.Study) {
			s.Loss.Title = "robust DPO"
			s.Loss.Parameters = append(s.Loss.Parameters, record.Parameter{Key: "label_smoothing", Value: 0.2})
		}, "loss", "robust DPO, beta 0.1, length penalty 0.01 per token, label smoothing 0.2"},
		"changed": {func(s *record.Study) {
			s.Arms[2].Changed, s.Arms[2].Without = []record.Setting{{Key: "loss.kind", Value: "hinge"}, {Key: "train.aggregator", Value: "mean"}, {Key: "congrad.leave_one_out", Value: "false"}}, []string{"ar"}
		}, "congrad: changed from the experiment", "loss hinge, aggregator of steps mean, leave one out false, without ar"},
		"without":    {func(s *record.Study) { s.Arms[2].Without = []string{"ar"} }, "congrad: state added", "0.79 MB for 2 languages and the consensus, in addition to 4.80 MB of weights"},
		"mono":       {func(s *record.Study) { s.Arms[1].Policy, s.Arms[1].Languages = "mono", []string{"en", "ar", "ja"} }, "joint: models", "one for each of the 3 seen languages, trained on its pairs only and evaluated in it only"},
		"steps":      {func(s *record.Study) { s.Arms[1].Train.Aggregator = "mean" }, "joint: in each step", "gradients of the languages in the batch, combined by mean; up to 3 are in memory at the same time, 14.40 MB"},
		"threshold":  {func(s *record.Study) { s.Arms[2].Keep = &record.Keep{Threshold: &least} }, "congrad: kept", "pairs that score at least 0.1"},
		"global":     {func(s *record.Study) { s.Arms[2].Keep = &record.Keep{Share: 0.25, Quota: "global"} }, "congrad: kept", "the best 25 % of all pairs together"},
		"online":     {func(s *record.Study) { online(s); s.Arms[2].Gradients.RenewEvery = 5 }, "congrad: kept", "the best 50 % of each batch, all of the first 5; the consensus is renewed every 5 batches"},
		"each batch": {func(s *record.Study) { online(s); s.Arms[2].Keep = &record.Keep{Threshold: &least} }, "congrad: kept", "pairs of each batch that score at least 0.1, all of the first 1; the consensus is renewed every batch"},
		"enters":     {online, "congrad: compared with", "consensus: pcgrad of unit-length ema gradients, by cosine, each batch before it is added"},
		"left in":    {func(s *record.Study) { s.Arms[2].Gradients.LeaveOneOut = false }, "congrad: compared with", "consensus: pcgrad of unit-length ema gradients, by cosine"},
		"own":        {func(s *record.Study) { s.Arms[2].Gradients.With = record.WithLanguage }, "congrad: compared with", "ema gradient of the pair's own language, by cosine, leave-one-out"},
		"held back": {func(s *record.Study) {
			s.Arms[2].Gradients = &record.Gradients{With: record.WithHeldBack, Similarity: "dot", HeldBack: 0.3, Adam: true}
		}, "congrad: compared with", "mean gradient of the 30 % of each language's pairs that are held back, by dot; the pairs' gradients are scaled like Adam's updates at the start of the iteration"},
		"exact": {func(s *record.Study) {
			s.Arms[2].Sketch = &record.Sketch{Kind: "exact", Numbers: 1_200_000, Whole: 1_200_000, Layers: "last"}
		}, "congrad: sketch", "not compressed: 1200000 numbers per gradient (100.0 % of the parameters); only the last block's matrices are compared"},
		"hashed": {func(s *record.Study) {
			*s.Arms[2].Sketch = record.Sketch{Kind: "logra", Rank: 4, Projection: "orthonormal", Numbers: 1200, Whole: 65536}
		}, "congrad: sketch", "both sides, rank 4, orthonormal: 1200 numbers per gradient (0.1 % of the parameters), summed from 65536; norm gains, embedding and head are left out"},
		"passes": {func(s *record.Study) { s.Arms[2].Sketch.Passes, s.Arms[2].Sketch.MB = 2, 4 }, "congrad: pairs' sketches", "7.9 MB while scoring (30 pairs in the largest round, 262144 bytes each), in 2 passes of at most 4 MB"},
	} {
		if got := factsOf(t, c.change)[c.fact]; got != c.says {
			t.Errorf("%s: %q, want %q", name, got, c.says)
		}
	}
	scoring := factsOf(t, func(s *record.Study) {
		s.Evaluate = record.Evaluate{}
		for i := range s.Arms {
			s.Arms[i].Trained = false
		}
	})
	if _, evaluated := scoring["evaluation"]; evaluated || scoring["training"] != "none, and no evaluation: the study is about scoring only" {
		t.Errorf("a study of scoring: %v", scoring)
	}
	empty, err := outcome.New(&record.Set{Study: record.Study{Arms: []record.Arm{{Name: "a", Select: "all", Trained: true}}}})
	if err != nil {
		t.Fatal(err)
	}
	if facts := Facts(empty); len(facts) > 0 {
		t.Errorf("a study that records none of them has the facts %v", facts)
	}
}

// online has the arm congrad pick pairs while it trains.
func online(s *record.Study) {
	a := &s.Arms[2]
	a.Mode, a.Gradients.RenewEvery, a.Keep = "online", 1, &record.Keep{Share: 0.5}
}
