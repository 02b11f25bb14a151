package stage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// ErrUnknown is returned for a key that no stage has.
var ErrUnknown = errors.New("no such stage")

// format is that of plan.json. Plans of format 1 were a bare list, whose stages were code and not data.
const format = 2

// Plan is the content of plan.json: a graph of stages, and what a process has to open to do them.
type Plan struct {
	Format     int      `json:"format"`
	Experiment string   `json:"experiment"` // resolved, as TOML; empty where the plan is the union of others
	Stages     []*Stage `json:"stages"`     // inputs first
}

// Marshal writes the plan.
func (p Plan) Marshal() ([]byte, error) {
	p.Format = format
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(p); err != nil {
		return nil, fmt.Errorf("writing the plan: %w", err)
	}
	return b.Bytes(), nil
}

// ReadPlan reads a plan.json.
func ReadPlan(path string) (*Plan, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading a plan: %w", err)
	}
	var p Plan
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		p.Format = 1
	} else if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("%s is not a plan: %w (congrad run writes it again)", path, err)
	}
	if slices.Contains(p.Stages, nil) {
		return nil, fmt.Errorf("%s is not a plan: one of its stages is null (congrad run writes it again)", path)
	}
	if p.Format != format {
		return nil, fmt.Errorf("%s has format %d, from another version of congrad; this version reads format %d (congrad run writes it again, or remove the folder)", path, p.Format, format)
	}
	return &p, nil
}

// Find returns the stage of that key, or whose key begins so; an error where there is none or several.
func (p *Plan) Find(key string) (*Stage, error) {
	var found *Stage
	for _, s := range p.Stages {
		if key == "" || !strings.HasPrefix(string(s.Key), key) {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("%q is the beginning of several keys: %s (%s), %s (%s)", key, found.Key, found.Label, s.Key, s.Label)
		}
		found = s
	}
	if found == nil {
		return nil, fmt.Errorf("%q: %w", key, ErrUnknown)
	}
	return found, nil
}
