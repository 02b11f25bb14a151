// Package run turns an experiment into a graph of stages, executes what is not in the store yet, and writes the run's
// folder: records, tables, figures and report.
//
// A stage is a pure function of its settings and of its inputs' artefacts. Its key is a hash over both (inputs by their
// keys) and over the version of its code, so two arms that ask for the same work share it, a finished experiment does no
// work, and a killed one goes on at the stage where it stopped: inside it where it samples, judges, answers or trains, from
// its start where that is quick.
package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"congrad/harness/record"
	"congrad/harness/store"
)

// Stage is one node of the plan.
type Stage struct {
	Kind   string
	Label  string // for people: "sample answers, seed 1, iteration 2, congrad"
	Key    string
	Inputs []*Stage
	Size   int // how many units of work it has, for progress; 0 if unknown

	Requests int // most that it makes of a server, retries left aside

	meta store.Meta
	work workFunc
}

// workFunc does a stage's work and returns the files of its artefact.
type workFunc func(ctx context.Context, e *Env, s *Stage) (map[string][]byte, error)

// nothing is the work of a stage whose artefact is empty.
func nothing(context.Context, *Env, *Stage) (map[string][]byte, error) { return nil, nil }

// Reporter is told how stages get on.
type Reporter interface {
	// Begin announces a stage: the done-th of total that are not in the store.
	Begin(s *Stage, done, total int)
	// Advance adds finished units of the stage's Size, and the tokens they took.
	Advance(units, tokens int)
	// Loss tells the training loss of the last step.
	Loss(loss float64)
	// Note tells what holds the stage up, however often.
	Note(message string)
	// End closes the stage; reused is true where it was in the store.
	End(s *Stage, reused bool, took time.Duration)
}

// newStage completes a stage with its key. device is what computes it, empty for work on the host.
func newStage(kind, label string, version int, settings any, device string, inputs []*Stage, size int, work workFunc) (*Stage, error) {
	text, err := json.Marshal(settings)
	if err != nil {
		return nil, fmt.Errorf("planning a %s stage: %w", kind, err)
	}
	s := &Stage{Kind: kind, Label: label, Inputs: inputs, Size: size, work: work}
	s.meta = store.Meta{Kind: kind, Version: version, Settings: text, Device: device}
	for _, in := range inputs {
		s.meta.Inputs = append(s.meta.Inputs, in.Key)
	}
	if s.Key, err = s.meta.Key(); err != nil {
		return nil, err
	}
	return s, nil
}

// Execute runs the stages that the store lacks, in order; inputs stand before what needs them.
func Execute(ctx context.Context, e *Env, stages []*Stage) error {
	total, done := 0, 0
	for _, s := range stages {
		if !e.Store.Has(s.Key) {
			total++
		}
	}
	for _, s := range stages {
		if e.Store.Has(s.Key) {
			e.Report.End(s, true, 0)
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		done++
		e.Report.Begin(s, done, total)
		spent, err := e.beginCost(s)
		if err != nil {
			return err
		}
		start := time.Now()
		files, err := s.work(ctx, e, s)
		if err != nil {
			_ = e.saveCost(s, e.endCost(spent, time.Since(start))) // the stage's error is the one to tell
			if errors.Is(err, context.Canceled) {
				return err
			}
			return fmt.Errorf("%s: %w", s.Label, err)
		}
		if err := e.Store.Put(s.Key, s.meta, files); err != nil {
			return err
		}
		took := time.Since(start)
		if err := e.noteCost(s, e.endCost(spent, took)); err != nil {
			return err
		}
		e.Report.End(s, false, took)
	}
	return nil
}

// scratch is where the stage keeps what it has done so far.
func (e *Env) scratch(s *Stage) store.Scratch { return e.Store.Scratch(s.Key) }

// lines encodes a list as one file of JSON lines.
func lines[T any](kind string, list []T) ([]byte, error) {
	var b bytes.Buffer
	err := record.Encode(&b, kind, list)
	return b.Bytes(), err
}

// output is a stage's result as a single list.
func output[T any](kind string, list []T) (map[string][]byte, error) {
	data, err := lines(kind, list)
	return map[string][]byte{kind + ".jsonl": data}, err
}

// readLines reads a list from a stage's artefact.
func readLines[T any](e *Env, s *Stage, kind string) ([]T, error) {
	data, err := e.read(s, kind+".jsonl")
	if err != nil {
		return nil, err
	}
	list, err := record.Decode[T](data, kind+".jsonl", kind)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Label, err)
	}
	return list, nil
}

// read returns a file of a stage's artefact.
func (e *Env) read(s *Stage, name string) ([]byte, error) {
	a, err := e.Store.Get(s.Key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Label, err)
	}
	return a.Read(name)
}
