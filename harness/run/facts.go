package run

import (
	"fmt"
	"strings"

	"congrad/eval/task"
	"congrad/harness/bench"
	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/kind"
	"congrad/harness/kind/filtering"
	"congrad/harness/loss"
	"congrad/harness/method"
	"congrad/harness/model"
	"congrad/harness/record"
	"congrad/harness/sketch"
	"congrad/harness/stage"
	"congrad/harness/store"
)

// facts are the figures of the study that the report quotes. They depend on neither time nor machine.
func (p *Plan) facts(st *store.Store, b *bench.Bench) ([]record.Fact, error) {
	x, base, c := p.Experiment, b.Base.Config, b.Config // c is what is trained
	weights, err := b.Base.Hash()
	if err != nil {
		return nil, err
	}
	facts := []record.Fact{
		{Name: "model", Value: fmt.Sprintf("%s: %d parameters (%d layers, width %d, %d tokens), weights %s", x.Model, base.Parameters(), base.Layers, base.Hidden, base.Vocab, weights[:12])},
		{Name: "prompts", Value: fmt.Sprintf("%d per seen language and iteration, %d answers each at temperature %g and top-p %g", p.limited(x.Prompts.PerLanguage), x.Generate.Samples, x.Generate.Temperature, x.Generate.TopP)},
		{Name: "judge", Value: judgeInWords(x.Judge)},
		{Name: "loss", Value: lossInWords(x.Loss)},
	}
	if x.Trains() {
		facts = append(facts,
			record.Fact{Name: "training", Value: fmt.Sprintf("AdamW, peak rate %g (%s), %d pairs a step, %d epoch(s)%s", x.Train.LearningRate, x.Train.Schedule, x.Train.BatchPairs, x.Train.Epochs, combinedBy(x.Train))},
			record.Fact{Name: "evaluation", Value: fmt.Sprintf("greedy answers to at most %d prompts per language of the %s split%s", p.limited(x.Evaluate.PerLanguage), x.Evaluate.Split, judgedBy(x.Evaluate))})
		if f := p.AnswerFile(b); f != nil {
			facts = append(facts, record.Fact{Name: "opponent", Value: fmt.Sprintf("the answers of %s: %d rows, %d of them to these prompts, SHA-256 %s", f.Path, f.Rows, f.Used, f.SHA256)})
		}
	} else {
		facts = append(facts, record.Fact{Name: "training", Value: "none, and no evaluation: the study is of scoring"})
	}
	for _, t := range p.tasks {
		if t.Spec != nil && x.Trains() {
			facts = append(facts, record.Fact{Name: "task " + t.Name, Value: taskInWords(t, b.Exams[t.Name], x.Languages.All(), p.limited(x.Evaluate.TaskItems))})
		}
	}
	if x.LoRA.Rank > 0 {
		facts = append(facts, record.Fact{Name: "adapters", Value: fmt.Sprintf("LoRA of rank %d, alpha %g, %s; %d parameters are trained (%.2f %%)", x.LoRA.Rank, x.LoRA.Alpha, adaptedLayers(x.LoRA.Layers), c.Parameters(), 100*float64(c.Parameters())/float64(base.Parameters()))})
	}
	if x.Precision != "float32" {
		facts = append(facts, record.Fact{Name: "precision", Value: "products with the blocks' matrices in " + x.Precision})
	}
	if x.Base.Steps > 0 {
		f := b.Recipe.Further(b.World, x.Base.SharedShare, x.Base.Steps).Recipe
		facts = append(facts, record.Fact{Name: "base model", Value: fmt.Sprintf("trained further for %d steps of %d examples, %g %% of their defects shared, peak rate %g", f.Train.Steps, f.Train.Batch, 100*f.World.SharedShare, f.Train.LearningRate)})
	}
	for i, a := range x.Arms {
		if own := ownValues(x.Changed(i), a); own != "" {
			facts = append(facts, record.Fact{Name: a.Name + ": changed from the experiment", Value: own})
		}
		selector, _ := method.FindSelector(a.Select)
		if selector.Reads.Gradients() {
			a.ConGrad = filtering.Comparing(a)
			numbers := sketch.Numbers(c, filtering.SketchOf(a.ConGrad))
			facts = append(facts,
				record.Fact{Name: a.Name + ": sketch", Value: fmt.Sprintf("%s: %d numbers per gradient (%.1f %% of the parameters)%s; %s", sketched(a.ConGrad), numbers, 100*float64(numbers)/float64(c.Parameters()), hashed(c, a.ConGrad), compared(a.ConGrad))})
			if selector.Reads == method.ReadsConsensus {
				added, weights := sketch.Bytes(numbers, len(a.Meets(x.Languages.Seen))), 4*c.Parameters()
				facts = append(facts,
					record.Fact{Name: a.Name + ": state added", Value: fmt.Sprintf("%.2f MB for %d languages and the consensus, beside %.2f MB of weights", float64(added)/1e6, len(a.Meets(x.Languages.Seen)), float64(weights)/1e6)})
			}
			if !a.Online() { // which has no more of them at a time than those of a batch
				together, err := p.together(st, a, numbers)
				if err != nil {
					return nil, err
				}
				facts = append(facts, record.Fact{Name: a.Name + ": pairs' sketches", Value: together})
			}
			facts = append(facts, record.Fact{Name: a.Name + ": compared with", Value: comparedWith(a.ConGrad, selector.Reads)})
		}
		if len(a.Without) > 0 {
			facts = append(facts, record.Fact{Name: a.Name + ": does without", Value: "the pairs of " + strings.Join(a.Without, ", ")})
		}
		if a.Mono() {
			facts = append(facts, record.Fact{Name: a.Name + ": models", Value: fmt.Sprintf("one for each of the %d seen languages, trained on its pairs alone and evaluated in it alone", len(x.Languages.Seen))})
		}
		switch {
		case a.Online():
			facts = append(facts, record.Fact{Name: a.Name + ": kept", Value: keptOnline(a)})
		case a.Ranks():
			facts = append(facts, record.Fact{Name: a.Name + ": kept", Value: kept(a.Keep)})
		}
		if a.Trained() && a.Train.Surgery() {
			most := min(len(x.Languages.Seen), a.Train.BatchPairs)
			facts = append(facts, record.Fact{Name: a.Name + ": in each step", Value: fmt.Sprintf("gradients of the languages in the batch%s; up to %d are in memory together, %.2f MB", combinedBy(a.Train), most, 4*float64(most*c.Parameters())/1e6)})
		}
	}
	return facts, nil
}

// together is what the sketches of a round's pairs take while they are scored, in the arm's largest round.
func (p *Plan) together(st *store.Store, a config.Arm, numbers int) (string, error) {
	if a.ConGrad.Sketch == sketch.Exact {
		return "none: exact gradients are made twice and not kept", nil
	}
	most := 0
	for _, r := range p.rounds {
		if r.arm.Name == a.Name {
			list, err := kind.Pairs(stage.Shelf{Store: st}, r.pairs.Key)
			if err != nil {
				return "", err
			}
			most = max(most, len(list))
		}
	}
	text := fmt.Sprintf("%.1f MB while scoring (%d pairs in the largest round, %d bytes each)", 4e-6*float64(most*numbers), most, 4*numbers)
	if n := filtering.Passes(1e6*p.Experiment.Batch.SketchMB, most, numbers); n > 1 {
		text += fmt.Sprintf(", in %d passes of at most %d MB", n, p.Experiment.Batch.SketchMB)
	}
	return text, nil
}

// combinedBy words what becomes of the languages' gradients in a step, nothing where they have none of their own.
func combinedBy(t config.Train) string {
	if !t.Surgery() {
		return ""
	}
	return ", combined by " + t.Aggregator
}

// judgeInWords names the judge and what is done to its scores.
func judgeInWords(j config.Judge) string {
	if j.Noise == 0 {
		return j.Kind
	}
	return fmt.Sprintf("%s, %g %% of its scores replaced at random", j.Kind, 100*j.Noise)
}

// judgedBy names the judge of the evaluation where it is not the known answer.
func judgedBy(v config.Evaluate) string {
	switch v.Judge {
	case "self":
		return ", judged by the model that all arms start from"
	case "endpoint":
		return fmt.Sprintf(", compared by %s at %s in both orders", v.Endpoint.Model, v.Endpoint.URL)
	}
	return ""
}

// comparedWith words what pairs are compared with, and how.
func comparedWith(c config.ConGrad, reads method.Reading) string {
	if reads.HeldBack() {
		with := fmt.Sprintf("mean gradient of the %g %% of each language's pairs that are held back, by %s", 100*c.HeldBack, c.Similarity)
		if reads == method.ReadsHeldBackAdam {
			with += "; the pairs' own gradients scaled as Adam's updates would be at the iteration's start"
		}
		return with
	}
	with := fmt.Sprintf("%s gradient of the own language", c.LanguageGradient)
	if reads == method.ReadsConsensus {
		with = fmt.Sprintf("consensus: %s of %s gradients by %s", c.Aggregator, c.LanguageGradient, map[bool]string{true: "direction", false: "length"}[c.Normalise == "unit"])
	}
	with += ", by " + c.Similarity
	if c.Mode == "online" && reads == method.ReadsConsensus {
		return with + ", each batch before it enters"
	}
	if c.LeaveOneOut {
		with += ", own share left out"
	}
	return with
}

// ownValues words what an arm changes of the experiment, as far as it uses it.
func ownValues(changed []config.Origin, a config.Arm) string {
	var list []string
	for _, o := range changed {
		table, name, _ := strings.Cut(o.Key, ".")
		if name == "kind" {
			name = table // "loss hinge"
		}
		if o.Key == "train.aggregator" {
			name = "aggregator of steps" // the filter has one too
		}
		if uses(a, o.Key) {
			list = append(list, fmt.Sprintf("%s %v", strings.ReplaceAll(name, "_", " "), o.Value))
		}
	}
	if len(a.Without) > 0 {
		list = append(list, "without "+strings.Join(a.Without, " "))
	}
	return strings.Join(list, ", ")
}

// uses reports whether the key of a table makes a difference to the arm.
func uses(a config.Arm, key string) bool {
	selector, _ := method.FindSelector(a.Select)
	switch table, _, _ := strings.Cut(key, "."); {
	case table == "keep":
		return a.Ranks() && (key != "keep.quota" || !a.Online())
	case table == "train":
		return a.Trained()
	case table != "congrad":
		return a.MeetsPairs()
	}
	switch key {
	case "congrad.mode":
		return a.Select == "congrad"
	case "congrad.renew_every", "congrad.resample_every":
		return a.Online()
	case "congrad.normalise", "congrad.aggregator":
		return selector.Reads == method.ReadsConsensus
	case "congrad.fidelity_pairs", "congrad.fidelity_seeds":
		return a.Select == "congrad" && !a.Online()
	case "congrad.held_back":
		return selector.Reads.HeldBack()
	case "congrad.language_gradient", "congrad.ema_decay", "congrad.leave_one_out":
		return selector.Reads.Gradients() && !selector.Reads.HeldBack()
	case "congrad.sketch", "congrad.sketch_rank", "congrad.projection", "congrad.sketch_numbers":
		return selector.Reads.Gradients() && selector.Reads != method.ReadsHeldBackAdam
	}
	return selector.Reads.Gradients()
}

// lossInWords names the loss and its parameters.
func lossInWords(l config.Loss) string {
	words := l.Kind
	for _, k := range loss.Kinds() {
		if k.Name == l.Kind {
			words = k.Title
		}
	}
	words += fmt.Sprintf(", beta %g", l.Beta)
	for _, p := range l.Parameters() {
		words += fmt.Sprintf(", %s %g", strings.ReplaceAll(p.Key, "_", " "), p.Value)
		if p.Key == "length_penalty" {
			words += " per token"
		}
	}
	return words
}

// kept words which pairs are trained on.
func kept(k config.Keep) string {
	switch {
	case k.ByThreshold():
		return fmt.Sprintf("pairs that score at least %g", k.Threshold)
	case k.Quota == "global":
		return fmt.Sprintf("the best %g %% of all pairs together", 100*k.Share)
	}
	return fmt.Sprintf("the best %g %% of each language's pairs", 100*k.Share)
}

// sketched words how gradients are compressed.
func sketched(c config.ConGrad) string {
	switch c.Sketch {
	case sketch.Exact:
		return "not compressed"
	case sketch.Logra:
		return fmt.Sprintf("both sides, rank %d%s", c.SketchRank, matrices(c))
	}
	return fmt.Sprintf("one side, rank %d%s", c.SketchRank, matrices(c))
}

// matrices words by what sides are compressed, where it is not the default.
func matrices(c config.ConGrad) string {
	if c.Projection == sketch.Gaussian {
		return ""
	}
	return ", " + c.Projection
}

// hashed words what the weights' sketches together are added up from.
func hashed(m model.Config, c config.ConGrad) string {
	whole, cut := filtering.SketchOf(c), filtering.SketchOf(c)
	whole.Numbers = 0
	if sketch.Numbers(m, whole) == sketch.Numbers(m, cut) {
		return ""
	}
	return fmt.Sprintf(", added up from %d", sketch.Numbers(m, whole))
}

// compared words which weights' gradients are.
func compared(c config.ConGrad) string {
	switch c.Layers {
	case model.Attention:
		return "only the attention's matrices are compared"
	case model.MLP:
		return "only the MLP's matrices are compared"
	case model.Last:
		return "only the last block's matrices are compared"
	}
	return "norm gains, embedding and head are left out"
}

// adaptedLayers words which weights have adapters.
func adaptedLayers(layers string) string {
	switch layers {
	case model.Attention:
		return "in the attention"
	case model.MLP:
		return "in the MLP"
	case model.Last:
		return "in the last block"
	}
	return "in all matrices of the blocks"
}

// taskInWords says what a task from files asked, and of what files.
func taskInWords(t task.Task, x *data.Exam, languages []string, per int) string {
	s := t.Spec
	asked := 0
	for _, lang := range languages {
		asked += min(per, x.Count(lang))
	}
	text := fmt.Sprintf("%d items", asked)
	if t.Kind != task.Text {
		text += fmt.Sprintf(", %d solved before each, %s layout", s.Shots.Number, s.Prompt.Layout)
	}
	for i, f := range x.Files() {
		text += map[bool]string{true: "; ", false: ", "}[i == 0] + fmt.Sprintf("%s (%d rows, SHA-256 %.12s)", f.Path, f.Rows, f.SHA256)
	}
	return text
}

// keptOnline words which pairs of a batch are trained on.
func keptOnline(a config.Arm) string {
	which := fmt.Sprintf("the best %g %% of each batch", 100*a.Keep.Share)
	if a.Keep.ByThreshold() {
		which = fmt.Sprintf("pairs of each batch that score at least %g", a.Keep.Threshold)
	}
	return fmt.Sprintf("%s, all of the first %d; the consensus is renewed every %d batch(es)", which, a.ConGrad.RenewEvery, a.ConGrad.RenewEvery)
}
