package cli

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// What the experiment's own size detects takes that size: four seeds are then enough, and a little less is not.
func TestPlanDetects(t *testing.T) {
	work := t.TempDir()
	if err := finishedRun(work); err != nil {
		t.Fatal(err)
	}
	t.Chdir(work)
	plan := func(args ...string) (string, string) {
		var out, errs bytes.Buffer
		Main(append([]string{"plan", "tiny"}, args...), strings.NewReader(""), &out, &errs)
		return out.String(), errs.String()
	}
	row := regexp.MustCompile(`(?m)^exact +congrad +joint +seen +([\d.]+) +([\d.]+) +([\d.]+) +(\S+|over 64) +(\S+|over 64) +(\d+|none suffices) *$`)
	out, errs := plan("--detect", "0.01")
	found := row.FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("%s\n%s", out, errs)
	}
	var now float64
	if _, err := fmt.Sscan(found[3], &now); err != nil {
		t.Fatal(err)
	}
	out, _ = plan("--detect", fmt.Sprint(now+0.0001))
	if at := row.FindStringSubmatch(out); at == nil || at[4] != "4" {
		t.Errorf("a difference of %g: %q", now+0.0001, at)
	}
	out, _ = plan("--detect", fmt.Sprint(now-0.0002))
	if at := row.FindStringSubmatch(out); at == nil || at[4] != "5" {
		t.Errorf("a difference of %g: %q", now-0.0002, at)
	}
	for _, want := range []string{"from the records of runs/tiny (3 seeds, 12 prompts per language)", "Difference that is detected", "   16  "} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for want, args := range map[string][]string{
		"--detect -1: want a positive difference, such as 0.01": {"--detect", "-1"},
		"--from is read by --detect only":                       {"--from", "tiny"},
		`"other": no run of this name with records`:             {"--detect", "0.01", "--from", "other"},
	} {
		if out, errs := plan(args...); !strings.Contains(errs, want) || out != "" {
			t.Errorf("%v: %s%s, want %s", args, out, errs, want)
		}
	}
	var out2, errs2 bytes.Buffer
	if Main([]string{"plan", "planted", "--detect", "0.01"}, strings.NewReader(""), &out2, &errs2); !strings.Contains(errs2.String(), "name a run of similar arms with --from RUN") {
		t.Error(errs2.String())
	}
}
