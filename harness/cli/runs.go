package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"congrad/harness/cli/shell"
	"congrad/harness/run"
	"congrad/harness/tomlfile"

	"github.com/dustin/go-humanize"
)

// runInfo is a run as ls runs shows it.
type runInfo struct {
	Name     string     `json:"name"`
	State    string     `json:"state"`
	Finished *time.Time `json:"finished,omitempty"`
	Model    string     `json:"model"`
	Arms     []string   `json:"arms"`
	Seeds    []int64    `json:"seeds"`
	Bytes    int64      `json:"bytes"` // of its folder, without artefacts in the store
	Headline string     `json:"headline,omitempty"`
	Tags     []string   `json:"tags,omitempty"`
	Note     string     `json:"note,omitempty"`
	Command  string     `json:"command,omitempty"`
}

// runList lists every run, finished or not.
func (a *app) runList() ([]runInfo, error) {
	if _, err := os.Stat(a.Runs); a.Runs == shell.DefaultRuns && errors.Is(err, fs.ErrNotExist) { // nothing was run yet
		return nil, nil
	}
	if err := a.findRuns(); err != nil {
		return nil, err
	}
	found, _ := filepath.Glob(filepath.Join(a.Runs, "*", "plan.json")) // the pattern is well formed
	var list []runInfo
	for _, f := range found {
		list = append(list, look(filepath.Dir(f)))
	}
	return list, nil
}

// look describes the run in a folder, as far as its files tell.
func look(dir string) runInfo {
	l := runInfo{Name: filepath.Base(dir), Headline: headline(dir)}
	m, err := run.Folder(dir).Manifest()
	switch {
	case err == nil && m.Outcome == run.Finished:
		l.State, l.Finished = m.Outcome, &m.Finished
	case err == nil:
		l.State = m.Outcome
	case os.IsNotExist(err):
		l.State = "no manifest: still running, or killed"
	default:
		l.State = inWords(err)
	}
	l.Tags, l.Note, l.Command = m.Tags, m.Note, m.Command
	var e struct {
		Model string  `toml:"model"`
		Seeds []int64 `toml:"seeds"`
		Arms  []struct {
			Name string `toml:"name"`
		} `toml:"arms"`
	}
	if source, err := os.ReadFile(filepath.Join(dir, "resolved.toml")); err == nil {
		_, _, _ = tomlfile.Decode("", string(source), &e) // what it does not say is left out
	}
	l.Model, l.Seeds = e.Model, e.Seeds
	for _, arm := range e.Arms {
		l.Arms = append(l.Arms, arm.Name)
	}
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				l.Bytes += info.Size()
			}
		}
		return nil
	})
	return l
}

// headline is what a run says first: how its claims stand, else its best arm in the seen languages.
func headline(dir string) string {
	if rows := tableRows(dir, "claims"); len(rows) > 0 {
		times, verdicts := map[string]int{}, []string(nil)
		for _, r := range rows {
			if times[r["verdict"]]++; times[r["verdict"]] == 1 {
				verdicts = append(verdicts, r["verdict"])
			}
		}
		for i, v := range verdicts {
			verdicts[i] = fmt.Sprintf("%d %s", times[v], v)
		}
		return "claims: " + strings.Join(verdicts, ", ")
	}
	best, rate := "", -1.0
	group := ""
	for _, r := range tableRows(dir, "main") {
		x, err := strconv.ParseFloat(r["win rate"], 64)
		if group == "" {
			group = r["languages"]
		}
		if err == nil && r["languages"] == group && x > rate {
			best, rate = r["arm"], x
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("highest win rate in %s: %s, %.3f", group, best, rate)
}

// tableRows are the rows of one of a run's tables by the names of their columns; none where there is no such table.
func tableRows(dir, name string) (list []map[string]string) {
	f, err := os.Open(filepath.Join(dir, "tables", name+".csv"))
	if err != nil {
		return nil
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil
	}
	for _, row := range rows[1:] {
		r := map[string]string{}
		for i, cell := range row {
			r[rows[0][i]] = cell
		}
		list = append(list, r)
	}
	return list
}

// listRuns are the rows of ls runs, under their head.
func (a *app) listRuns() ([][]string, error) {
	list, err := a.runList()
	if err != nil || len(list) == 0 {
		return nil, err
	}
	rows := [][]string{{"run", "state", "model", "arms", "seeds", "size", "headline"}}
	labels := slices.ContainsFunc(list, func(l runInfo) bool { return len(l.Tags) > 0 || l.Note != "" })
	if labels {
		rows[0] = append(rows[0], "tags and note")
	}
	for _, l := range list {
		state := l.State
		if l.Finished != nil {
			state += ", " + l.Finished.Format("2006-01-02 15:04")
		}
		row := []string{l.Name, state, l.Model, strconv.Itoa(len(l.Arms)), strconv.Itoa(len(l.Seeds)), humanize.Bytes(uint64(l.Bytes)), l.Headline}
		if labels {
			row = append(row, strings.TrimSpace(strings.Join(l.Tags, " ")+"  "+l.Note))
		}
		rows = append(rows, row)
	}
	return rows, nil
}
