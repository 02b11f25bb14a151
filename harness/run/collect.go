package run

import (
	"encoding/json"
	"fmt"
	"slices"

	"congrad/harness/data"
	"congrad/harness/judge"
	"congrad/harness/judge/endpoint"
	"congrad/harness/lang"
	"congrad/harness/method"
	"congrad/harness/record"
	"congrad/harness/train"
	"congrad/harness/world"
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
		if err := r.collect(e, set, p.untouched(), p.Experiment.Base.Steps > 0, started); err != nil {
			return nil, err
		}
	}
	type asked struct {
		seed   uint64
		prompt string
	}
	opponents := map[asked]judgedAnswer{}
	for _, f := range p.finals {
		if p.given != nil {
			f = final{seed: f.seed, arm: f.arm, answer: p.given, judged: p.givenJudged}
		}
		if p.given != nil || f.arm.Name == p.Experiment.Evaluate.Opponent {
			answers, err := f.answers(e)
			if err != nil {
				return nil, err
			}
			for _, a := range answers {
				opponents[asked{f.seed, a.Prompt}] = a
			}
		}
	}
	if len(p.finals) == 0 {
		return set, nil
	}
	prompts, err := e.heldPrompts((&planner{experiment: p.Experiment, env: e}).answerSettings(p.Experiment.Languages.All()))
	if err != nil {
		return nil, err
	}
	addPrompts(set, prompts)
	byID := promptsByID(prompts)
	for _, f := range p.finals {
		answers, err := f.answers(e)
		if err != nil {
			return nil, err
		}
		verdicts, err := p.verdicts(e, f, len(answers))
		if err != nil {
			return nil, err
		}
		for i, a := range answers {
			theirs := opponents[asked{f.seed, a.Prompt}]
			x := record.Evaluation{
				Seed: f.seed, Arm: f.arm.Name, Lang: a.Lang, Prompt: a.Prompt, Cluster: byID[a.Prompt].Cluster, Text: a.Text,
				Tokens: len(a.Tokens), Finished: a.Finished, Known: a.Known, Opponent: theirs.Known, Win: win(a.Known, theirs.Known),
			}
			if p.given != nil {
				x.OpponentText = theirs.Text
			}
			if f.judged != nil {
				x.Score, x.OpponentScore, x.Win = a.score, theirs.score, 0.5
				if x.Score > 0 && x.OpponentScore > 0 {
					x.Win = win(x.Score, x.OpponentScore)
				}
			}
			if verdicts != nil {
				x.Verdict, x.Win = (*record.Verdict)(&verdicts[i]), verdicts[i].Win()
			}
			set.Evaluations = append(set.Evaluations, x)
		}
		for _, s := range f.tasks {
			if err := f.collect(e, s, set); err != nil {
				return nil, err
			}
		}
	}
	return set, nil
}

// untouched is the name of the arm that is: the opponent, where that is an arm.
func (p *Plan) untouched() string {
	if x := p.Experiment; x.FindArm(x.Evaluate.Opponent) == nil {
		return x.Untouched().Name // against a file's answers there is one; the experiment was checked
	}
	return p.Experiment.Evaluate.Opponent
}

// judgedAnswer is an answer to a held-out prompt with the judge's score; 0 where it gave none.
type judgedAnswer struct {
	answer
	score float64
}

// answers are the model's to the held-out prompts.
func (f final) answers(e *Env) ([]judgedAnswer, error) {
	list, err := readLines[answer](e, f.answer, "answers")
	if err != nil {
		return nil, err
	}
	answers := make([]judgedAnswer, len(list))
	for i, a := range list {
		answers[i].answer = a
	}
	if f.judged == nil {
		return answers, nil
	}
	scores, err := readLines[judge.Score](e, f.judged, "scores")
	for i, s := range scores {
		if s.Parsed {
			answers[i].score = s.Value
		}
	}
	return answers, err
}

// verdicts are a server's on the model's answers, nil where none judges. The opponent's own are the same as the opponent's.
func (p *Plan) verdicts(e *Env, f final, n int) ([]endpoint.Verdict, error) {
	if f.compared != nil {
		return readLines[endpoint.Verdict](e, f.compared, "verdicts")
	}
	if p.Experiment.Evaluate.Judge != "endpoint" {
		return nil, nil
	}
	return slices.Repeat([]endpoint.Verdict{{First: 0.5, Second: 0.5, By: endpoint.Same}}, n), nil
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
	language, err := e.languages(r.pairs, r.languages)
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
	codes := r.languages
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
	scores, err := readLines[judge.Score](e, r.judged, "scores")
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
