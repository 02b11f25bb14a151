package run

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"congrad/harness/record"
	"congrad/harness/store"
)

// Manifest is all that depends on time and machine.
type Manifest struct {
	Schema   int               `json:"schema"`
	Started  time.Time         `json:"started"`
	Finished time.Time         `json:"finished"`
	Outcome  string            `json:"outcome"`
	Versions map[string]string `json:"versions"`          // congrad, go, modules
	Program  string            `json:"program,omitempty"` // SHA-256 of the program
	Commit   string            `json:"commit,omitempty"`
	Dirty    bool              `json:"dirty,omitempty"`
	Machine  map[string]string `json:"machine"`
	Device   map[string]string `json:"device"`
	Hashes   map[string]string `json:"hashes"`
	Licence  string            `json:"model_licence,omitempty"` // as the model's files say
	Command  string            `json:"command,omitempty"`
	Tags     []string          `json:"tags,omitempty"` // these and the note are the user's, for lists of runs
	Note     string            `json:"note,omitempty"`

	Prompts []record.PromptFile `json:"prompts,omitempty"` // the files that they come from

	Files map[string]string `json:"files,omitempty"` // SHA-256 of every file that congrad wrote into the folder, by path

	Answers *record.AnswerFile `json:"answers,omitempty"` // a file that win rates are against

	Seconds map[string]float64 `json:"seconds"`              // by kind of stage, in this call
	Took    []Took             `json:"took"`                 // stage by stage, in this call
	Spent   []record.Spent     `json:"spent,omitempty"`      // by all stages of a finished run, in whatever call or run they were done
	Peak    int64              `json:"peak_bytes,omitempty"` // most memory that the process held, up to the end of this call
	Built   Built              `json:"programs,omitzero"`    // in this call
	Reused  int                `json:"stages_reused"`
	Ran     int                `json:"stages_run"`

	Seal string `json:"seal,omitempty"` // SHA-256 of the file up to here
}

// ManifestSchema is that of manifests with a seal.
const ManifestSchema = 2

// Finished is the outcome of a run that is complete.
const Finished = "finished"

// Built is how many programs were compiled for the device and how many were taken from the user's cache. Seconds is for both, with the
// building of their graphs.
type Built struct {
	Compiled int     `json:"compiled"`
	Loaded   int     `json:"loaded"`
	Seconds  float64 `json:"seconds"`
}

// String is the line of the log.
func (b Built) String() string {
	return fmt.Sprintf("%d programs compiled, %d loaded from the cache, %.1f s", b.Compiled, b.Loaded, b.Seconds)
}

// Took is how long a stage took, the compilation of its programs included where it was the first to need them.
type Took struct {
	Stage   string  `json:"stage"`
	Seconds float64 `json:"seconds"`
}

// sealed begins the last line of a manifest that has a seal.
const sealed = `"seal": "`

// WriteManifest writes manifest.json, sealed.
func (f Folder) WriteManifest(m Manifest) error {
	m.Schema, m.Seal = ManifestSchema, strings.Repeat("0", 2*sha256.Size)
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	at := bytes.LastIndex(data, []byte(sealed))
	copy(data[at+len(sealed):], Hash(data[:at]))
	return store.WriteFile(f.path("manifest.json"), append(data, '\n'))
}

// Manifest reads the run's manifest. One that was changed after it was written is an error; those of schema 1 have no seal.
func (f Folder) Manifest() (Manifest, error) {
	var m Manifest
	path := f.path("manifest.json")
	data, err := os.ReadFile(path)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("%s: not a run manifest: %w (congrad run writes it again)", path, err)
	}
	at := bytes.LastIndex(data, []byte(sealed))
	switch {
	case m.Schema != 1 && m.Schema != ManifestSchema:
		return m, fmt.Errorf("%s: has schema %d; this version reads 1 and %d (congrad run writes it again)", path, m.Schema, ManifestSchema)
	case m.Schema == ManifestSchema && (at < 0 || m.Seal != Hash(data[:at])):
		return m, fmt.Errorf("%s was changed after it was written: its seal is not that of its content (congrad run writes it again)", path)
	}
	return m, nil
}
