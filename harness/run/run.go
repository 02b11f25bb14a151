package run

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"congrad/harness/lang"
	"congrad/harness/record"
	"congrad/harness/store"
)

// Folder is where a run's files stand, runs/<experiment>.
type Folder string

// planFile is plan.json: what the run consists of.
type planFile struct {
	Stage  string   `json:"stage"`
	Key    string   `json:"key"`
	Kind   string   `json:"kind"`
	Inputs []string `json:"inputs"`
}

// Prepare writes what is known before anything runs: the experiment as written and resolved, and the plan. What another
// plan left in the folder goes, so that no table of it is ever read as one of this run's.
func (f Folder) Prepare(p *Plan) error {
	if err := f.writePlan(p.Stages); err != nil {
		return err
	}
	return errors.Join(
		store.WriteFile(f.path("experiment.toml"), p.Experiment.Source),
		store.WriteFile(f.path("resolved.toml"), p.Experiment.Resolved()),
	)
}

// writePlan writes plan.json and removes what another plan left.
func (f Folder) writePlan(list []*Stage) error {
	var stages []planFile
	for _, s := range list {
		entry := planFile{s.Label, s.Key, s.Kind, nil}
		for _, in := range s.Inputs {
			entry.Inputs = append(entry.Inputs, in.Key)
		}
		stages = append(stages, entry)
	}
	plan, err := json.MarshalIndent(stages, "", " ")
	if err != nil {
		return fmt.Errorf("writing the plan: %w", err)
	}
	plan = append(plan, '\n')
	if there, err := os.ReadFile(f.path("plan.json")); err == nil && !bytes.Equal(there, plan) {
		for _, name := range []string{"records", "tables", "figures", "report.md", "report.html", "checklist.md", "manifest.json"} {
			if err := os.RemoveAll(f.path(name)); err != nil {
				return fmt.Errorf("clearing what another plan left: %w", err)
			}
		}
	}
	return store.WriteFile(f.path("plan.json"), plan)
}

// Finish executes the plan and writes its records. It returns them for reporting.
func (f Folder) Finish(ctx context.Context, p *Plan, e *Env, languages lang.Table) (*record.Set, error) {
	if err := Execute(ctx, e, p.Stages); err != nil {
		return nil, err
	}
	set, err := p.Records(e, languages)
	if err != nil {
		return nil, fmt.Errorf("collecting the records: %w", err)
	}
	files, err := set.Files()
	if err != nil {
		return nil, err
	}
	for name, data := range files {
		if err := f.Write(filepath.Join("records", name), data); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// Write writes a file of the run, unless it is there already with these bytes.
func (f Folder) Write(name string, data []byte) error {
	if there, err := os.ReadFile(f.path(name)); err == nil && string(there) == string(data) {
		return nil
	}
	return store.WriteFile(f.path(name), data)
}

// Records are the run's records.
func (f Folder) Records() fs.FS { return os.DirFS(f.path("records")) }

// Load reads the run's records.
func (f Folder) Load() (*record.Set, error) {
	set, err := record.Load(f.Records())
	if err != nil {
		return nil, fmt.Errorf("%s: %w (congrad run makes records anew from what it has done)", f.path("records"), err)
	}
	return set, nil
}

// Replace writes rendered files, and removes the tables and figures of an earlier rendering that are not among them.
func (f Folder) Replace(files map[string][]byte) error {
	for name, data := range files {
		if err := f.Write(name, data); err != nil {
			return err
		}
	}
	for _, folder := range []string{"tables", "figures"} {
		entries, err := os.ReadDir(f.path(folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("looking for old %s: %w", folder, err)
		}
		for _, e := range entries {
			if files[folder+"/"+e.Name()] != nil {
				continue
			}
			if err := os.RemoveAll(filepath.Join(f.path(folder), e.Name())); err != nil {
				return fmt.Errorf("removing what is no longer made: %w", err)
			}
		}
	}
	return nil
}

func (f Folder) path(name string) string { return filepath.Join(string(f), name) }

// Manifest is all that depends on time and machine.
type Manifest struct {
	Schema   int               `json:"schema"`
	Started  time.Time         `json:"started"`
	Finished time.Time         `json:"finished"`
	Outcome  string            `json:"outcome"`
	Versions map[string]string `json:"versions"` // congrad, go, modules
	Commit   string            `json:"commit,omitempty"`
	Dirty    bool              `json:"dirty,omitempty"`
	Machine  map[string]string `json:"machine"`
	Device   map[string]string `json:"device"`
	Hashes   map[string]string `json:"hashes"`
	Licence  string            `json:"model_licence,omitempty"` // as the model's files say
	Command  string            `json:"command,omitempty"`

	Prompts []record.PromptFile `json:"prompts,omitempty"` // the files that they come from

	Answers *record.AnswerFile `json:"answers,omitempty"` // a file that win rates are against

	Seconds map[string]float64 `json:"seconds"`              // by kind of stage, in this call
	Took    []Took             `json:"took"`                 // stage by stage, in this call
	Spent   []record.Spent     `json:"spent,omitempty"`      // by all stages of a finished run, in whatever call or run they were done
	Peak    int64              `json:"peak_bytes,omitempty"` // most memory that the process held, up to the end of this call
	Reused  int                `json:"stages_reused"`
	Ran     int                `json:"stages_run"`
}

// Took is how long a stage took, the compilation of its programs included where it was the first to need them.
type Took struct {
	Stage   string  `json:"stage"`
	Seconds float64 `json:"seconds"`
}

// WriteManifest writes manifest.json.
func (f Folder) WriteManifest(m Manifest) error {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	return store.WriteFile(f.path("manifest.json"), append(data, '\n'))
}

// hash is the SHA-256 of a file's bytes.
func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// PlannedKeys are the keys of the stages in a plan.json.
func PlannedKeys(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading a plan: %w", err)
	}
	var stages []planFile
	if err := json.Unmarshal(data, &stages); err != nil {
		return nil, fmt.Errorf("reading the plan %s: %w", path, err)
	}
	keys := make([]string, len(stages))
	for i, s := range stages {
		keys[i] = s.Key
	}
	return keys, nil
}
