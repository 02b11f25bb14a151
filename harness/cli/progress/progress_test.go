package progress

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"congrad/harness/stage"

	"github.com/clipperhouse/displaywidth"
)

// A line with a name in any script is cut between characters, and to the width they have on the terminal.
func TestFitting(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "no terminal"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, text := range []string{"train, seed 1", strings.Repeat("ü", 28), strings.Repeat("ü", 60), "x" + strings.Repeat("語", 60)} {
		l := &line{Reporter: New(file, io.Discard), text: text}
		got := strings.TrimSuffix(l.fitting(), " ")
		if !utf8.ValidString(got) || displaywidth.String(got) > 34 || displaywidth.String(text) <= 34 && got != text {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
}

// In a pipe, each finished stage has one whole line, whatever ran next to it; stopped and reused ones have none.
func TestLinesOfStagesSideBySide(t *testing.T) {
	var out, log bytes.Buffer
	r := New(&out, &log)
	for range 2 { // a run that begins again meets it again
		r.Reused(&stage.Stage{Key: "in the store"})
	}
	const stages = 20
	var wait sync.WaitGroup
	for i := range stages {
		wait.Go(func() {
			l := r.Begin(&stage.Stage{Key: stage.Ref(fmt.Sprint(i)), Kind: "train", Label: fmt.Sprint("stage ", i), Size: 3}, i+1, stages)
			l.Expect(2)
			l.Advance(1, 10)
			l.Loss(0.5)
			l.Advance(1, 10)
			l.End(i != 7, time.Second)
		})
	}
	wait.Wait()
	r.Reused(&stage.Stage{Key: "0"}) // done before the run began again
	r.Close()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != stages-1 || strings.Contains(out.String(), "stage 7:") || !strings.Contains(out.String(), "[1/20] stage 0: 1.0 s, loss 0.500") {
		t.Errorf("%s", out.String())
	}
	if n := strings.Count(log.String(), "\n"); n != stages-1 {
		t.Errorf("the log has %d lines", n)
	}
	if got := r.Tally(); got.Ran != stages-1 || got.Reused != 1 || got.Seconds["train"] != stages-1 || len(got.Took) != stages-1 {
		t.Errorf("%+v", got)
	}
}

// What holds a stage up is told in the pipe and in the log, but not over and over.
func TestNotesAreFew(t *testing.T) {
	var out, log strings.Builder
	r := New(&out, &log)
	l := r.Begin(&stage.Stage{}, 1, 1)
	for range 100 {
		l.Note("a server is asked again")
	}
	if out.String() != "a server is asked again\n" || strings.Count(log.String(), "\n") != 1 || !strings.HasSuffix(log.String(), " "+out.String()) {
		t.Errorf("%q and %q", out.String(), log.String())
	}
	r.noted = r.noted.Add(-betweenNotes)
	if l.Note("once more"); !strings.HasSuffix(out.String(), "\nonce more\n") {
		t.Errorf("%q", out.String())
	}
}
