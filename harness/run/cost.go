package run

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"congrad/harness/config"
	"congrad/harness/record"
)

// cost is what a stage took so far. It depends on time and machine, so it is no part of the stage's artefact: while the stage
// runs it stands in its scratch, afterwards as a note beside the artefact, where later runs that share the stage find it.
type cost struct {
	Seconds float64 `json:"seconds"`
	Calls   int     `json:"calls"`
	Open    bool    `json:"open,omitempty"` // the last call has not ended: it runs, or was killed
	Lost    bool    `json:"lost,omitempty"` // a call was killed, whose seconds are missing
	Peak    int64   `json:"peak_bytes,omitempty"`
	Machine string  `json:"machine,omitempty"` // all of them, should it have moved
}

const costFile = "cost.json"

// beginCost notes that a call works on the stage, and returns what earlier ones took.
func (e *Env) beginCost(s *Stage) (cost, error) {
	data, err := e.scratch(s).Load(costFile)
	if err != nil {
		return cost{}, err
	}
	var c cost
	if data != nil && json.Unmarshal(data, &c) != nil {
		c = cost{Lost: true}
	}
	c.Lost = c.Lost || c.Open
	c.Calls, c.Open = c.Calls+1, true
	switch {
	case c.Machine == "":
		c.Machine = e.Machine
	case !slices.Contains(strings.Split(c.Machine, "; "), e.Machine):
		c.Machine += "; " + e.Machine
	}
	e.memory.begin()
	return c, e.saveCost(s, c)
}

// endCost adds what this call took.
func (e *Env) endCost(c cost, took time.Duration) cost {
	c.Open = false
	c.Seconds += took.Seconds()
	c.Peak = max(c.Peak, e.memory.end())
	return c
}

func (e *Env) saveCost(s *Stage, c cost) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return e.scratch(s).Save(costFile, data)
}

// noteCost leaves a finished stage's cost beside its artefact.
func (e *Env) noteCost(s *Stage, c cost) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return e.Store.PutNote(s.Key, costFile, data)
}

// titles are the kinds of stages in words.
var titles = map[string]string{
	"base": "reading the base model", "further": "training the base model further", "generate": "sampling answers", "judge": "judging", "pairs": "making pairs",
	"reference": "reference log-probs", "unprompted": "log-probs without instructions", "gradients": "per-pair gradients", "select": "selection",
	"fidelity": "exact gradients of a sample", "train": "training", "answer": "answering held-out prompts", "given": "reading the opponent's answers", "compare": "asking a judge", "task": "alignment tax",
}

// Spent is what the stages of a finished plan took, those that earlier calls or other runs did included. Of stages without a note
// nothing but the tokens is known.
func (p *Plan) Spent(e *Env) ([]record.Spent, error) {
	owners := p.owners()
	var list []record.Spent
	for _, s := range p.Stages {
		x := record.Spent{Stage: s.Label, Kind: s.Kind, Key: s.Key, Title: titles[s.Kind], Check: s.Kind == "fidelity"}
		for _, a := range p.Experiment.Arms {
			if owners[s.Key][a.Name] {
				x.Arms = append(x.Arms, a.Name)
			}
		}
		data, err := e.Store.Note(s.Key, costFile)
		if err != nil {
			return nil, err
		}
		var c cost
		if data != nil && json.Unmarshal(data, &c) == nil {
			x.Seconds, x.Calls, x.Lost, x.Peak, x.Machine = c.Seconds, c.Calls, c.Lost, c.Peak, c.Machine
		}
		switch s.Kind {
		case "generate", "answer":
			answers, err := readLines[answer](e, s, "answers")
			if err != nil {
				return nil, err
			}
			for _, a := range answers {
				x.Generated += len(a.Tokens)
			}
		case "train":
			steps, err := readLines[record.Step](e, s, "steps")
			if err != nil {
				return nil, err
			}
			for _, t := range steps {
				x.Trained += t.Tokens
			}
		}
		list = append(list, x)
	}
	return list, nil
}

// owners are the arms that a stage, by its key, is a stage of. What an arm only reads of another, as a random selection its
// counts, stays the other's.
func (p *Plan) owners() map[string]map[string]bool {
	owners := map[string]map[string]bool{}
	own := func(a config.Arm, stages ...*Stage) {
		for _, s := range stages {
			if s == nil {
				continue
			}
			if owners[s.Key] == nil {
				owners[s.Key] = map[string]bool{}
			}
			owners[s.Key][a.Name] = true
		}
	}
	for _, r := range p.rounds {
		own(r.arm, r.generated, r.judged, r.pairs, r.reference, r.unprompted, r.gradients, r.selection, r.fidelity)
		own(r.arm, slices.DeleteFunc(slices.Clone(r.pairs.Inputs), func(s *Stage) bool { return s.Kind != "pairs" })...)
		if r.arm.Trained() {
			own(r.arm, r.train)
		}
	}
	for _, f := range p.finals {
		own(f.arm, f.answer, f.judged, f.compared, p.given, p.givenJudged)
		own(f.arm, f.tasks...)
	}
	for _, s := range p.Stages {
		if s.Kind == "base" || s.Kind == "further" {
			for _, a := range p.Experiment.Arms {
				own(a, s)
			}
		}
	}
	return owners
}
