package progress

import (
	"fmt"
	"time"

	"congrad/harness/stage"
)

// left is what is known about the time that a whole run still takes: how fast its kinds of stages were, and what is ahead. A kind that no
// stage was of yet has no speed.
type left struct {
	begun time.Time
	ahead map[string]float64 // units of each kind that are not done
	done  map[string]work
	spent float64 // seconds of all stages: those side by side count each
}

// work is units and the seconds that they took.
type work struct{ units, seconds float64 }

// units of a stage; one whose size is unknown counts as one.
func units(s *stage.Stage) float64 { return float64(max(1, s.Size)) }

// Ahead tells the reporter which stages a run still has to do, for the time that it announces.
func (r *Reporter) Ahead(stages []*stage.Stage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left = left{begun: time.Now(), ahead: map[string]float64{}, done: map[string]work{}}
	for _, s := range stages {
		r.left.ahead[s.Kind] += units(s)
	}
}

// end notes a finished stage and says how long the rest takes; empty if that is under a minute, or if nothing is known.
func (l *left) end(s *stage.Stage, took time.Duration, now time.Time) string {
	if l.ahead == nil {
		return ""
	}
	n := units(s)
	l.ahead[s.Kind] = max(0, l.ahead[s.Kind]-n)
	w := l.done[s.Kind]
	l.done[s.Kind] = work{w.units + n, w.seconds + took.Seconds()}
	l.spent += took.Seconds()
	seconds, atLeast := 0.0, false
	for kind, n := range l.ahead {
		if w := l.done[kind]; w.units > 0 {
			seconds += n * w.seconds / w.units
		} else if n > 0 {
			atLeast = true
		}
	}
	if passed := now.Sub(l.begun).Seconds(); l.spent > passed && passed > 0 { // stages ran side by side
		seconds *= passed / l.spent
	}
	if seconds < 60 {
		return ""
	}
	word := "about"
	if atLeast {
		word = "more than"
	}
	if seconds < 100*60 {
		return fmt.Sprintf("; %s %.0f min left", word, seconds/60)
	}
	return fmt.Sprintf("; %s %.1f h left", word, seconds/3600)
}
