package world

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"congrad/eval/chrf"
)

var update = flag.Bool("update", false, "rewrite testdata/sample and the digest")

// The samples are for reading: a few items of every kind with their defects. The digest beside them covers the whole
// shipped world, so nothing in it changes unseen. Both are rewritten by
//
//	go test ./harness/world -run Sample -update
func TestSample(t *testing.T) {
	w := open(t, Defaults())
	for _, language := range w.Languages() {
		golden(t, language+".txt", sample(w, language))
	}
	golden(t, "digest", digest(w)+"\n")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", "sample", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i, line := range gotLines {
		if i >= len(wantLines) || line != wantLines[i] {
			t.Errorf("%s:%d: now %q; -update rewrites it where that is meant", name, i+1, line)
			return
		}
	}
	t.Errorf("%s: now %d lines, %d before", name, len(gotLines), len(wantLines))
}

// visible shows the spaces that look like others.
var visible = strings.NewReplacer("\u00a0", "⍽", "\u202f", "⎵")

func sample(w *World, language string) string {
	var out strings.Builder
	line := func(format string, args ...any) {
		out.WriteString(visible.Replace(fmt.Sprintf(format, args...)) + "\n")
	}
	v := w.byCode[language]
	line("%s (%s). The no-break spaces are shown: \u00a0 for U+00A0, \u202f for U+202F.", v.Name, v.Endonym)
	choices := map[string]Choice{}
	for _, c := range w.Choices(language) {
		choices[c.Item.ID] = c
	}
	for _, kind := range Kinds {
		items := v.byKind[kind]
		line("\n%s: %d items", kind, len(items))
		for at := range min(3, len(items)) {
			item := v.items[items[((2*at+1)*len(items)/6+at)%len(items)]]
			line("\n  %s\n  = %s", item.Prompt, item.Answer)
			for _, d := range w.Defects(item) {
				line("    %d  %s (%s): %s", Digit(chrf.Known(d.Text, item.Answer)), d.Kind, d.Family, d.Text)
			}
			if c, ok := choices[item.ID]; ok {
				line("    options: %s; right is number %d", strings.Join(c.Options[:], " | "), c.Right+1)
			}
		}
	}
	line("\nheld-out text: %d passages", len(w.Plain(PlainHeld, language)))
	for _, passage := range w.Plain(PlainHeld, language)[:3] {
		line("  %s", passage)
	}
	line("\nbase mixture")
	for i, shown := uint64(0), 0; shown < 8; i++ {
		if e := w.BaseExample(i); e.Lang == language {
			line("  %s", strings.TrimSpace(fmt.Sprintf("%s: %s%s %s %.0d %s", e.Form, e.Text, e.Prompt, e.Answer, e.Digit, e.Defect)))
			shown++
		}
	}
	return out.String()
}
