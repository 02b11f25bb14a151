package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"regexp"
	"strings"

	"congrad/harness/config"
	"congrad/harness/run"
)

// folder is where an experiment's run stands. One that the command line changed gets a folder of its own, so that it
// never takes the place of the whole experiment's results.
func (a *app) folder(e *config.Experiment) run.Folder {
	name := e.Name
	if e.RunName != "" {
		return run.Folder(filepath.Join(a.Runs, e.RunName))
	}
	if len(e.Partial) > 0 {
		sum := sha256.Sum256([]byte(strings.Join(e.Partial, "\x00"))) // no argument of a program contains a NUL
		name += "-" + slug(e.Partial) + "-" + hex.EncodeToString(sum[:4])
	}
	return run.Folder(filepath.Join(a.Runs, name))
}

// slug is the beginning of what the command line changed, as far as a file name bears it. It is for people: it need not
// differ where the changes do.
func slug(changes []string) string {
	words := regexp.MustCompile(`[\w.]+`).FindAllString(strings.ReplaceAll(strings.Join(changes, " "), "--set ", ""), -1)
	text := strings.Join(words, "-")
	return strings.TrimRight(text[:min(len(text), 40)], "-.")
}
