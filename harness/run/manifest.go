package run

import (
	"encoding/json"
	"fmt"
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

	Files map[string]string `json:"files,omitempty"` // SHA-256 of what a finished run left in its folder, by path

	Answers *record.AnswerFile `json:"answers,omitempty"` // a file that win rates are against

	Seconds map[string]float64 `json:"seconds"`              // by kind of stage, in this call
	Took    []Took             `json:"took"`                 // stage by stage, in this call
	Spent   []record.Spent     `json:"spent,omitempty"`      // by all stages of a finished run, in whatever call or run they were done
	Peak    int64              `json:"peak_bytes,omitempty"` // most memory that the process held, up to the end of this call
	Built   Built              `json:"programs,omitzero"`    // in this call
	Reused  int                `json:"stages_reused"`
	Ran     int                `json:"stages_run"`
}

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

// WriteManifest writes manifest.json.
func (f Folder) WriteManifest(m Manifest) error {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	return store.WriteFile(f.path("manifest.json"), append(data, '\n'))
}
