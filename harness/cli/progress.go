package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"congrad/harness/run"

	"github.com/clipperhouse/displaywidth"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// reporter shows how stages get on: one live line on a terminal, one line per finished stage in a pipe and in the log.
type reporter struct {
	out     io.Writer
	log     io.Writer
	live    bool
	bar     *progressbar.ProgressBar
	stage   *run.Stage
	line    string // what stands before the bar
	loss    float64
	tokens  int
	units   int
	begun   time.Time
	noted   time.Time // the last note that was shown
	drawn   time.Time
	started time.Time

	ran, reused int
	seconds     map[string]float64 // by kind of stage
	took        []run.Took
}

func newReporter(out, log io.Writer) *reporter {
	f, ok := out.(*os.File)
	return &reporter{out: out, log: log, live: ok && term.IsTerminal(int(f.Fd())), started: time.Now(), seconds: map[string]float64{}}
}

// Begin opens the line of a stage.
func (r *reporter) Begin(s *run.Stage, done, total int) {
	r.line = fmt.Sprintf("[%d/%d] %s", done, total, s.Label)
	r.stage = s
	r.loss, r.tokens, r.units, r.begun = 0, 0, 0, time.Now()
	if r.live {
		r.bar = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(r.out), progressbar.OptionSetDescription(r.fitting(r.line)), progressbar.OptionShowCount(),
			progressbar.OptionSetWidth(12), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true),
			progressbar.OptionSetElapsedTime(false), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionUseANSICodes(true))
	}
}

// fitting cuts a line so that it fits the terminal with the bar behind it: a line that wraps cannot be drawn over.
func (r *reporter) fitting(line string) string {
	const bar = 52 // percentage, bar, counts and times
	width, _, err := term.GetSize(int(r.out.(*os.File).Fd()))
	if err != nil || width <= 0 {
		width = 80
	}
	return displaywidth.TruncateString(line, max(20, width-bar), "…") // an arm's name, in the label, may be in any script
}

// Advance adds finished units and the tokens they took.
func (r *reporter) Advance(units, tokens int) {
	r.units += units
	r.tokens += tokens
	if !r.live {
		return
	}
	if size := r.stage.Size; size > 0 && r.bar.GetMax() != size { // a stage knows its size when it has begun
		r.bar.ChangeMax(size)
	}
	if time.Since(r.drawn) > 100*time.Millisecond {
		r.drawn = time.Now()
		r.bar.Describe(r.fitting(r.line + r.figures()))
	}
	_ = r.bar.Add(units) // a bar that cannot be drawn is no reason to stop
}

// Loss notes the last training loss.
func (r *reporter) Loss(loss float64) { r.loss = loss }

// betweenNotes keeps a server that is down from filling the screen.
const betweenNotes = 30 * time.Second

// Note writes a line about what holds the stage up; of many in a short time the first.
func (r *reporter) Note(message string) {
	if time.Since(r.noted) < betweenNotes {
		return
	}
	r.noted = time.Now()
	fmt.Fprintf(r.log, "%s %s\n", r.noted.UTC().Format(time.DateTime), message)
	if r.live {
		_ = r.bar.Clear() // it is drawn again at the next step
	}
	fmt.Fprintln(r.out, message)
}

// figures are the loss and the speed so far.
func (r *reporter) figures() string {
	text := ""
	if r.loss != 0 {
		text += fmt.Sprintf(", loss %.3f", r.loss)
	}
	if seconds := time.Since(r.begun).Seconds(); r.tokens > 0 && seconds > 0.1 {
		text += fmt.Sprintf(", %.0f tok/s", float64(r.tokens)/seconds)
	}
	return text
}

// End closes the line of a stage.
func (r *reporter) End(s *run.Stage, reused bool, took time.Duration) {
	if reused {
		r.reused++
		return
	}
	r.ran++
	r.seconds[s.Kind] += took.Seconds()
	r.took = append(r.took, run.Took{Stage: s.Label, Seconds: took.Seconds()})
	line := fmt.Sprintf("%s: %.1f s%s\n", r.line, took.Seconds(), r.figures())
	fmt.Fprintf(r.log, "%s %s", time.Now().UTC().Format(time.DateTime), line)
	if r.live {
		_ = r.bar.Finish()
		r.bar = nil
		return
	}
	fmt.Fprint(r.out, line)
}

// close takes an open line off the terminal.
func (r *reporter) close() {
	if r.bar != nil {
		_ = r.bar.Clear()
		r.bar = nil
	}
}
