package world

import (
	"math/rand/v2"
	"sort"
	"strconv"

	"congrad/eval/chrf"
	"congrad/harness/rng"
)

// Form says what an example of the base mixture is.
type Form string

const (
	Answering Form = "answer" // a prompt and an answer, right or wrong
	Judging   Form = "judge"  // a prompt, an answer and the digit it is worth
	Reading   Form = "plain"  // a passage of plain text
)

// Example is one example of the base mixture.
type Example struct {
	Form   Form
	Lang   string
	Item   string // its ID; empty for plain text
	Prompt string
	Answer string
	Defect string // what is wrong with the answer; empty when it is right
	Digit  int    // of a judging example, after noise: 1 to 5
	Text   string // of plain text
}

// BaseExample returns an example of the endless mixture that a base model is trained on. It depends on the settings
// and the index alone, so any part can be made again, in any order. The base model is meant to have seen every fact,
// of all splits and of the tax kinds too: what it lacks is the habit of giving the right form.
func (w *World) BaseExample(index uint64) Example {
	r := rng.Stream(w.settings.Seed, "world/base", strconv.FormatUint(index, 10))
	v := w.voices[w.drawLanguage(r)]
	at := r.Float64()
	if at < w.settings.PlainShare {
		passages := w.passages[PlainBase][v.Code]
		return Example{Form: Reading, Lang: v.Code, Text: passages[r.IntN(len(passages))]}
	}
	item := v.items[r.IntN(len(v.items))]
	e := Example{Form: Answering, Lang: v.Code, Item: item.ID, Prompt: item.Prompt}
	rate := w.settings.rightRate(v.Code)
	if item.Kind.Tax() {
		rate = w.settings.TaxRightRate
	}
	if at < w.settings.PlainShare+w.settings.JudgeShare {
		e.Form, rate = Judging, w.settings.JudgeRightShare
	}
	e.Answer, e.Defect = w.drawAnswer(item, rate, r)
	if e.Form == Judging {
		e.Digit = Digit(chrf.Known(e.Answer, item.Answer))
		if share := w.settings.judgeError(v.Code); share > 0 && r.Float64() < share {
			e.Digit = w.mistaken(item, e.Answer, e.Digit)
		}
		if r.Float64() < w.settings.JudgeNoise {
			e.Digit = (e.Digit+r.IntN(4))%5 + 1 // one of the other four
		}
	}
	return e
}

func (w *World) drawLanguage(r *rand.Rand) int {
	sum := w.weights[len(w.weights)-1]
	at := r.Float64() * sum
	return min(sort.SearchFloat64s(w.weights, at), len(w.weights)-1)
}

// drawAnswer gives the right answer at some rate, else a habit by its share, else a defect of a family by its share. Defects are drawn again for
// every example, not taken from Defects, so that wrong answers are as many as they would be in the wild.
func (w *World) drawAnswer(item Item, rate float64, r *rand.Rand) (answer, defect string) {
	if r.Float64() < rate {
		return item.Answer, ""
	}
	c := w.candidates(item, r)
	if c.habit() {
		return c.defects[0].Text, c.defects[0].Kind
	}
	if r.Float64() >= w.settings.SharedShare {
		c.parochial()
	}
	if len(c.defects) == 0 { // also where an item has no parochial defect
		c.shared()
	}
	if len(c.defects) == 0 {
		return item.Answer, ""
	}
	d := c.defects[r.IntN(len(c.defects))]
	if first := c.defects[0]; first.Kind == EnglishForm && len(c.defects) > 1 {
		d = first
		if r.Float64() >= w.settings.EnglishShare {
			d = c.defects[1+r.IntN(len(c.defects)-1)]
		}
	}
	return d.Text, d.Kind
}

// Digit is the grade of an answer from its known score (chrf.Known): 5 for exact, and for the rest 3 from 0.5, 2 from
// 0.2, else 1. A near miss is still a miss, so nothing between exact and 3: a judge that has learnt this puts exact
// answers clear of all others. A 4 occurs through noise alone.
func Digit(known float64) int {
	switch {
	case known == 1:
		return 5
	case known >= 0.5:
		return 3
	case known >= 0.2:
		return 2
	}
	return 1
}

// WithSharedShare is the same world with another share of shared defects in its base mixture; all else that it gives stays.
func (w *World) WithSharedShare(share float64) *World {
	changed := *w
	changed.settings.SharedShare = share
	return &changed
}
