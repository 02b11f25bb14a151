// Package stage runs graphs of stages. It knows nothing of what they do.
//
// A stage is data: its kind, the version of the kind's code, its settings, what computes it and the keys of the stages whose
// artefacts it reads. Its key is a hash over all of that. So arms that ask for the same work share it, a finished plan does
// no work, and any process that has plan.json and the store can do any stage by its key.
//
// A killed run goes on with the stages that it was in: inside them where they keep what they have done in their scratch, from
// their start where that is quick.
package stage

import (
	"bytes"
	"encoding/json"
	"fmt"

	"congrad/harness/record"
	"congrad/harness/store"
)

// Stage is one node of a plan.
type Stage struct {
	Key      Ref             `json:"key"`
	Label    string          `json:"label"` // for people: "sample answers, seed 1, iteration 2, congrad"
	Kind     string          `json:"kind"`
	Version  int             `json:"version"`          // of the kind's code
	Device   string          `json:"device,omitempty"` // what computes it; empty for the host
	Inputs   []Ref           `json:"inputs,omitempty"` // stages whose artefacts it reads
	Settings json.RawMessage `json:"settings"`

	// What is expected of it. No key depends on that.
	Size     int   `json:"size,omitempty"`         // units of work, for progress; 0 if unknown
	Memory   int64 `json:"memory_bytes,omitempty"` // most that it needs beside what all stages of a process share; 0 if next to nothing
	Requests int   `json:"requests,omitempty"`     // most that it makes of a server, retries left aside
}

// Ref names a stage by its key; it is empty for none.
type Ref string

// Short is the beginning of the key, for people.
func (r Ref) Short() string { return string(r[:min(12, len(r))]) }

// Files are the files of an artefact by name.
type Files = map[string][]byte

// New makes a stage with its key from what it depends on.
func New(kind string, version int, settings any, device string, inputs []Ref) (*Stage, error) {
	text, err := json.Marshal(settings)
	if err != nil {
		return nil, fmt.Errorf("planning a %s stage: %w", kind, err)
	}
	s := &Stage{Kind: kind, Version: version, Device: device, Inputs: inputs, Settings: text}
	key, err := s.meta().Key()
	s.Key = Ref(key)
	return s, err
}

// CheckKey reports a key that is not that of what the stage depends on.
func (s *Stage) CheckKey() error {
	key, err := s.meta().Key()
	if err != nil || Ref(key) != s.Key {
		return fmt.Errorf("stage %s (%s): its settings and inputs are those of another key, %s", s.Key.Short(), s.Label, Ref(key).Short())
	}
	return nil
}

// meta describes the stage's artefact.
func (s *Stage) meta() store.Meta {
	m := store.Meta{Kind: s.Kind, Version: s.Version, Settings: s.Settings, Device: s.Device}
	for _, in := range s.Inputs {
		m.Inputs = append(m.Inputs, string(in))
	}
	return m
}

// Shelf reads artefacts, those of one stage and of the stages that it names.
type Shelf struct {
	Store *store.Store
	Own   Ref // the stage whose results these are
}

// Read returns a file of a stage's artefact; a *store.Damaged error where that is not what the stage left.
func (s Shelf) Read(of Ref, name string) ([]byte, error) {
	a, err := s.Store.Get(string(of))
	if err != nil {
		return nil, err
	}
	if err := s.Store.CheckKey(a); err != nil {
		return nil, err
	}
	return a.Read(name)
}

// Lines reads a list that Output wrote.
func Lines[T any](s Shelf, of Ref, kind string) ([]T, error) {
	data, err := s.Read(of, kind+".jsonl")
	if err != nil {
		return nil, err
	}
	list, err := record.Decode[T](data, kind+".jsonl", kind)
	if err != nil {
		return nil, fmt.Errorf("stage %s: %w", of.Short(), err)
	}
	return list, nil
}

// Encode writes a list as JSON lines.
func Encode[T any](kind string, list []T) ([]byte, error) {
	var b bytes.Buffer
	err := record.Encode(&b, kind, list)
	return b.Bytes(), err
}

// Output is an artefact of one list.
func Output[T any](kind string, list []T) (Files, error) {
	data, err := Encode(kind, list)
	return Files{kind + ".jsonl": data}, err
}
