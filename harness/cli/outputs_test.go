package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// outcomeOf runs a command where a finished run named tiny is.
func outcomeOf(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = Main(args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

// What leaves a run: tables, records, comparisons. Wrong words are named with those that are right.
func TestOutputsOfARun(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := finishedRun("."); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("folder", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args, out, errs string
		code            int
	}{
		{"table tiny", `\begin{table}[t]`, "", 0},
		{"table tiny --cols group --measure win-rate,exact --columns 2 --ci full --bold-best", `\textbf{`, "", 0},
		{"table tiny --rows language --cols arm --format markdown --percent", "| English ", "", 0},
		{"table tiny --format csv --ci full", "seen en low", "", 0},
		{"table tiny --rows lang", "", "--rows \"lang\": want arm, language, group", 2},
		{"table tiny --cols arm", "", "one of them must be arm", 2},
		{"table tiny --measure win-rates", "", `did you mean "win-rate"?`, 2},
		{"table tiny --measure score", "", "it has win-rate, ", 2},
		{"table tiny --measure accuracy --task nothing", "", "and the tasks capitals, udhr", 2},
		{"table tiny --arms joint,nobody", "", `"nobody": the run has no such arm (baseline, joint, congrad, random)`, 2},
		{"table tiny --columns 3", "", "1 or 2 columns", 2},
		{"table tiny --out folder", "", "is a folder; name a file in it", 2},
		{"records tiny", "", "--out: name the folder", 2},
		{"records tiny --out folder --format parket", "", `did you mean "parquet"?`, 2},
		{"records tiny --out folder", "", "", 0},
		{"records tiny --out folder", "", "is not empty", 2},
		{"records tiny --out logs --format tensorboard", "", "", 0},
		{"records tiny --out mlruns --format mlflow", "", "", 0},
		{"records tiny --out eval --format every-eval-ever", "", "", 0},
		{"compare tiny tiny --group seen", "seen languages", "", 0},
		{"compare tiny --group klingon", "", `no languages "klingon"`, 2},
		{"compare tiny nothing", "", `"nothing": no run of this name`, 2},
		{"open tiny", "", "congrad report tiny makes it", 3},
		{"generate hello", "", `--prompt "hello"`, 2},
		{"run tiny --sweep train.epochs=1,x --dry-run", "", `--sweep: train.epochs: want a whole number, got the string "x"`, 2},
		{"rm ..", "", "is not the name of a run", 2},
		{"rm tiny/records", "", "no run of this name", 2},
		{"rm tiny", "would move runs/tiny to the trash", "", 0},
	} {
		code, out, errs := outcomeOf(t, strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errs, c.errs) {
			t.Errorf("congrad %s: exit code %d, want %d\n%s%s", c.args, code, c.code, out[:min(len(out), 600)], errs)
		}
	}
	for _, file := range []string{"folder/pairs.parquet", "folder/study.json", "logs/congrad/seed-1/events.out.tfevents.0.congrad"} {
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
}

// A removed run is in the trash with all that was in it; nothing else is touched.
func TestRmMovesARunToTheTrash(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := finishedRun("."); err != nil {
		t.Fatal(err)
	}
	notes := filepath.Join("runs", "tiny", "notes.txt")
	if err := os.WriteFile(notes, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := outcomeOf(t, "rm", "runs/tiny", "--yes"); code != 0 || !strings.Contains(out, "moved runs/tiny to") {
		t.Fatalf("exit code %d\n%s%s", code, out, errs)
	}
	if _, err := os.Stat(filepath.Join("runs", "tiny")); err == nil {
		t.Error("the run is still there")
	}
	if text, err := os.ReadFile(filepath.Join("runs", ".store", "trash", "folder-tiny", "notes.txt")); string(text) != "mine" {
		t.Errorf("the notes are not in the trash: %v", err)
	}
}

// The report is opened with the system's program for web pages.
func TestOpenStartsTheBrowser(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := finishedRun("."); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := outcomeOf(t, "report", "tiny"); code != 0 {
		t.Fatal(errs)
	}
	for _, name := range []string{"xdg-open", "open"} {
		if err := os.WriteFile(name, []byte("#!/bin/sh\necho \"$1\" >opened\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", here)
	code, out, errs := outcomeOf(t, "open", "tiny")
	opened, _ := os.ReadFile("opened")
	if code != 0 || out == "" || string(opened) != out {
		t.Errorf("exit code %d, opened %q, printed %q\n%s", code, opened, out, errs)
	}
	t.Setenv("PATH", t.TempDir())
	if code, _, errs := outcomeOf(t, "open", "tiny"); code == 0 || !strings.Contains(errs, "open the file above") {
		t.Errorf("without a browser: exit code %d, %s", code, errs)
	}
}
