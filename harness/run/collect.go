package run

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"congrad/harness/data"
	"congrad/harness/lang"
	"congrad/harness/method"
	"congrad/harness/record"
)

// Records gathers what the stages of a finished plan left into the run's records.
func (p *Plan) Records(e *Env, languages lang.Table) (*record.Set, error) {
	study, err := p.study(e, languages)
	if err != nil {
		return nil, err
	}
	set := &record.Set{Study: study}
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
func (p *Plan) study(e *Env, table lang.Table) (record.Study, error) {
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
	var err error
	s.Facts, err = p.facts(e)
	return s, err
}
