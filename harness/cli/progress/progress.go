// Package progress shows how the stages of a run get on.
package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"congrad/harness/run"
	"congrad/harness/stage"

	"github.com/clipperhouse/displaywidth"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// Reporter shows how stages get on: a live line for each that is at work on a terminal, a line for each finished one in a pipe and in
// the log.
type Reporter struct {
	out  io.Writer
	log  io.Writer
	bars *mpb.Progress // nil where nobody watches

	mu    sync.Mutex
	noted time.Time // the last note that was shown
	tally Tally
	found map[stage.Ref]bool // stages that were in the store
	ran   map[stage.Ref]bool
	left  left

	remaining string // of the run, as the bars show it
}

// New reports to people and into a log.
func New(out, log io.Writer) *Reporter {
	r := &Reporter{out: out, log: log, tally: Tally{Seconds: map[string]float64{}}, found: map[stage.Ref]bool{}, ran: map[stage.Ref]bool{}}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		r.bars = mpb.New(mpb.WithOutput(out), mpb.WithWidth(16), mpb.WithRefreshRate(150*time.Millisecond))
	}
	return r
}

// Tally is what a call of the program did.
type Tally struct {
	Ran, Reused int
	Seconds     map[string]float64 // by kind of stage
	Took        []run.Took         // in the order in which stages ended
}

// Tally returns what was done so far.
func (r *Reporter) Tally() Tally {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.tally
	for key := range r.found {
		if !r.ran[key] {
			t.Reused++
		}
	}
	return t
}

// line is the line of one stage.
type line struct {
	*Reporter
	stage  *stage.Stage
	text   string // what stands before the bar
	bar    *mpb.Bar
	loss   float64
	tokens int
	begun  time.Time
	figure string // loss and speed, as the bar shows them
	drawn  time.Time
}

// Begin opens the line of a stage.
func (r *Reporter) Begin(s *stage.Stage, number, total int) stage.Line {
	l := &line{Reporter: r, stage: s, text: fmt.Sprintf("[%d/%d] %s", number, total, s.Label), begun: time.Now()}
	if r.bars != nil {
		l.bar = r.bars.New(int64(s.Size), mpb.BarStyle(), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return l.fitting() })),
			mpb.AppendDecorators(decor.CountersNoUnit("%d/%d"), decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO, decor.WC{W: 8}), "")))
	}
	return l
}

// Reused counts a stage that is in the store, however often it is met: a run may begin again.
func (r *Reporter) Reused(s *stage.Stage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found[s.Key] = true
}

// fitting cuts a line so that it fits the terminal with the bar after it: a line that wraps cannot be drawn over.
func (l *line) fitting() string {
	const bar = 46 // bar, counts and time left
	width, _, err := term.GetSize(int(l.out.(*os.File).Fd()))
	if err != nil || width <= 0 {
		width = 80
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text + l.figure
	if l.remaining != "" {
		text = l.remaining + " in all " + text
	}
	return displaywidth.TruncateString(text, max(20, width-bar), "…") + " " // an arm's name, in the label, may be in any script
}

// Expect sets the length of the bar.
func (l *line) Expect(units int) {
	if l.bar != nil && units > 0 {
		l.bar.SetTotal(int64(units), false)
	}
}

// Advance adds finished units and the tokens they took.
func (l *line) Advance(units, tokens int) {
	l.tokens += tokens
	if l.bar == nil {
		return
	}
	if time.Since(l.drawn) > 100*time.Millisecond {
		l.drawn = time.Now()
		l.mu.Lock()
		l.figure = l.figures()
		l.mu.Unlock()
	}
	l.bar.IncrBy(units)
}

// Loss notes the last training loss.
func (l *line) Loss(loss float64) { l.loss = loss }

// betweenNotes keeps a server that is down from filling the screen.
const betweenNotes = 30 * time.Second

// Note writes a line about what holds a stage up; of many in a short time the first.
func (l *line) Note(message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.noted) < betweenNotes {
		return
	}
	l.noted = time.Now()
	fmt.Fprintf(l.log, "%s %s\n", l.noted.UTC().Format(time.DateTime), message)
	l.print(message + "\n")
}

// print writes above the bars, if there are any.
func (r *Reporter) print(text string) {
	var out io.Writer = r.out
	if r.bars != nil {
		out = r.bars
	}
	fmt.Fprint(out, text)
}

// figures are the loss and the speed so far.
func (l *line) figures() string {
	text := ""
	if l.loss != 0 {
		text += fmt.Sprintf(", loss %.3f", l.loss)
	}
	if seconds := time.Since(l.begun).Seconds(); l.tokens > 0 && seconds > 0.1 {
		text += fmt.Sprintf(", %.0f tok/s", float64(l.tokens)/seconds)
	}
	return text
}

// End closes the line of a stage.
func (l *line) End(finished bool, took time.Duration) {
	if l.bar != nil {
		l.bar.Abort(true)
	}
	if !finished {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tally.Ran++
	l.ran[l.stage.Key] = true
	l.tally.Seconds[l.stage.Kind] += took.Seconds()
	l.tally.Took = append(l.tally.Took, run.Took{Stage: l.stage.Label, Seconds: took.Seconds()})
	text := fmt.Sprintf("%s: %.1f s%s", l.text, took.Seconds(), l.figures())
	fmt.Fprintf(l.log, "%s %s\n", time.Now().UTC().Format(time.DateTime), text)
	left := l.Reporter.left.end(l.stage, took, time.Now())
	if l.bars == nil {
		fmt.Fprintln(l.out, text+left)
		return
	}
	l.remaining = strings.TrimPrefix(left, "; ")
}

// Close takes open lines off the terminal.
func (r *Reporter) Close() {
	if r.bars != nil {
		r.bars.Shutdown()
	}
}
