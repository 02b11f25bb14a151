package stage

import (
	"time"

	"congrad/harness/store"
)

// Desk is what a stage has of its run while it works: the artefacts of its inputs, a place for what it has done so far, and
// somebody to tell how it gets on.
type Desk struct {
	Shelf
	Line
	SaveEvery time.Duration // between checkpoints of the stage; 0 is store's choice
}

// Scratch is where the stage keeps what it has done so far.
func (d *Desk) Scratch() store.Scratch {
	s := d.Store.Scratch(string(d.Own))
	s.Every = d.SaveEvery
	if d.Line != nil {
		s.Say = d.Note
	}
	return s
}

// Reporter is told how a run gets on. Stages run side by side, so calls come from several goroutines.
type Reporter interface {
	// Begin announces a stage, the number-th of total that are not in the store.
	Begin(s *Stage, number, total int) Line
	// Reused tells of a stage that is in the store.
	Reused(s *Stage)
}

// Line is told how one stage gets on, by one goroutine at a time.
type Line interface {
	// Expect tells how many units of work the stage has, once it knows.
	Expect(units int)
	// Advance adds finished units, and the tokens they took.
	Advance(units, tokens int)
	// Loss tells the training loss of the last step.
	Loss(loss float64)
	// Note tells what holds the stage up, however often.
	Note(message string)
	// End closes the line: finished, or stopped by an error.
	End(finished bool, took time.Duration)
}
