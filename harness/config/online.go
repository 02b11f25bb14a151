package config

import (
	"reflect"
	"strings"

	"congrad/harness/method"
)

// settleOnline leaves leave_one_out out of force where pairs are picked while training: a pair is scored before it enters its
// language's gradient, so there is nothing to leave out. An arm that goes back to "offline" has the experiment's value.
func (b *binder) settleOnline(table string, c *ConGrad) {
	const general = "congrad.leave_one_out"
	key := table + ".leave_one_out"
	if b.given[key] {
		return
	}
	inForce := b.inForce(general)
	switch {
	case c.Mode == "online":
		if key != general {
			c.LeaveOneOut = false
		}
		if inForce {
			b.unset(key, table+".mode")
		}
	case key != general && !inForce:
		b.fallback(key, general, reflect.ValueOf(&c.LeaveOneOut).Elem())
	}
}

// checkOnline reports what an arm asks for that picking pairs while training cannot give. Keys that other arms may need are
// only held against the table that says "online", not against one that hands them down.
func (b *binder) checkOnline(i int, a Arm, e *Experiment) {
	if a.ConGrad.Mode != "online" {
		return
	}
	arm := "arms[" + itoa(i) + "]."
	if s := a.Selector(); s.Picks != method.PicksBestOnline {
		if b.given[arm+"congrad.mode"] {
			b.report(arm+"congrad.mode", "only select = %q picks pairs while it trains; %q ranks them all before", strings.Join(selectors(picking(method.PicksBestOnline)), ", "), a.Select)
		} else if s.Reads.Gradients() {
			b.report(arm+"congrad.mode", "is \"online\" by [congrad], but %q ranks all pairs before training: say so with mode = \"offline\" in [arms.congrad]", a.Select)
		}
		return
	}
	if a.Train.Temperature != 1 {
		b.report(arm+"train.temperature", "%g has pairs met several times, or never, and a pair that is picked while training has one record; an online arm meets each once an epoch", a.Train.Temperature)
	}
	if a.ConGrad.SketchNumbers != 0 {
		b.report(b.giving(arm, "congrad.sketch_numbers"), "%d: languages' gradients that were added up cannot be moved when the sketch's matrices are drawn anew; leave it 0 where arm %q is online", a.ConGrad.SketchNumbers, a.Name)
	}
	level := "" // of the table that says "online"
	if b.given[arm+"congrad.mode"] {
		level = arm
	}
	if a.ConGrad.LanguageGradient != "ema" {
		b.report(b.giving(arm, "congrad.language_gradient"), "%q: while training goes on, languages have moving averages (\"ema\"); arm %q is online", a.ConGrad.LanguageGradient, a.Name)
	}
	if key := level + "congrad.leave_one_out"; b.given[key] && (e.ConGrad.LeaveOneOut || level != "") {
		b.report(key, "a pair that is scored while training is no part of the consensus yet; leave this key out")
	}
	if key := level + "keep.quota"; b.given[key] && (a.Keep.Quota == "global" || level != "") {
		b.report(key, "while training goes on the share is that of each batch, over all its languages; leave this key out, or give it to the arms that rank all pairs")
	}
}
