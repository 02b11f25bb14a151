// Package outcome turns the records of evaluations and of the alignment tax into the estimates that tables, figures and findings
// show: what training came to. One number is computed in one place, so that a table and a figure cannot disagree.
package outcome

import (
	"errors"
	"strings"
	"sync"

	"congrad/eval/stats"
	"congrad/harness/record"
	"congrad/results/records"
)

// Study is a study with what its arms did on held-out prompts and tasks. It is safe for concurrent use.
type Study struct {
	*records.Study

	// by arm
	evaluations map[string]*listed[evaluation]
	trials      map[trialed]*listed[evaluation] // the answers beside those: sampled ones, and those of earlier policies
	drift       map[trialed]*listed[drifted]
	choices     map[string]*listed[choice]
	passages    map[string]*listed[passage]
	replies     map[string]*listed[reply]
	places      *places

	lengths func() *Lengths // computed the first time that they are asked for
	doubts  func() []Doubt  // the same
	claims  func() []Claim  // the same
	known   sync.Map        // from estimated to func() stats.Estimate: tables, figures and findings show the same ones
}

// New checks the records and puts them in order. It changes nothing in set, but shares memory with it, so set must not
// change while the study is in use.
func New(set *record.Set) (*Study, error) {
	of, err := records.New(set)
	if err != nil {
		return nil, err
	}
	s := &Study{Study: of}
	s.index()
	s.lengths = sync.OnceValue(s.fitLengths)
	s.doubts = sync.OnceValue(s.findDoubts)
	s.claims = sync.OnceValue(s.answerClaims)
	return s, errors.Join(append(s.checkPublished(), s.checkClaims())...)
}

// estimated names an estimate: what of which answers of which arm, less which other one, in which languages.
type estimated struct {
	what, arm, reference, languages string
	of                              Which
}

// once computes an estimate on the first request; concurrent requests wait for it.
func (s *Study) once(what, arm, reference string, in records.Group, compute func() stats.Estimate) stats.Estimate {
	return s.onceOf(Which{}, what, arm, reference, in, compute)
}

// onceOf is once for an estimate from certain answers.
func (s *Study) onceOf(of Which, what, arm, reference string, in records.Group, compute func() stats.Estimate) stats.Estimate {
	key := estimated{what, arm, reference, strings.Join(in.Codes, " "), of}
	e, ok := s.known.Load(key)
	if !ok {
		e, _ = s.known.LoadOrStore(key, sync.OnceValue(compute))
	}
	return e.(func() stats.Estimate)()
}
