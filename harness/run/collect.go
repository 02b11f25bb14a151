package run

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"congrad/harness/config"
	"congrad/harness/data"
	"congrad/harness/lang"
	"congrad/harness/method"
	"congrad/harness/nn"
	"congrad/harness/record"
	"congrad/harness/sketch"
)

// Records gathers what the stages of a finished plan left into the run's records.
func (p *Plan) Records(e *Env, languages lang.Table) (*record.Set, error) {
	set := &record.Set{Study: p.study(e, languages)}
	started := map[string]bool{} // generate stages that are recorded
	for _, r := range p.rounds {
		if !started[r.generated.Key] {
			prompts, err := e.preferencePrompts(r.settings)
			if err != nil {
				return nil, err
			}
			addPrompts(set, prompts)
		}
		if err := r.collect(e, set, p.Experiment.Evaluate.Opponent, started); err != nil {
			return nil, err
		}
	}
	opponents := map[uint64][]answer{}
	for _, f := range p.finals {
		if f.arm.Name == p.Experiment.Evaluate.Opponent {
			answers, err := readLines[answer](e, f.answer, "answers")
			if err != nil {
				return nil, err
			}
			opponents[f.seed] = answers
		}
	}
	if len(p.finals) == 0 {
		return set, nil
	}
	prompts, err := e.heldPrompts((&planner{experiment: p.Experiment, env: e}).answerSettings())
	if err != nil {
		return nil, err
	}
	addPrompts(set, prompts)
	byID := promptsByID(prompts)
	for _, f := range p.finals {
		answers, err := readLines[answer](e, f.answer, "answers")
		if err != nil {
			return nil, err
		}
		for i, a := range answers {
			theirs := opponents[f.seed][i]
			set.Evaluations = append(set.Evaluations, record.Evaluation{
				Seed: f.seed, Arm: f.arm.Name, Lang: a.Lang, Prompt: a.Prompt, Cluster: byID[a.Prompt].Cluster, Text: a.Text,
				Tokens: len(a.Tokens), Finished: a.Finished, Known: a.Known, Opponent: theirs.Known, Win: win(a.Known, theirs.Known),
			})
		}
		for _, s := range f.tasks {
			if err := f.collect(e, s, set); err != nil {
				return nil, err
			}
		}
	}
	return set, nil
}

// addPrompts records prompts that are not recorded yet.
func addPrompts(set *record.Set, prompts []data.Prompt) {
	there := map[string]bool{}
	for _, p := range set.Prompts {
		there[p.ID] = true
	}
	for _, p := range prompts {
		if !there[p.ID] {
			there[p.ID] = true
			set.Prompts = append(set.Prompts, record.Prompt{ID: p.ID, Lang: p.Lang, Text: p.Text, Right: p.Right})
		}
	}
}

// win is 1 for the better score, 0 for the worse, a half for equal ones.
func win(ours, theirs float64) float64 {
	switch {
	case ours > theirs:
		return 1
	case ours < theirs:
		return 0
	}
	return 0.5
}

// collect adds a task's items.
func (f final) collect(e *Env, s *Stage, set *record.Set) error {
	a, err := e.Store.Get(s.Key)
	if err != nil {
		return err
	}
	if a.Meta.Files[0].Name == "choices.jsonl" {
		list, err := readLines[record.Choice](e, s, "choices")
		for _, c := range list {
			c.Seed, c.Arm = f.seed, f.arm.Name
			set.Choices = append(set.Choices, c)
		}
		return err
	}
	list, err := readLines[record.Passage](e, s, "passages")
	for _, x := range list {
		x.Seed, x.Arm = f.seed, f.arm.Name
		set.Passages = append(set.Passages, x)
	}
	return err
}

// collect adds a round. Answers that several arms share are recorded once, under the untouched arm's name.
func (r *round) collect(e *Env, set *record.Set, untouched string, started map[string]bool) error {
	if !started[r.generated.Key] {
		started[r.generated.Key] = true
		who := r.arm.Name
		if r.iteration == 1 {
			who = untouched
		}
		if err := r.collectAnswers(e, set, who); err != nil {
			return err
		}
	}
	pairs, err := readLines[pair](e, r.pairs, "pairs")
	if err != nil {
		return err
	}
	chosen := selectAll(len(pairs))
	if r.selection != nil {
		if chosen, err = readLines[choice](e, r.selection, "choices"); err != nil {
			return err
		}
	}
	for i, p := range pairs {
		set.Pairs = append(set.Pairs, record.Pair{
			Seed: r.seed, Arm: r.arm.Name, Iteration: r.iteration, Lang: p.Lang, Prompt: p.Prompt, Chosen: p.Chosen.Text, Rejected: p.Rejected.Text,
			ChosenTokens: len(p.Chosen.Tokens), RejectedTokens: len(p.Rejected.Tokens), Gap: p.Gap, KnownGap: p.KnownGap,
			Score: chosen[i].Score, Rank: chosen[i].Rank, Kept: chosen[i].Kept,
		})
	}
	if r.selector.Reads == method.ReadsConsensus {
		data, err := e.read(r.selection, "consensus.json")
		if err != nil {
			return err
		}
		var c record.Consensus
		if err := json.Unmarshal(data, &c); err != nil {
			return fmt.Errorf("%s: %w", r.selection.Label, err)
		}
		c.Seed, c.Arm, c.Iteration = r.seed, r.arm.Name, r.iteration
		set.Consensus = append(set.Consensus, c)
	}
	if r.fidelity != nil {
		compared, err := r.compare(e, pairs, chosen)
		if err != nil {
			return err
		}
		set.Fidelity = append(set.Fidelity, compared...)
	}
	if !r.arm.Trained() {
		return nil
	}
	steps, err := readLines[record.Step](e, r.train, "steps")
	for _, s := range steps {
		s.Seed, s.Arm, s.Iteration = r.seed, r.arm.Name, r.iteration
		set.Steps = append(set.Steps, s)
	}
	return err
}

func (r *round) collectAnswers(e *Env, set *record.Set, who string) error {
	answers, err := readLines[answer](e, r.generated, "answers")
	if err != nil {
		return err
	}
	scores, err := readLines[struct {
		Value  float64
		Parsed bool
	}](e, r.judged, "scores")
	if err != nil {
		return err
	}
	for i, a := range answers {
		set.Answers = append(set.Answers, record.Answer{
			Seed: r.seed, Arm: who, Iteration: r.iteration, Lang: a.Lang, Prompt: a.Prompt, Sample: a.Sample, Text: a.Text, Tokens: len(a.Tokens),
			Finished: a.Finished, Score: scores[i].Value, Parsed: scores[i].Parsed, Known: a.Known,
		})
	}
	counts, err := readLines[record.Pairing](e, r.pairs, "pairing")
	for _, c := range counts {
		c.Seed, c.Arm, c.Iteration = r.seed, who, r.iteration
		set.Pairing = append(set.Pairing, c)
	}
	return err
}

// study describes the experiment for its reports.
func (p *Plan) study(e *Env, table lang.Table) record.Study {
	x := p.Experiment
	s := record.Study{
		Name: x.Name, Title: x.Title, Seeds: x.Seeds, Iterations: x.Iterations, Tasks: x.Evaluate.Tasks, Partial: strings.Join(x.Partial, ", "), Backend: e.Backend, Opponent: x.Evaluate.Opponent,
		Parameters: e.Base.Config.Parameters(),
	}
	for _, a := range x.Arms {
		selector, _ := method.FindSelector(a.Select) // the experiment was checked
		arm := record.Arm{Name: a.Name, Caption: a.Caption, Trained: a.Trained(), Measure: selector.Measure}
		if selector.Reads.Gradients() {
			of := sketchOf(a.ConGrad)
			arm.Sketch, arm.Rank = of.Family(), of.Rank
		}
		s.Arms = append(s.Arms, arm)
	}
	for _, code := range x.Languages.All() {
		l, _ := table.Find(code) // the experiment was checked against the table
		s.Languages = append(s.Languages, record.Language{
			Code: code, Name: l.Name, Direction: l.Direction, Seen: slices.Contains(x.Languages.Seen, code), UnderRepresented: slices.Contains(x.Languages.UnderRepresented, code),
		})
	}
	s.Facts = p.facts(e)
	return s
}

// facts are the figures of the study that the report quotes. They depend on neither time nor machine.
func (p *Plan) facts(e *Env) []record.Fact {
	x, c := p.Experiment, e.Base.Config
	plan := planner{experiment: x}
	facts := []record.Fact{
		{Name: "model", Value: fmt.Sprintf("%s: %d parameters (%d layers, width %d, %d tokens), weights %s", x.Model, c.Parameters(), c.Layers, c.Hidden, c.Vocab, e.Base.Weights.Hash()[:12])},
		{Name: "prompts", Value: fmt.Sprintf("%d per seen language and iteration, %d answers each at temperature %g and top-p %g", plan.limited(x.Prompts.PerLanguage), x.Generate.Samples, x.Generate.Temperature, x.Generate.TopP)},
		{Name: "judge", Value: x.Judge.Kind},
		{Name: "loss", Value: lossInWords(x.Loss)},
		{Name: "training", Value: fmt.Sprintf("AdamW, peak rate %g (%s), %d pairs a step, %d epoch(s)", x.Train.LearningRate, x.Train.Schedule, x.Train.BatchPairs, x.Train.Epochs)},
		{Name: "evaluation", Value: fmt.Sprintf("greedy answers to at most %d prompts per language of the %s split", plan.limited(x.Evaluate.PerLanguage), x.Evaluate.Split)},
	}
	for i, a := range x.Arms {
		if own := ownValues(x.Changed(i), a); own != "" {
			facts = append(facts, record.Fact{Name: a.Name + ": changed from the experiment", Value: own})
		}
		selector, _ := method.FindSelector(a.Select)
		if selector.Reads.Gradients() {
			numbers := sketch.Numbers(c, sketchOf(a.ConGrad))
			facts = append(facts,
				record.Fact{Name: a.Name + ": sketch", Value: fmt.Sprintf("%s: %d numbers per gradient (%.1f %% of the parameters); norm gains, embedding and head are left out", sketched(a.ConGrad), numbers, 100*float64(numbers)/float64(c.Parameters()))})
			if selector.Reads == method.ReadsConsensus {
				added, weights := sketch.Bytes(numbers, len(x.Languages.Seen)), 4*c.Parameters()
				facts = append(facts,
					record.Fact{Name: a.Name + ": state added", Value: fmt.Sprintf("%.2f MB for %d languages and the consensus, beside %.2f MB of weights", float64(added)/1e6, len(x.Languages.Seen), float64(weights)/1e6)})
			}
			facts = append(facts, record.Fact{Name: a.Name + ": compared with", Value: comparedWith(a.ConGrad, selector.Reads)})
		}
		if a.Ranks() {
			facts = append(facts, record.Fact{Name: a.Name + ": kept", Value: kept(a.Keep)})
		}
	}
	return facts
}

// comparedWith words what pairs are compared with, and how.
func comparedWith(c config.ConGrad, reads method.Reading) string {
	if reads == method.ReadsHeldBack {
		return fmt.Sprintf("mean gradient of the %g %% of each language's pairs that are held back, by %s", 100*c.HeldBack, c.Similarity)
	}
	with := fmt.Sprintf("%s gradient of the own language", c.LanguageGradient)
	if reads == method.ReadsConsensus {
		with = fmt.Sprintf("consensus: %s of %s gradients by %s", c.Aggregator, c.LanguageGradient, map[bool]string{true: "direction", false: "length"}[c.Normalise == "unit"])
	}
	with += ", by " + c.Similarity
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
		if uses(a, o.Key) {
			list = append(list, fmt.Sprintf("%s %v", strings.ReplaceAll(name, "_", " "), o.Value))
		}
	}
	return strings.Join(list, ", ")
}

// uses reports whether the key of a table makes a difference to the arm.
func uses(a config.Arm, key string) bool {
	selector, _ := method.FindSelector(a.Select)
	switch table, _, _ := strings.Cut(key, "."); {
	case table == "keep":
		return a.Ranks()
	case table == "train":
		return a.Trained()
	case table != "congrad":
		return a.MeetsPairs()
	}
	switch key {
	case "congrad.normalise", "congrad.aggregator":
		return selector.Reads == method.ReadsConsensus
	case "congrad.fidelity_pairs", "congrad.fidelity_seeds":
		return a.Select == "congrad"
	case "congrad.held_back":
		return selector.Reads == method.ReadsHeldBack
	case "congrad.language_gradient", "congrad.ema_decay", "congrad.leave_one_out":
		return selector.Reads.Gradients() && selector.Reads != method.ReadsHeldBack
	}
	return selector.Reads.Gradients()
}

// lossInWords names the loss and its parameters.
func lossInWords(l config.Loss) string {
	words := l.Kind
	for _, k := range nn.PreferenceLosses {
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
		return fmt.Sprintf("both sides, rank %d", c.SketchRank)
	}
	return fmt.Sprintf("one side, rank %d", c.SketchRank)
}
