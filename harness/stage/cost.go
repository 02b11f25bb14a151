package stage

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"congrad/harness/store"
)

// Cost is what a stage took so far. It depends on time and machine, so it is no part of the stage's artefact: while the stage
// runs it is in its scratch, afterwards a note next to the artefact, where later runs that share the stage find it.
type Cost struct {
	Seconds float64 `json:"seconds"`
	Calls   int     `json:"calls"`
	Open    bool    `json:"open,omitempty"`       // the last call has not ended: it runs, or was killed
	Lost    bool    `json:"lost,omitempty"`       // a call was killed, whose seconds are missing
	Peak    int64   `json:"peak_bytes,omitempty"` // most memory that the process held meanwhile, other stages' included
	Machine string  `json:"machine,omitempty"`    // all of them, should it have moved
}

const costFile = "cost.json"

// CostOf reads what a finished stage took; false where nobody noted it.
func CostOf(s *store.Store, key Ref) (c Cost, known bool, err error) {
	data, err := s.Note(string(key), costFile)
	if err != nil || data == nil {
		return c, false, err
	}
	return c, json.Unmarshal(data, &c) == nil, nil
}

// beginCost notes that a call works on the stage, and returns what earlier ones took.
func (x *Executor) beginCost(s *Stage) (Cost, error) {
	data, err := x.Store.Scratch(string(s.Key)).Load(costFile)
	if err != nil {
		return Cost{}, err
	}
	var c Cost
	if data == nil && x.Store.Scratch(string(s.Key)).Has(costFile) || data != nil && json.Unmarshal(data, &c) != nil {
		c = Cost{Lost: true}
	}
	c.Lost = c.Lost || c.Open
	c.Calls, c.Open = c.Calls+1, true
	switch {
	case c.Machine == "":
		c.Machine = x.Machine
	case !slices.Contains(strings.Split(c.Machine, "; "), x.Machine):
		c.Machine += "; " + x.Machine
	}
	x.memory.begin(s.Key)
	return c, saveCost(x.Store, s.Key, c)
}

// endCost adds what this call took.
func (x *Executor) endCost(s *Stage, c Cost, took time.Duration) Cost {
	c.Open = false
	c.Seconds += took.Seconds()
	c.Peak = max(c.Peak, x.memory.end(s.Key))
	return c
}

func saveCost(s *store.Store, key Ref, c Cost) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return s.Scratch(string(key)).SaveLoose(costFile, data)
}

// noteCost leaves a finished stage's cost next to its artefact.
func noteCost(s *store.Store, key Ref, c Cost) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return s.PutNote(string(key), costFile, data)
}
