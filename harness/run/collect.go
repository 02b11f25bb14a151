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
	"congrad/harness/train"
	"congrad/harness/world"
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
		if err := r.collect(e, set, p.Experiment.Evaluate.Opponent, p.Experiment.Base.Steps > 0, started); err != nil {
			return nil, err
		}
	}
	type asked struct {
		seed   uint64
		prompt string
	}
	opponents := map[asked]answer{}
	for _, f := range p.finals {
		if f.arm.Name == p.Experiment.Evaluate.Opponent {
			answers, err := readLines[answer](e, f.answer, "answers")
			if err != nil {
				return nil, err
			}
			for _, a := range answers {
				opponents[asked{f.seed, a.Prompt}] = a
			}
		}
	}
	prompts, err := e.heldPrompts((&planner{experiment: p.Experiment, env: e}).answerSettings(p.Experiment.Languages.All()))
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
		for _, a := range answers {
			theirs := opponents[asked{f.seed, a.Prompt}]
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

// collect adds a round; diagnosed has the defects of its answers counted. Answers that several arms share are recorded once, under the untouched arm's name.
func (r *round) collect(e *Env, set *record.Set, untouched string, diagnosed bool, started map[string]bool) error {
	if !started[r.generated.Key] {
		started[r.generated.Key] = true
		who := r.arm.Name
		if r.iteration == 1 {
			who = untouched
		}
		if err := r.collectAnswers(e, set, who, diagnosed); err != nil {
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
	met, err := r.met(e, chosen)
	if err != nil {
		return err
	}
	for i, p := range pairs {
		if r.lang != "" && p.Lang != r.lang {
			continue // another model of the arm trains on it
		}
		set.Pairs = append(set.Pairs, record.Pair{
			Seed: r.seed, Arm: r.arm.Name, Iteration: r.iteration, Lang: p.Lang, Prompt: p.Prompt, Chosen: p.Chosen.Text, Rejected: p.Rejected.Text,
			ChosenTokens: len(p.Chosen.Tokens), RejectedTokens: len(p.Rejected.Tokens), Gap: p.Gap, KnownGap: p.KnownGap, Planted: p.Planted,
			Score: chosen[i].Score, Rank: chosen[i].Rank, Kept: chosen[i].Kept,
			Met: met[i],
		})
	}
	if r.selector.Reads == method.ReadsConsensus {
		data, err := e.read(r.selection, "consensus.json")
		if err != nil {
			return err
		}
		var c *record.Consensus
		if err := json.Unmarshal(data, &c); err != nil {
			return fmt.Errorf("%s: %w", r.selection.Label, err)
		}
		if c != nil { // picking pairs while training may end before there is one
			if r.gradients != nil {
				if c.Squares, err = r.squares(e, pairs); err != nil {
					return err
				}
			}
			c.Seed, c.Arm, c.Iteration = r.seed, r.arm.Name, r.iteration
			set.Consensus = append(set.Consensus, *c)
		}
	}
	if r.fidelity != nil {
		exact, err := readLines[exactScore](e, r.fidelity, "scores")
		if err != nil {
			return err
		}
		for _, x := range exact {
			set.Fidelity = append(set.Fidelity, record.Fidelity{
				Seed: r.seed, Arm: r.arm.Name, Iteration: r.iteration, Lang: pairs[x.Pair].Lang, Prompt: pairs[x.Pair].Prompt,
				Exact: x.Score, Sketched: chosen[x.Pair].Score,
			})
		}
	}
	steps, err := readLines[record.Step](e, r.train, "steps")
	for _, s := range steps {
		s.Seed, s.Arm, s.Iteration, s.Lang = r.seed, r.arm.Name, r.iteration, r.lang
		set.Steps = append(set.Steps, s)
	}
	return err
}

// met is how often training met each pair, nil where that is once an epoch for every kept one.
func (r *round) met(e *Env, chosen []choice) ([]*int, error) {
	met := make([]*int, len(chosen))
	t := r.arm.Train
	if t.Temperature == 1 {
		return met, nil
	}
	language, err := e.languages(r.pairs, r.settings.Languages)
	if err != nil {
		return nil, err
	}
	var at, of []int // the kept pairs and their languages
	for i, c := range chosen {
		if c.Kept {
			at, of = append(at, i), append(of, language[i])
		}
	}
	for k, times := range train.Met(of, t.Temperature, t.Epochs, r.seed, fmt.Sprint(r.iteration)) {
		met[at[k]] = &times
	}
	return met, nil
}

// squares are the mean square lengths of the gradients of each seen language's pairs; zero without pairs. The scoring round
// knows them, whatever the selection made of it.
func (r *round) squares(e *Env, pairs []pair) ([]float64, error) {
	scored, _, err := e.readRound(r.gradients, nil)
	if err != nil {
		return nil, err
	}
	codes := r.settings.Languages
	squares, counts := make([]float64, len(codes)), make([]float64, len(codes))
	for i, p := range pairs {
		k := slices.Index(codes, p.Lang)
		squares[k] += scored.Pairs.Square[i]
		counts[k]++
	}
	for k, n := range counts {
		if n > 0 {
			squares[k] /= n
		}
	}
	return squares, nil
}

func (r *round) collectAnswers(e *Env, set *record.Set, who string, diagnosed bool) error {
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
	families := map[string]map[world.Family]int{}
	if diagnosed {
		families = countFamilies(e, answers)
	}
	for _, c := range counts {
		c.Seed, c.Arm, c.Iteration = r.seed, who, r.iteration
		c.Shared, c.Parochial = families[c.Lang][world.Shared], families[c.Lang][world.Parochial]
		set.Pairing = append(set.Pairing, c)
	}
	return err
}

// countFamilies tells by language how many answers have a defect of each family.
func countFamilies(e *Env, answers []answer) map[string]map[world.Family]int {
	counts := map[string]map[world.Family]int{}
	diagnosis := e.World.Diagnose()
	for _, a := range answers {
		if counts[a.Lang] == nil {
			counts[a.Lang] = map[world.Family]int{}
		}
		counts[a.Lang][diagnosis.Family(a.Prompt, a.Text)]++
	}
	return counts
}

// study describes the experiment for its reports.
func (p *Plan) study(e *Env, table lang.Table) record.Study {
	x := p.Experiment
	s := record.Study{
		Name: x.Name, Title: x.Title, Seeds: x.Seeds, Iterations: x.Iterations, Tasks: x.Evaluate.Tasks, Partial: strings.Join(x.Partial, ", "), Backend: e.Backend, Opponent: x.Evaluate.Opponent,
	}
	for _, a := range x.Arms {
		selector, _ := method.FindSelector(a.Select) // the experiment was checked
		arm := record.Arm{Name: a.Name, Caption: a.Caption, Trained: a.Trained(), Measure: selector.Measure}
		if a.Mono() {
			arm.Languages = x.Languages.Seen
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
		{Name: "judge", Value: judgeInWords(x.Judge)},
		{Name: "loss", Value: lossInWords(x.Loss)},
		{Name: "training", Value: fmt.Sprintf("AdamW, peak rate %g (%s), %d pairs a step, %d epoch(s)%s", x.Train.LearningRate, x.Train.Schedule, x.Train.BatchPairs, x.Train.Epochs, combinedBy(x.Train))},
		{Name: "evaluation", Value: fmt.Sprintf("greedy answers to at most %d prompts per language of the %s split", plan.limited(x.Evaluate.PerLanguage), x.Evaluate.Split)},
	}
	if x.Base.Steps > 0 {
		f := e.Recipe.Further(e.World, x.Base.SharedShare, x.Base.Steps).Recipe
		facts = append(facts, record.Fact{Name: "base model", Value: fmt.Sprintf("trained further for %d steps of %d examples, %g %% of their defects shared, peak rate %g", f.Train.Steps, f.Train.Batch, 100*f.World.SharedShare, f.Train.LearningRate)})
	}
	for i, a := range x.Arms {
		if own := ownValues(x.Changed(i), a); own != "" {
			facts = append(facts, record.Fact{Name: a.Name + ": changed from the experiment", Value: own})
		}
		selector, _ := method.FindSelector(a.Select)
		if selector.Reads.Gradients() {
			if selector.Reads == method.ReadsHeldBackAdam {
				a.ConGrad.Sketch = sketch.Exact // whatever the arm says
			}
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
	return facts
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
	return strings.Join(list, ", ")
}

// uses reports whether the key of a table makes a difference to the arm.
func uses(a config.Arm, key string) bool {
	selector, _ := method.FindSelector(a.Select)
	switch table, _, _ := strings.Cut(key, "."); {
	case table == "keep":
		return a.Ranks() && (key != "keep.quota" || !a.Online())
	case table != "congrad":
		return a.Trained()
	}
	switch key {
	case "congrad.mode":
		return a.Select == "congrad"
	case "congrad.renew_every", "congrad.resample_every":
		return a.Online()
	case "congrad.normalise", "congrad.aggregator":
		return selector.Reads == method.ReadsConsensus
	case "congrad.fidelity_pairs":
		return a.Select == "congrad" && !a.Online()
	case "congrad.held_back":
		return selector.Reads.HeldBack()
	case "congrad.language_gradient", "congrad.ema_decay", "congrad.leave_one_out":
		return selector.Reads.Gradients() && !selector.Reads.HeldBack()
	case "congrad.sketch", "congrad.sketch_rank":
		return selector.Reads.Gradients() && selector.Reads != method.ReadsHeldBackAdam
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
