package cli

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"congrad/harness/cli/shell"
	"congrad/harness/run"
	"congrad/harness/store"
)

var (
	tries = flag.Int("tries", 100, "tries of TestDamageIsDetected")
	full  = flag.Bool("full", false, "TestDamageIsDetected: every byte of every file below 64 kB, and 1,000 tries on each larger one")
)

// little is a small study with a model among its artefacts.
const little = `
name = "little"
model = "tiny-1"
seeds = [1]
iterations = 1
[languages]
seen = ["en", "de"]
[prompts]
per_language = 2
[generate]
samples = 2
max_tokens = 4
[judge]
kind = "reference"
[evaluate]
opponent = "baseline"
per_language = 2
[[arms]]
name = "baseline"
select = "none"
[[arms]]
name = "joint"
select = "all"
`

// damage is a study of which single bits are flipped, and which is cut.
type damage struct {
	*testing.T
	runs     string
	files    map[string][]byte   // all that there is, by path
	regions  map[string][]string // paths
	shown    string              // by the finished run
	detected map[string]int      // by region
	harmless map[string]int
}

// One bit of a file is flipped, or the file is cut: in the store, the scratch of unfinished stages, kept replies, records, tables,
// reports, plans and manifests. It is detected by what congrad verify does, or verify finds all else as it should be and the run
// shows the same results. What is left of unfinished work is never taken for what it is not.
func TestDamageIsDetected(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs a study")
	}
	d := &damage{T: t, runs: filepath.Join(t.TempDir(), "runs"), detected: map[string]int{}, harmless: map[string]int{}}
	file := filepath.Join(filepath.Dir(d.runs), "little.toml")
	if err := os.WriteFile(file, []byte(little), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, out := d.call("run", file, "--device", "go"); code != 0 {
		t.Fatalf("the study: exit code %d\n%s", code, out)
	}
	d.unfinished()
	d.look()
	code := 0
	if code, d.shown = d.call("run", file, "--device", "go"); code != 0 {
		t.Fatalf("the finished study: exit code %d\n%s", code, d.shown)
	}
	if code, out := d.call("verify"); code != 0 {
		t.Fatalf("verify before anything is damaged: exit code %d\n%s", code, out)
	}
	d.each(func(region, path string, changed []byte) {
		if err := os.WriteFile(path, changed, 0o644); err != nil {
			t.Fatal(err)
		}
		if d.found(region, path) || !d.passes(file, path, changed) {
			d.detected[region]++
		} else {
			d.harmless[region]++
		}
		d.restore()
	})
	total := 0
	for _, region := range slices.Sorted(maps.Keys(d.regions)) {
		t.Logf("%s: %d detected, %d without effect", region, d.detected[region], d.harmless[region])
		total += d.detected[region] + d.harmless[region]
		if d.detected[region] == 0 && region != "log and cost notes" {
			t.Errorf("%s: no damage was detected", region)
		}
	}
	t.Logf("tries: %d", total)
}

// passes reports whether the whole of verify finds nothing. Then the run shows the results that it showed before.
func (d *damage) passes(file, path string, changed []byte) bool {
	if code, _ := d.call("verify"); code != 0 {
		return false
	}
	code, out := d.call("run", file, "--device", "go")
	if code == 0 && out != d.shown {
		d.Errorf("%s: damage is not detected and changes results: %s", path, difference(d.files[path], changed))
	}
	return code == 0
}

// call is a call of the program; out is what it prints.
func (d *damage) call(args ...string) (code int, out string) {
	var o bytes.Buffer
	code = Main(append(args, "--runs", d.runs), strings.NewReader(""), &o, io.Discard)
	return code, o.String()
}

// region is what a file belongs to.
func (d *damage) region(path string) string {
	name, _ := filepath.Rel(d.runs, path)
	name = filepath.ToSlash(name)
	base := filepath.Base(name)
	switch {
	case base == "log.txt" || base == "cost.json":
		return "log and cost notes"
	case base == "lock" || strings.HasSuffix(base, ".lock"):
		return "" // only says who is at work
	case strings.Contains(name, "/part-"):
		return "scratch"
	case strings.HasPrefix(base, "replies-"):
		return "judge replies"
	case base == "meta.json":
		return "meta.json of artefacts"
	case strings.HasPrefix(name, ".store/runs/") || name == ".store/format":
		return "list of runs, format"
	case strings.HasPrefix(name, ".store/"):
		return "artefacts"
	case base == "manifest.json", base == "plan.json":
		return base
	case strings.Contains(name, "/records/"):
		return "records"
	}
	return "tables, figures, reports, settings"
}

// look keeps all files.
func (d *damage) look() {
	d.files, d.regions = map[string][]byte{}, map[string][]string{}
	err := filepath.WalkDir(d.runs, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		d.files[path] = data
		if region := d.region(path); region != "" && len(data) > 0 {
			d.regions[region] = append(d.regions[region], path)
		}
		return err
	})
	if err != nil {
		d.Fatal(err)
	}
}

// restore undoes all that was changed.
func (d *damage) restore() {
	for path, want := range d.files {
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			if err := store.WriteFile(path, want); err != nil {
				d.Fatal(err)
			}
		}
	}
}

// each makes the damage: bits and cuts at drawn places of drawn files, each region alike; or everywhere.
func (d *damage) each(try func(region, path string, changed []byte)) {
	r := rand.New(rand.NewPCG(16, 4))
	draw := func(data []byte) []byte {
		if at := r.IntN(len(data)); r.IntN(4) == 0 {
			return data[:at]
		} else {
			return flipped(data, at, r.IntN(8))
		}
	}
	names := slices.Sorted(maps.Keys(d.regions))
	if !*full {
		for i := range *tries {
			region := names[i%len(names)]
			path := d.regions[region][r.IntN(len(d.regions[region]))]
			try(region, path, draw(d.files[path]))
		}
		return
	}
	for _, region := range names {
		for _, path := range d.regions[region] {
			data := d.files[path]
			if len(data) > 1<<16 {
				for range 1000 {
					try(region, path, draw(data))
				}
				continue
			}
			for at := range data {
				try(region, path, flipped(data, at, r.IntN(8)))
				try(region, path, data[:at])
			}
		}
	}
}

func flipped(data []byte, at, bit int) []byte {
	changed := slices.Clone(data)
	changed[at] ^= 1 << bit
	return changed
}

// difference says where a file was damaged.
func difference(before, after []byte) string {
	for i := range after {
		if before[i] != after[i] {
			return fmt.Sprintf("byte %d, %q instead of %q", i, after[max(0, i-10):min(len(after), i+10)], before[max(0, i-10):min(len(before), i+10)])
		}
	}
	return fmt.Sprintf("cut at byte %d", len(after))
}

// found reports whether the part of verify that is about this file finds damage; of unfinished work, whether what reads it does.
func (d *damage) found(region, path string) bool {
	st, err := store.Read(filepath.Join(d.runs, ".store"))
	if err != nil {
		return true
	}
	folder := run.Folder(filepath.Join(d.runs, "little"))
	switch region {
	case "artefacts", "meta.json of artefacts":
		return st.Check(filepath.Base(filepath.Dir(path)), math.MaxInt64) != nil
	case "scratch", "judge replies":
		return d.unfinishedFound(path)
	case "list of runs, format":
		_, err := st.Registered()
		return err != nil
	case "plan.json":
		plans, err := (&app{&shell.App{Runs: d.runs, Out: io.Discard, Err: io.Discard}}).plans()
		if err != nil {
			return true
		}
		for _, s := range plans[0].Stages {
			if s.CheckKey() != nil {
				return true
			}
		}
	}
	m, err := folder.Manifest()
	if err != nil {
		return true
	}
	changed, err := folder.Changed(m, "")
	return err != nil || len(changed) > 0
}

// unfinishedKey is that of a stage that was begun: it has units, a file and two checkpoints, and a server's replies.
var unfinishedKey = strings.Repeat("ab", 16)

const unfinishedUnits = 5

// unfinished leaves what a killed stage does.
func (d *damage) unfinished() {
	st, err := store.Open(filepath.Join(d.runs, ".store"))
	if err != nil {
		d.Fatal(err)
	}
	defer st.Close()
	s := st.Scratch(unfinishedKey)
	if _, err := store.Units(context.Background(), s, unfinishedUnits, unit); err != nil {
		d.Fatal(err)
	}
	for _, state := range []string{"first", "second"} {
		if err := s.Keep(func(add store.AddFile) error {
			return add("state", func(w io.Writer) error {
				_, err := io.WriteString(w, state)
				return err
			})
		}); err != nil {
			d.Fatal(err)
		}
	}
	if err := s.Save("pass", []byte("a pass")); err != nil {
		d.Fatal(err)
	}
	replies, err := st.Replies("server")
	if err != nil {
		d.Fatal(err)
	}
	for i := range unfinishedUnits {
		if err := replies.Put(fmt.Sprint(i), reply(i)); err != nil {
			d.Fatal(err)
		}
	}
	if err := replies.Close(); err != nil {
		d.Fatal(err)
	}
}

func unit(i int) (string, error) { return fmt.Sprintf("unit %d", i), nil }
func reply(i int) string         { return fmt.Sprintf("reply %d", i) }

// unfinishedFound goes on with the stage. All that is read is as it was written, or older, or made again, which is to be noticed.
func (d *damage) unfinishedFound(path string) (found bool) {
	st, err := store.Open(filepath.Join(d.runs, ".store"))
	if err != nil {
		d.Fatal(err)
	}
	defer st.Close()
	s := st.Scratch(unfinishedKey)
	s.Say = func(string) { found = true }
	made := 0
	units, err := store.Units(context.Background(), s, unfinishedUnits, func(i int) (string, error) { made++; return unit(i) })
	for i := range units {
		if want, _ := unit(i); units[i] != want {
			d.Errorf("%s: unit %d is %q", path, i, units[i])
		}
	}
	kept, err2 := s.Latest()
	state := string(kept["state"])
	if state != "second" && state != "first" {
		d.Errorf("%s: the checkpoint is %q", path, state)
	}
	pass, err3 := s.Load("pass")
	if string(pass) != "a pass" && pass != nil {
		d.Errorf("%s: the file is %q", path, pass)
	}
	replies, err4 := st.Replies("server")
	missing := 0
	if err4 == nil {
		for i := range unfinishedUnits {
			got := ""
			if !replies.Get(fmt.Sprint(i), &got) {
				missing++
			} else if got != reply(i) {
				d.Errorf("%s: reply %d is %q", path, i, got)
			}
		}
		err4 = replies.Close()
	}
	for _, err := range []error{err, err2, err3, err4} {
		if err != nil {
			d.Errorf("%s: damage of unfinished work stops the stage: %v", path, err)
		}
	}
	return found || made > 0 || missing > 0 || state != "second" || pass == nil
}
